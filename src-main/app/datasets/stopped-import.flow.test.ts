/** A command that is stopped while its file is being read: it reads no further, and leaves nothing behind. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import type { FolderPlan } from '../runs/folder-plan';
import { FolderRun } from '../runs/folder-run';
import { openPainterScene } from '../testing/painter-scene';
import { NOBODY_LISTENS, picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

/** Six batches. */
const ROWS = 5500;
const STOPPED = {
  kind: 'refused',
  isStopped: true,
  sentence:
    'Stopped while rows.csv was being read: nothing was sent; run the same command again to read it from its beginning.',
};

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

async function written(rows: number): Promise<FolderPlan> {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, ['prompt', ...Array.from({ length: rows }, (_, row) => `cat ${row}`)].join('\n'));
  return picturePlan(library, {
    source: { kind: 'file', path },
    options: { ...ONE_AT_A_TIME, filterRows: '0:2' },
  });
}

/** Does this at the second batch that is written. */
function atSecondBatch(act: () => unknown) {
  const { store } = library.app;
  const add = store.addRows.bind(store);
  const spy = vi.spyOn(store, 'addRows').mockImplementation(async (...asked) => {
    if (spy.mock.calls.length === 2) {
      act();
    }
    return add(...asked);
  });
  return spy;
}

const theRun = async () => (await library.app.store.runs())[0];

it('by its user: no run is made of it, and the same command reads it from its start', async () => {
  const plan = await written(ROWS);
  const run = new FolderRun(library.app);
  const addRows = atSecondBatch(() => void run.stop());
  expect(await run.run(plan, NOBODY_LISTENS)).toEqual(STOPPED);
  expect(addRows.mock.calls).toHaveLength(2);
  addRows.mockRestore();
  const { store } = library.app;
  expect([await store.datasets(), await store.runs(), server.requests]).toEqual([[], [], []]);
  expect((await runPlan(library, plan)).end).toMatchObject({
    kind: 'finished',
    run: { counts: { done: 2 } },
  });
  expect(await store.datasets()).toMatchObject([{ rows: ROWS, importing: false }]);
});

it('by who pauses its run: that is as it was, and goes on with the same command', async () => {
  await runPlan(library, await written(3));
  const before = await theRun();
  const plan = await written(ROWS);
  const { runs } = library.app;
  const paused: Promise<unknown>[] = [];
  const addRows = atSecondBatch(() => paused.push(runs.stop(before?.id ?? 0)));
  expect((await runPlan(library, plan)).end).toEqual(STOPPED);
  await Promise.all(paused);
  expect(paused).toHaveLength(1);
  expect(addRows.mock.calls).toHaveLength(2);
  addRows.mockRestore();
  expect(await theRun()).toEqual(before);
  expect((await runPlan(library, plan)).end).toMatchObject({ kind: 'finished' });
  expect(server.requests).toHaveLength(2);
});

it('by who cancels its run: that is cancelled', async () => {
  const capped = { ...ONE_AT_A_TIME, caps: { requests: 1 } };
  await runPlan(library, { ...(await written(3)), options: capped });
  const runId = (await theRun())?.id ?? 0;
  const plan = await written(ROWS);
  const cancelled: Promise<unknown>[] = [];
  atSecondBatch(() => cancelled.push(library.app.runs.cancel(runId, false)));
  expect((await runPlan(library, plan)).end).toEqual(STOPPED);
  await Promise.all(cancelled);
  expect(await theRun()).toMatchObject({ state: { kind: 'finished' }, counts: { done: 1, cancelled: 2 } });
  expect(server.requests).toHaveLength(1);
});

it('by the user of a check: it is as if nobody had asked', async () => {
  const plan = await written(ROWS);
  const run = new FolderRun(library.app);
  atSecondBatch(() => void run.stop());
  expect(await run.check(plan, { onNote: () => undefined, onReport: () => undefined })).toEqual(STOPPED);
  expect(await library.app.store.datasets()).toEqual([]);
});
