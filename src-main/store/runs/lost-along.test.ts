import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryChange } from '@shared/model/gallery';
import { seeded } from '../../demo/seeded';
import type { NewJob, Store } from '../store';
import {
  attemptFor,
  DRIVERS,
  doneEnd,
  fileOf,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../testing/library-fixture';

describe.each(DRIVERS)('requests with an unknown outcome whose rows have moved, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await store.createRun(newRun(await input(0), '/nowhere/out'))).id;
  });
  afterEach(() => library.remove());

  async function input(rows: number): Promise<number> {
    const about = { name: 'cats.csv', format: 'csv', sourcePath: null, baseDir: '/data' } as const;
    const { id } = await store.createDataset(about);
    await store.addRows(
      id,
      Array.from({ length: rows }, (_, row) => ({ row, index: row, fields: {} })),
    );
    await store.finishDataset(id, [], []);
    return id;
  }

  /** A letter is what a row asks; `.`: it cannot be read. */
  const rowsOf = (asks: string): NewJob[] =>
    asks
      .split('')
      .map((digest, at) => ({ ...(newJobs(1, at)[0] as NewJob), digest }))
      .filter(({ digest }) => digest !== '.')
      .map((job, position) => ({ ...job, position }));
  const jobsOf = async () => (await store.jobs({ runId, offset: 0, limit: 100 })).jobs;

  /** As a planning does it: the run has these rows by now. Answers what went along. */
  async function move(asks: string) {
    const datasetId = await input(asks.length);
    await store.setRunDataset(runId, datasetId);
    const rows = rowsOf(asks);
    await store.planJobs(runId, rows);
    await store.leaveOut(runId, asks.length - 1, 100);
    const { found } = await store.wantedResults(runId, -1, 100);
    await store.takeAlong(found);
    return store.lostAlong(runId);
  }

  /** What each row asks is as it says: small, it is unknown; capital, done; else it waits. */
  async function begin(asks: string, lost: string, done = ''): Promise<void> {
    await store.setRunDataset(runId, await input(asks.length));
    await store.planJobs(runId, rowsOf(asks));
    for (const [at, { id, stem }] of (await jobsOf()).entries()) {
      const how = lost.charAt(at) === 'x' ? 'lost' : done.charAt(at) === 'x' ? 'done' : 'waits';
      if (how !== 'waits') {
        const start = attemptFor(store, { id, runId });
        await store.sent([start]);
        await (how === 'done' ? store.ended(doneEnd(start, fileOf(stem))) : undefined);
      }
    }
    store = await library.open();
    await store.recover();
  }

  /** What was asked of the jobs that are unknown, by row. */
  async function lostNow(): Promise<readonly (readonly [row: number, attempts: number])[]> {
    const { jobs } = await store.jobs({ runId, offset: 0, limit: 100, state: 'unknown' });
    return Promise.all(jobs.map(async ({ id, row }) => [row, (await store.attempts(id)).length] as const));
  }

  it('change places until each is at home, whoever stands there', async () => {
    await begin('abcd', 'xxxx');
    expect(await move('dabce')).toEqual({ moved: 4, aside: 0, elsewhere: 0, gone: 0 });
    expect(await lostNow()).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect((await jobsOf()).slice(0, 4).map(({ id, stem, state }) => [id, stem, state])).toEqual([
      [4, '000000', 'unknown'],
      [1, '000001', 'unknown'],
      [2, '000002', 'unknown'],
      [3, '000003', 'unknown'],
    ]);
    expect(await store.planJobs(runId, rowsOf('dabce'))).toEqual({ added: 0, changed: 0, unsure: 0 });
    expect(await store.counts(runId)).toMatchObject({ unknown: 4, pending: 1 });
  });

  it('leave to others what those are to ask', async () => {
    await begin('abcd', '.xx.');
    expect(await move('zabcd')).toEqual({ moved: 2, aside: 0, elsewhere: 0, gone: 0 });
    expect(await lostNow()).toEqual([
      [2, 1],
      [3, 1],
    ]);
    // Each of the others asks for what its row says.
    expect(await store.planJobs(runId, rowsOf('zabcd'))).toEqual({ added: 0, changed: 0, unsure: 0 });
    const waiting = await store.pending(runId, 0, 10);
    expect((await store.jobsById(waiting.map(({ id }) => id))).map(({ row }) => row)).toEqual([0, 1, 4]);
  });

  it('stay where they are while nobody asks for the same, and ask for what stands there when they go again', async () => {
    await begin('abc', '.x.');
    expect(await move('azc')).toEqual({ moved: 0, aside: 0, elsewhere: 1, gone: 0 });
    expect(await move('zac')).toEqual({ moved: 0, aside: 0, elsewhere: 1, gone: 0 });
    expect(await lostNow()).toEqual([[1, 1]]);
    expect(await store.requeue(runId, { kind: 'unknown' })).toBe(1);
    expect(await store.planJobs(runId, rowsOf('zac'))).toEqual({ added: 0, changed: 0, unsure: 0 });
    expect(await store.counts(runId)).toMatchObject({ unknown: 0, pending: 3 });
  });

  it('make room for the row that stands there by now where another is gone, and come home when theirs is back', async () => {
    await begin('abc', 'x..');
    expect(await move('bc')).toEqual({ moved: 0, aside: 1, elsewhere: 0, gone: 0 });
    expect((await jobsOf()).map(({ row, state }) => [row, state])).toEqual([
      [0, 'pending'],
      [1, 'pending'],
      [2, 'unknown'],
    ]);
    expect(await store.counts(runId)).toMatchObject({ unknown: 1, pending: 2, cancelled: 0 });
    expect(await store.planJobs(runId, rowsOf('bc'))).toEqual({ added: 0, changed: 0, unsure: 0 });
    expect(await move('bc')).toEqual({ moved: 0, aside: 0, elsewhere: 0, gone: 0 });
    expect(await move('bca')).toMatchObject({ aside: 0, elsewhere: 0 });
    expect(await lostNow()).toEqual([[2, 1]]);
    expect(await move('abc')).toEqual({ moved: 1, aside: 0, elsewhere: 0, gone: 0 });
    expect(await lostNow()).toEqual([[0, 1]]);
    expect(await store.counts(runId)).toMatchObject({ unknown: 1, pending: 2, cancelled: 0 });
  });

  it('come home from a row that is gone, or cannot be read, and leave nobody there', async () => {
    await begin('abcd', '...x');
    expect(await move('bcd')).toEqual({ moved: 1, aside: 0, elsewhere: 0, gone: 1 });
    expect(await lostNow()).toEqual([[2, 1]]);
    expect((await jobsOf()).map(({ row, state }) => [row, state])).toEqual([
      [0, 'pending'],
      [1, 'pending'],
      [2, 'unknown'],
    ]);
    expect(await store.counts(runId)).toMatchObject({ unknown: 1, pending: 2, cancelled: 0 });
    expect(await move('zbcd')).toEqual({ moved: 1, aside: 0, elsewhere: 0, gone: 0 });
    expect(await lostNow()).toEqual([[3, 1]]);
    expect(await store.counts(runId)).toMatchObject({ unknown: 1, pending: 3, cancelled: 0 });
  });

  it('leave a row to be sent with a job whose result was deleted for good', async () => {
    await begin('bb', '.x', 'x.');
    const [first] = await jobsOf();
    const what: GalleryChange = { kind: 'trash' };
    await store.changeInGallery(await store.beginGalleryStep(what), what, [first?.id ?? 0]);
    expect(await store.forgetTrashed([first?.id ?? 0])).toBe(1);
    expect(await move('bz')).toMatchObject({ moved: 1 });
    expect(await lostNow()).toEqual([[0, 1]]);
    // What stands in the second row by now was never deleted.
    expect(await store.requeue(runId, { kind: 'cancelled' })).toBe(1);
  });

  it('take no place of a job that somebody asks something of alone, nor of another run', async () => {
    await begin('ab', 'x.');
    await store.planJobs(runId, rowsOf('aba'));
    const third = (await jobsOf())[2];
    await store.requeueWith(third?.id ?? 0, 'in blue');
    const other = await store.createRun(newRun(await input(1), '/nowhere/else'));
    await store.planJobs(other.id, rowsOf('a'));
    expect(await move('zba')).toEqual({ moved: 0, aside: 0, elsewhere: 1, gone: 0 });
    expect((await jobsOf())[2]).toMatchObject({ state: 'pending', instruction: 'in blue' });
  });

  it('keep what was asked of them alone, and what came of it', async () => {
    await begin('ab', '..');
    const [first] = await jobsOf();
    await store.requeueWith(first?.id ?? 0, 'in blue');
    await store.sent([attemptFor(store, { id: first?.id ?? 0, runId })]);
    store = await library.open();
    await store.recover();
    const found = async () => (await store.unfinishedFiles(runId, 0, 10))[0];
    expect(await move('zb')).toEqual({ moved: 0, aside: 0, elsewhere: 1, gone: 0 });
    expect(await found()).toMatchObject({ isAsked: false, stems: ['000000'], jobStem: '000000' });
    expect(await move('zba')).toEqual({ moved: 1, aside: 0, elsewhere: 0, gone: 0 });
    expect(await found()).toMatchObject({ isAsked: true, stems: ['000000'], jobStem: '000002' });
    expect((await jobsOf())[2]).toMatchObject({ state: 'unknown', instruction: 'in blue' });
    await store.requeue(runId, { kind: 'unknown' });
    expect((await jobsOf())[2]).toMatchObject({ state: 'pending', instruction: 'in blue' });
  });

  it('are as many as before, each at home if any place is, however the rows are moved', async () => {
    const random = seeded(7);
    const letters = (): string =>
      Array.from({ length: 2 + Math.floor(random() * 9) }, () =>
        'abcde'.charAt(Math.floor(random() * 5)),
      ).join('');
    const marks = (): string => Array.from({ length: 11 }, () => (random() < 0.5 ? 'x' : '.')).join('');
    for (let round = 0; round < 20; round += 1) {
      const folder = `/nowhere/${driver}${round}`;
      runId = (await store.createRun(newRun(await input(0), folder))).id;
      const asks = letters();
      const [lost, done] = [marks(), marks()];
      await begin(asks, lost, done);
      const were = asks.split('').filter((_, at) => lost.charAt(at) === 'x');
      /** By job, what it was asked. */
      const asked = new Map(
        (await jobsOf())
          .filter(({ state }) => state === 'unknown')
          .map(({ id, row }) => [id, asks.charAt(row)]),
      );
      const spent = await store.run(runId);
      for (let again = 0; again < 3; again += 1) {
        const now = letters();
        const { elsewhere } = await move(now);
        const jobs = await jobsOf();
        const unknown = jobs.filter(({ state }) => state === 'unknown');
        const what = `${asks} ${lost} ${done} -> ${now}`;
        expect(unknown.map(({ id }) => asked.get(id)).toSorted(), what).toEqual(were.toSorted());
        expect(await store.counts(runId), what).toMatchObject({
          unknown: were.length,
          pending: jobs.filter(({ state }) => state === 'pending').length,
          done: jobs.filter(({ state }) => state === 'done').length,
          cancelled: 0,
        });
        const away = unknown.filter(({ id, row }) => now.charAt(row) !== asked.get(id));
        // No row waits that asks what one was asked that is not at home, nor does another such stand there.
        const open = [...jobs.filter(({ state }) => state === 'pending'), ...away].map(({ row }) =>
          now.charAt(row),
        );
        expect(
          away.filter(({ id }) => open.includes(asked.get(id) ?? '')),
          what,
        ).toEqual([]);
        expect(elsewhere, what).toBe(away.filter(({ row }) => row < now.length).length);
        // Every row has its job, and each asks what its row says.
        expect(new Set(jobs.filter(({ row }) => row < now.length).map(({ row }) => row)).size, what).toBe(
          now.length,
        );
        expect(await store.planJobs(runId, rowsOf(now)), what).toEqual({ added: 0, changed: 0, unsure: 0 });
        expect(await store.run(runId)).toMatchObject({ requests: spent?.requests, costUsd: spent?.costUsd });
        expect((await lostNow()).every(([, attempts]) => attempts === 1)).toBe(true);
      }
    }
  });
});
