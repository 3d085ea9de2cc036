import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';
import type { JobQuery } from './job-pages';

/** Of each ten jobs: 0 to 5 done, 6 blocked, 7 timed out, 8 to be tried again, 9 never sent. */
const JOBS = 100;

describe.each(DRIVERS)('pages of jobs on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;

  beforeAll(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    await plannedRun(store, 3, '/out/other');
    ({ id: runId } = await plannedRun(store, JOBS));
    const pending = await store.pending(runId, 0, JOBS);
    const starts = pending.map((job) => attemptFor(store, job));
    await store.sent(starts.filter((_, at) => at % 10 !== 9));
    await Promise.all(
      starts.map((start, at) => {
        switch (at % 10) {
          case 6:
            return store.ended(failedEnd(start, 'blocked'));
          case 7:
            return store.ended(failedEnd(start, 'timeout'));
          case 8:
            return store.ended(failedEnd(start, 'timeout', { kind: 'again', counted: true }));
          case 9:
            return Promise.resolve();
          default:
            return store.ended(doneEnd(start, fileOf(String(at))));
        }
      }),
    );
  });
  afterAll(() => library.remove());

  /** The whole by pages of seven. */
  async function walk(query: Omit<JobQuery, 'runId' | 'offset' | 'limit'>): Promise<number[]> {
    const positions: number[] = [];
    for (let offset = 0; ; offset += 7) {
      const { jobs, total } = await store.jobs({ runId, offset, limit: 7, ...query });
      if (jobs.length === 0) {
        expect(positions).toHaveLength(total);
        return positions;
      }
      positions.push(...jobs.map((job) => job.position));
    }
  }

  const where = (holds: (last: number) => boolean): number[] =>
    Array.from({ length: JOBS }, (_, at) => at).filter((at) => holds(at % 10));

  it.each<[string, Omit<JobQuery, 'runId' | 'offset' | 'limit'>, (last: number) => boolean]>([
    ['all', {}, () => true],
    ['done', { state: 'done' }, (last) => last < 6],
    ['failed', { state: 'failed' }, (last) => last === 6 || last === 7],
    ['pending', { state: 'pending' }, (last) => last > 7],
    ['failed of a kind', { failureKind: 'timeout' }, (last) => last === 7],
    ['failed of a kind, said twice', { state: 'failed', failureKind: 'blocked' }, (last) => last === 6],
    ['pending after a failure', { state: 'pending', failureKind: 'timeout' }, (last) => last === 8],
    ['none', { state: 'cancelled' }, () => false],
  ])('hold %s, each once, in order', async (_, query, holds) => {
    expect(await walk(query)).toEqual(where(holds));
  });

  it.each<[NonNullable<JobQuery['state']> | undefined, (last: number) => boolean]>([
    [undefined, () => true],
    ['done', (last) => last < 6],
    ['failed', (last) => last === 6 || last === 7],
    ['cancelled', () => false],
  ])('are walked through in order, each page behind the last: %s', async (state, holds) => {
    const only = state === undefined ? {} : { state };
    const positions: number[] = [];
    for (;;) {
      const afterPosition = positions.at(-1) ?? -1;
      const page = await store.jobsAfter({ runId, afterPosition, limit: 7, ...only });
      if (page.length === 0) break;
      positions.push(...page.map((job) => job.position));
    }
    expect(positions).toEqual(where(holds));
  });

  it('begin anywhere and end at the end', async () => {
    const last = await store.jobs({ runId, offset: 95, limit: 50 });
    expect(last.jobs.map((job) => job.position)).toEqual([95, 96, 97, 98, 99]);
    expect((await store.jobs({ runId, offset: 100, limit: 50 })).jobs).toEqual([]);
    expect((await store.jobs({ runId, offset: 60, limit: 50, state: 'done' })).jobs).toEqual([]);
  });

  it('are answered by id in the order asked for', async () => {
    const { jobs } = await store.jobs({ runId, offset: 0, limit: 3 });
    const [a, b, c] = jobs.map((job) => job.id);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three jobs');
    expect((await store.jobsById([c, 99_999, a, b])).map((job) => job.id)).toEqual([c, a, b]);
  });
});
