/** Somebody pauses or cancels a run while the command that goes on with it still plans its rows. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../providers/testing/scripted-server';
import { deferred } from './deferred';
import type { RunEnd } from './folder-plan';
import { FolderRun } from './folder-run';
import { openPainterScene } from './testing/painter-scene';
import { ONE_AT_A_TIME, type TestLibrary } from './testing/test-library';

const HOOKS = { onNote: () => undefined, onProgress: () => undefined, onJob: () => undefined };

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

function command(filterRows: string): Promise<RunEnd> {
  return new FolderRun(library.app).run(
    {
      name: 'animals',
      task: 't2i',
      source: { kind: 'prompts', prompts: ['a cat', 'a dog', 'a hen', 'a cow', 'a pig'] },
      recipe: {
        task: 't2i',
        models: [{ provider: 'openai', model: 'm' }],
        instruction: '{{prompt}}',
        imageColumns: [],
        variants: 1,
      },
      options: { ...ONE_AT_A_TIME, filterRows },
      outputDir: join(library.folder, 'out'),
      resume: true,
      adopt: false,
    },
    HOOKS,
  );
}

/** Two rows are done, and all five are being planned until `release`. */
async function planning() {
  const { store, runs } = library.app;
  await command('0:2');
  const [run] = await store.runs();
  const runId = run?.id ?? 0;
  const { promise, resolve } = deferred();
  const plan = store.planJobs.bind(store);
  const planJobs = vi.spyOn(store, 'planJobs').mockImplementation(async (...asked) => {
    await promise;
    return plan(...asked);
  });
  const end = command('');
  await expect.poll(() => planJobs.mock.calls.length, { timeout: 20_000 }).toBe(1);
  expect((await runs.view(await runs.found(runId))).state.kind).toBe('running');
  return { runId, end, release: resolve };
}

it('cancelled, it sends nothing more, and its rows are cancelled', async () => {
  const { runId, end, release } = await planning();
  const cancelled = library.app.runs.cancel(runId, false);
  setImmediate(release);
  expect(await cancelled).toMatchObject({ counts: { done: 2, cancelled: 3, pending: 0 } });
  expect(await end).toMatchObject({
    run: { state: { kind: 'finished' }, counts: { done: 2, cancelled: 3 } },
  });
  expect(server.requests).toHaveLength(2);
}, 30_000);

it('paused, it sends nothing more until it goes on', async () => {
  const { runId, end, release } = await planning();
  const { runs } = library.app;
  const paused = runs.stop(runId);
  setImmediate(release);
  expect(await paused).toMatchObject({ state: { kind: 'paused' }, counts: { done: 2, pending: 3 } });
  expect(await end).toMatchObject({ sentence: expect.stringMatching(/^Stopped before anything was sent/) });
  expect(server.requests).toHaveLength(2);
  await runs.resume(runId);
  await runs.over(runId);
  expect(await library.app.store.counts(runId)).toMatchObject({ done: 5, pending: 0 });
}, 30_000);
