import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewJob, Store } from '../store';
import {
  DRIVERS,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

describe.each(DRIVERS)('results of rows that moved, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 0)).id;
  });
  afterEach(() => library.remove());

  const rowsOf = (asks: string, from = 0): NewJob[] =>
    asks.split('').map((digest, at) => ({ ...(newJobs(1, from + at)[0] as NewJob), digest }));
  const jobsOf = async (id = runId) => (await store.jobs({ runId: id, offset: 0, limit: 100 })).jobs;

  /** Each of its rows is done. */
  async function done(asks: string, id = runId): Promise<void> {
    await store.planJobs(id, rowsOf(asks));
    for (const _ of asks) {
      await finishNext(store, id);
    }
  }

  /** As takeAlong of src-main/app does it, all files being whole. Answers rows and whose results they took. */
  async function taken(id = runId): Promise<readonly (readonly [row: number, fileName: string])[]> {
    const { found } = await store.wantedResults(id, -1, 100);
    await store.takeAlong(found);
    const jobs = await store.jobsById(found.map(({ jobId }) => jobId));
    return jobs.map((job, at) => [job.row, found[at]?.fileName ?? ''] as const);
  }

  it('go to the jobs that ask the same, with their attempts and costs, and stay what they were in the sums', async () => {
    await done('abc');
    const before = await store.run(runId);
    const [, second] = await jobsOf();
    expect(await store.planJobs(runId, rowsOf('xabc'))).toMatchObject({ added: 1, changed: 3 });
    expect(await taken()).toEqual([
      [1, '000000.png'],
      [2, '000001.png'],
      [3, '000002.png'],
    ]);
    const jobs = await jobsOf();
    expect(
      jobs.map(({ state, result, attempts, costUsd }) => [state, result?.fileName, attempts, costUsd]),
    ).toEqual([
      ['pending', undefined, 1, null],
      ['done', '000000.png', 1, 0.04],
      ['done', '000001.png', 1, 0.04],
      ['done', '000002.png', 1, 0.04],
    ]);
    expect(await store.attempts(jobs[0]?.id ?? 0)).toEqual([]);
    expect(await store.attempts(jobs[2]?.id ?? 0)).toMatchObject([{ number: 1, endpointName: 'Relay' }]);
    expect(jobs[2]?.result).toEqual(second?.result);
    const after = await store.run(runId);
    expect(after?.counts).toMatchObject({ done: 3, pending: 1 });
    expect([after?.costUsd, after?.requests]).toEqual([before?.costUsd, before?.requests]);
    expect(await store.askedAnew(runId)).toBe(0);
  });

  it('wait for their names, whoever asks, until they have them', async () => {
    await done('ab');
    await store.planJobs(runId, rowsOf('ba'));
    await taken();
    store = await library.open();
    const unnamed = await store.unnamedResults(runId, 10);
    expect(unnamed.map(({ stem, fileName }) => [stem, fileName])).toEqual([
      ['000000', '000001.png'],
      ['000001', '000000.png'],
    ]);
    await store.namedResults(
      unnamed.map(({ resultId, stem }) => ({ resultId, fileName: `${stem}.new.png` })),
    );
    expect(await store.unnamedResults(runId, 10)).toEqual([]);
    expect((await jobsOf()).map(({ result }) => result?.fileName)).toEqual([
      '000000.new.png',
      '000001.new.png',
    ]);
  });

  it('are for one job each, of their own run, and for none where they are not whole', async () => {
    const other = await plannedRun(store, 0, '/nowhere/else');
    await done('a', other.id);
    await store.planJobs(other.id, rowsOf('b'));
    await done('aa');
    await store.planJobs(runId, rowsOf('xaaa'));
    // Row 1 is done still.
    expect((await store.wantedResults(runId, -1, 100)).found.map(({ jobId }) => jobId)).toHaveLength(1);
    const { found } = await store.wantedResults(runId, -1, 100);
    await store.notToTake(found.map(({ resultId }) => resultId));
    expect(await taken()).toEqual([]);
  });

  it('are not those that somebody had done over', async () => {
    await done('a');
    await store.requeue(runId, { kind: 'all' });
    expect(await taken()).toEqual([]);
  });

  it('take along what was asked of one job alone, and leave the other to its row', async () => {
    await done('ab');
    const [first] = await jobsOf();
    await store.requeueWith(first?.id ?? 0, 'in blue');
    await finishNext(store, runId);
    const [own] = await jobsOf();
    await store.movedResults([
      { resultId: own?.result?.id ?? 0, fileName: '000000.v2.png', instruction: 'in blue' },
    ]);
    await store.planJobs(runId, rowsOf('ba'));
    expect(await taken()).toEqual([
      [0, '000001.png'],
      [1, '000000.v2.png'],
    ]);
    expect((await jobsOf()).map(({ instruction }) => instruction)).toEqual([null, 'in blue']);
    expect(await store.planJobs(runId, rowsOf('ba'))).toEqual({ added: 0, changed: 0, unsure: 0 });
  });

  it('leave what was asked of one job alone to none of another row, done or waiting', async () => {
    await done('abc');
    const [first, second, third] = await jobsOf();
    await store.requeueWith(first?.id ?? 0, 'in blue');
    await finishNext(store, runId);
    await store.requeueWith(second?.id ?? 0, 'in red');
    await store.requeueWith(third?.id ?? 0, 'in green');
    const rows = rowsOf('xyz');
    const former = rows.map((job) => ({ ...job, former: 'another' }));
    expect(await store.comparePlan(runId, former)).toEqual([first?.id]);
    expect(await store.planJobs(runId, rows)).toMatchObject({ added: 0, changed: 1 });
    const jobs = await jobsOf();
    expect(jobs.map(({ state, instruction }) => [state, instruction])).toEqual(
      Array.from({ length: 3 }, () => ['pending', null]),
    );
    expect(await store.planJobs(runId, rows)).toEqual({ added: 0, changed: 0, unsure: 0 });
    expect(await taken()).toEqual([]);
  });

  it('are taken by cancelled jobs, too, which are counted as what they were', async () => {
    await done('abc');
    await store.planJobs(runId, rowsOf('xabc'));
    await store.cancelPending(runId);
    expect(await taken()).toEqual([
      [1, '000000.png'],
      [2, '000001.png'],
      [3, '000002.png'],
    ]);
    expect((await store.run(runId))?.counts).toMatchObject({ done: 3, pending: 0, cancelled: 1 });
    expect((await jobsOf()).map(({ state }) => state)).toEqual(['cancelled', 'done', 'done', 'done']);
  });

  it('keep the tags that they have, and leave theirs to no other', async () => {
    await done('abc');
    const tagged = async (name: string): Promise<readonly (number | undefined)[]> => {
      const change = { kind: 'addTag', name } as const;
      const jobs = await jobsOf();
      const changed = await store.changeInGallery(
        await store.beginGalleryStep(change),
        change,
        jobs.map(({ id }) => id),
      );
      // Those that have it already do not change.
      return jobs.filter(({ id }) => !changed.some(({ jobId }) => jobId === id)).map(({ row }) => row);
    };
    for (const [at, { id }] of (await jobsOf()).entries()) {
      const change = { kind: 'addTag', name: 'abc'.charAt(at) } as const;
      await store.changeInGallery(await store.beginGalleryStep(change), change, [id]);
    }
    await store.planJobs(runId, rowsOf('xabc'));
    await taken();
    expect(await tagged('a')).toEqual([1]);
    expect(await tagged('b')).toEqual([2]);
    expect(await tagged('c')).toEqual([3]);
  });

  it('of rows that are gone are in nobody’s way, and come back with them', async () => {
    await done('abcd');
    await store.planJobs(runId, rowsOf('e', 4));
    expect(await store.goneJobs(runId, 1, 2)).toMatchObject({ jobIds: [3, 4], lastRow: 3 });
    expect(await store.leaveOut(runId, 1, 2)).toEqual({ left: 2, lastRow: 3 });
    expect(await store.leaveOut(runId, 3, 2)).toEqual({ left: 1, lastRow: 4 });
    expect(await store.leaveOut(runId, 4, 2)).toEqual({ left: 0, lastRow: null });
    expect((await store.run(runId))?.counts).toMatchObject({ done: 2, pending: 0, cancelled: 0 });
    expect((await jobsOf()).map(({ row }) => row)).toEqual([0, 1]);
    expect(await store.jobs({ runId, offset: 0, limit: 9, state: 'cancelled' })).toEqual({
      total: 0,
      jobs: [],
    });
    expect(await store.requeue(runId, { kind: 'cancelled' })).toBe(0);
    await expect(store.requeueWith(3, 'in red')).rejects.toThrow('no longer');
    expect(await store.requeue(runId, { kind: 'all' })).toBe(2);
    expect(await store.planJobs(runId, rowsOf('abcde'))).toMatchObject({ added: 3, changed: 0 });
    expect(await taken()).toEqual([
      [2, '000002.png'],
      [3, '000003.png'],
    ]);
    expect((await store.run(runId))?.counts).toMatchObject({ done: 2, pending: 3, cancelled: 0 });
    expect((await jobsOf()).map(({ row, position }) => [row, position])).toEqual(
      [0, 1, 2, 3, 4].map((at) => [at, at]),
    );
  });
});
