/** Two who send jobs of one run again at the same moment, in a real app over a real socket: all of them go, each once. */
import { join } from 'node:path';
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import { deferred } from '../../deferred';
import { setUpRun } from './run-setup';
import { openPainterScene, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

const PROMPTS = ['a cat', 'a dog', 'a hen', 'a cow'];
const OPTIONS: RunOptions = { ...ONE_AT_A_TIME, concurrency: 4 };
const WAIT = { interval: 5 };

let server: ScriptedServer;
let library: TestLibrary;
let picture: ReturnType<typeof json>;
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;

/** A run whose cat is blocked and whose hen is a bad request. */
async function failedRun(name: string): Promise<number> {
  server.reply((request) => {
    const code = promptOf(request) === 'a cat' ? 'moderation_blocked' : 'invalid_value';
    return / (cat|hen)$/.test(promptOf(request))
      ? json({ error: { message: 'not allowed', code } }, 400)
      : picture;
  });
  const { run, planned } = await setUpRun(library.app.store, {
    name,
    dataset: await library.app.importer.prompts(name, PROMPTS),
    recipe: PICTURE_RECIPE,
    options: OPTIONS,
    outputDir: join(library.folder, name),
    mode: 'anew',
  });
  await runs().start(run, { planned });
  await runs().over(run.id);
  expect((await runs().found(run.id)).failures).toEqual({ blocked: 1, bad_request: 1 });
  server.reply(picture);
  return run.id;
}

async function expectAllDone(runId: number): Promise<void> {
  await runs().over(runId);
  const run = await runs().found(runId);
  expect(run).toMatchObject({ state: { kind: 'finished' }, counts: { done: 4, pending: 0 } });
  expect(run.requests).toBe(6);
}

const stateOf = async (runId: number) => (await runs().view(await runs().found(runId))).state.kind;

/** Answers wait until the run is to stop, or `other` has settled. */
function holdUntilStopping(runId: number, other: () => Promise<unknown> | undefined): void {
  let hasSettled = false;
  server.reply(async () => {
    void other()?.finally(() => {
      hasSettled = true;
    });
    await expect.poll(async () => hasSettled || (await stateOf(runId)) === 'draining', WAIT).toBe(true);
    server.reply(picture);
    return picture;
  });
}

describe('jobs that are sent again', () => {
  it('wait where somebody pauses the run while what is in flight ends', async () => {
    const id = await failedRun('paused');
    const before = server.requests.length;
    const { promise: held, resolve: release } = deferred();
    server.reply(() => held.then(() => picture));
    await runs().requeueAndStart(id, { kind: 'failed', failureKind: 'blocked' });
    await expect.poll(() => server.requests.length, WAIT).toBe(before + 1);
    const again = runs().requeueAndStart(id, { kind: 'failed', failureKind: 'bad_request' });
    const stopped = runs().stop(id);
    release();
    expect((await stopped).state.kind).toBe('paused');
    expect(await again).toMatchObject({ counts: { done: 3, pending: 1 } });
    expect(await stateOf(id)).toBe('paused');
    expect(server.requests).toHaveLength(before + 1);
    await runs().resume(id);
    await expectAllDone(id);
  });

  it('by a second while the first is about to start the run: none is left behind its cursor', async () => {
    const id = await failedRun('twice');
    const { store } = library.app;
    const { dataset, requeue } = store;
    const before = server.requests.length;
    const seconds: Promise<unknown>[] = [];
    holdUntilStopping(id, () => seconds[0]);
    vi.spyOn(store, 'dataset').mockImplementation((datasetId) => {
      if (seconds.length === 0) {
        seconds.push(runs().requeueAndStart(id, { kind: 'failed', failureKind: 'blocked' }));
      }
      return dataset(datasetId);
    });
    vi.spyOn(store, 'requeue').mockImplementation(async (runId, which) => {
      if (which.kind === 'failed' && which.failureKind === 'blocked') {
        // The earlier row comes once the later one is past, or the run stands still.
        const isLate = async () =>
          server.requests.length > before || (await store.run(id))?.state.kind === 'paused';
        await expect.poll(isLate, WAIT).toBe(true);
      }
      return requeue(runId, which);
    });
    await runs().requeueAndStart(id, { kind: 'failed', failureKind: 'bad_request' });
    await Promise.all(seconds);
    await expectAllDone(id);
  });

  it('while somebody else continues the run between its stop and its start', async () => {
    const id = await failedRun('beside');
    const { store } = library.app;
    const { requeue } = store;
    holdUntilStopping(id, () => again);
    const resumed: Promise<unknown>[] = [];
    vi.spyOn(store, 'requeue').mockImplementation((runId, which) => {
      // It waits for the turn of the folder, which the rerun has by now.
      resumed.push(runs().resume(id));
      return requeue(runId, which);
    });
    const again = runs().requeueAndStart(id, { kind: 'failed' });
    await again;
    await Promise.all(resumed);
    await expectAllDone(id);
  });

  it('by two at the same moment', async () => {
    const id = await failedRun('both');
    await Promise.all([
      runs().requeueAndStart(id, { kind: 'failed', failureKind: 'blocked' }),
      runs().requeueAndStart(id, { kind: 'failed', failureKind: 'bad_request' }),
    ]);
    await expectAllDone(id);
  });
});
