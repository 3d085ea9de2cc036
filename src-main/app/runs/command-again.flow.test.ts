/** The same command over a run that stands still: what somebody changes meanwhile stays, and nothing is sent that nobody asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, promptOf } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { setUpRun } from './run-setup';
import { addTestKeys, ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

const PROMPTS = ['a cat', 'a dog', 'a hen', 'a cow', 'a pig', 'a fox'];

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  const scene = await openPainterScene();
  ({ server, library } = scene);
  server.reply(scene.picture);
  await writeFile(input(), ['prompt', ...PROMPTS].join('\n'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;
const input = () => join(library.folder, 'rows.csv');
const sent = () => server.requests.map(promptOf);

const plan = (options: Partial<RunOptions>) =>
  picturePlan(library, {
    source: { kind: 'file', path: input() },
    options: { ...ONE_AT_A_TIME, ...options },
  });

async function command(options: Partial<RunOptions>): Promise<number> {
  const asked = plan(options);
  await runPlan(library, asked);
  return (await library.app.store.runAt(asked.outputDir))?.id ?? 0;
}

it('keeps a cap that is set while the command is about to write its options', async () => {
  const id = await command({ filterRows: '0:2' });
  const { store } = library.app;
  const wantRest = store.wantRest.bind(store);
  vi.spyOn(store, 'wantRest').mockImplementationOnce(async (runId) => {
    await runs().setOptions(id, { caps: { requests: 3 } });
    return wantRest(runId);
  });
  await command({ concurrency: 2 });
  const { options, state } = await runs().found(id);
  expect(options).toMatchObject({ caps: { requests: 3 }, concurrency: 2, filterRows: '' });
  expect(state).toMatchObject({ kind: 'paused', failure: 'budget' });
  expect(sent()).toHaveLength(3);
});

it('says which caps it lifts by not naming them', async () => {
  const id = await command({ filterRows: '0:2', caps: { costUsd: 9 } });
  await runs().setOptions(id, { caps: { costUsd: 9, requests: 3 } });
  const again = await runPlan(library, plan({ filterRows: '0:3', caps: { costUsd: 9 } }));
  expect(again.notes).toEqual([
    'The run had a cap of 3 requests, which no longer holds: --max_requests sets one.',
  ]);
  const last = await runPlan(library, plan({}));
  expect(last.notes).toEqual(['The run had a cap of $9.00, which no longer holds: --max_cost sets one.']);
  expect((await runs().found(id)).options).not.toHaveProperty('caps');
  expect(sent()).toHaveLength(6);
});

it('keeps one that is set while they are being written, and what the command asks for', async () => {
  const id = await command({ filterRows: '0:2' });
  const { store } = library.app;
  const write = store.setRunOptions.bind(store);
  let setting: Promise<unknown> = Promise.resolve();
  vi.spyOn(store, 'setRunOptions').mockImplementationOnce(async (runId, options) => {
    setting = runs().setOptions(id, { caps: { requests: 3 } });
    // Whoever does not wait for its turn has read the options by now.
    await store.run(runId);
    await write(runId, options);
  });
  await command({ concurrency: 2 });
  await setting;
  expect((await runs().found(id)).options).toMatchObject({
    caps: { requests: 3 },
    concurrency: 2,
    filterRows: '',
  });
});

it('sends chosen rows alone, however often, where it died before it planned the rows it asked for', async () => {
  const { store } = library.app;
  // Paused before its first request.
  const { run, planned } = await setUpRun(store, {
    ...plan({ filterRows: '0:2' }),
    dataset: await (await library.app.importer.start({ path: input(), name: 'pictures', reuse: true })).whole,
    mode: 'anew',
  });
  await planned;
  await store.setRunState(run.id, { kind: 'paused', reason: 'Paused.' });
  vi.spyOn(store, 'setRunDataset').mockRejectedValueOnce(new Error('The process is gone.'));
  await expect(command({ filterRows: '0:6' })).rejects.toThrow('The process is gone.');
  await library.reopen();
  await addTestKeys(library.app, 'e', 'sk-first-key-0001');
  const { jobs } = await library.app.store.jobs({ runId: run.id, offset: 0, limit: 10 });
  for (const job of [...jobs, ...jobs.slice(0, 1)]) {
    await runs().rerunJob(job.id);
    await runs().over(run.id);
  }
  expect(sent()).toEqual(['a cat', 'a dog', 'a cat']);
  // Who goes on with it gets the rest.
  await runs().resume(run.id);
  await runs().over(run.id);
  expect(await library.app.store.counts(run.id)).toMatchObject({ done: 6, pending: 0 });
});
