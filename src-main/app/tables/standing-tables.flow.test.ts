/** Tables of a run that stands still are being written while somebody goes on with it: no live line is lost. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { deferred } from '../../deferred';
import { openPainterScene, pictureAnswer, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from '../runs/run-setup';
import { whileStanding } from './standing-tables';

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

const out = (): string => join(library.folder, 'out');

/** What results.jsonl tells of by now as done. */
async function toldDone(): Promise<string[]> {
  const lines = (await readFile(join(out(), 'results.jsonl'), 'utf8')).trimEnd().split('\n');
  const told = lines.map((line) => JSON.parse(line) as { prompt: string; status: string });
  return told.filter(({ status }) => status === 'done').map(({ prompt }) => prompt);
}

/** Its first row is done, twice: the others wait. */
async function paused() {
  const { store, importer, runs, versions } = library.app;
  let width = 8;
  server.reply(() => {
    width += 1;
    return pictureAnswer(width);
  });
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog', 'a hen', 'a cow']),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, canary: 1 },
    outputDir: out(),
    mode: 'anew',
  });
  await runs.start(run, { planned });
  await runs.over(run.id);
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 1 });
  const { id: jobId = 0, resultId = 0 } = jobs[0] ?? {};
  await versions.rerun(jobId);
  await runs.over(run.id);
  expect((await runs.found(run.id)).counts).toMatchObject({ done: 1, pending: 3 });
  return { runId: run.id, jobId, resultId };
}

/** The next table waits at its first page until it is let go. */
function holdTable() {
  const { store } = library.app;
  const { promise: isHeld, resolve: release } = deferred();
  const read = store.jobs.bind(store);
  const reading = vi.spyOn(store, 'jobs').mockImplementation(async (query) => {
    await (reading.mock.calls.length === 1 ? isHeld : undefined);
    return read(query);
  });
  const begun = (): Promise<unknown> => expect.poll(() => reading.mock.calls.length).toBeGreaterThan(0);
  return { begun, release };
}

it.each(['takes a version back', 'cancels it'] as const)(
  'whoever %s, then goes on',
  async (what) => {
    const { runId, jobId, resultId } = await paused();
    const { runs, store, versions } = library.app;
    const table = holdTable();
    const before = what === 'cancels it' ? runs.cancel(runId, false) : versions.takeBack(jobId, resultId);
    await table.begun();
    const { promise: mayAnswer, resolve: answer } = deferred();
    server.reply(async (request) => {
      await (promptOf(request) === 'a dog' ? undefined : mayAnswer);
      return pictureAnswer(40);
    });
    if (what === 'cancels it') {
      await store.requeue(runId, { kind: 'cancelled' });
    }
    const going = runs.resume(runId);
    // Whatever it would do without a turn is through by then.
    for (let asked = 0; asked < 500; asked += 1) {
      await store.counts(runId);
    }
    table.release();
    await Promise.all([before, going]);
    await expect.poll(() => server.requests.length).toBe(4);
    const stopped = runs.stop(runId);
    answer();
    expect(await stopped).toMatchObject({ state: { kind: 'paused' }, counts: { done: 3, pending: 1 } });
    expect(await toldDone()).toEqual(expect.arrayContaining(['a cat', 'a dog', 'a hen']));
  },
  60_000,
);

it('are not written where the run is under way by then, or another has its folder', async () => {
  const { runId } = await paused();
  const { store, runs } = library.app;
  const run = await runs.found(runId);
  const write = vi.fn(async () => undefined);
  await whileStanding({ store, isActive: () => true }, run, write);
  await whileStanding({ store, isActive: () => false }, { ...run, id: run.id + 1 }, write);
  expect(write).not.toHaveBeenCalled();
  await whileStanding({ store, isActive: () => false }, run, write);
  expect(write).toHaveBeenCalledTimes(1);
});
