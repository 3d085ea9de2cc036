import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store';
import {
  attemptFor,
  DRIVERS,
  failedEnd,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';
import type { RecordedPage, RecordedPlace } from './unsent-stems';

describe.each(DRIVERS)('the names of jobs that were never sent, on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  async function stemsOf(runId: number, limit: number): Promise<readonly string[]> {
    const stems: string[] = [];
    for (let after = -1; ; ) {
      const page = await store.unsentStems(runId, after, limit);
      if (page === null) {
        return stems;
      }
      expect(page.stems.length).toBeLessThanOrEqual(limit);
      stems.push(...page.stems);
      after = page.lastPosition;
    }
  }

  it('come in order, page by page, without those of jobs that are done or were sent', async () => {
    const run = await plannedRun(store, 7);
    await finishNext(store, run.id);
    const [next] = await store.pending(run.id, 0, 1);
    const start = attemptFor(store, next ?? { id: 0, runId: run.id });
    await store.sent([start]);
    await store.ended(failedEnd(start, 'no_image', { kind: 'again', counted: true }));
    const rest = ['000002', '000003', '000004', '000005', '000006'];
    expect(await stemsOf(run.id, 2)).toEqual(rest);
    expect(await stemsOf(run.id, 100)).toEqual(rest);
    await store.cancelPending(run.id);
    expect(await store.unsentStems(run.id, -1, 9)).toBeNull();
  });

  it('are known of jobs as they are planned, be they in the library or not', async () => {
    const run = await plannedRun(store, 3, '/out/a');
    await finishNext(store, run.id);
    expect(await store.neverSent(run.id, newJobs(5))).toEqual(['000001', '000002', '000003', '000004']);
    const other = newJobs(1).map((job) => ({ ...job, model: { ...job.model, model: 'none yet' } }));
    expect(await store.neverSent(run.id, other)).toEqual(['000000']);
    // What lies there under the first name is of the run before.
    const anew = await plannedRun(store, 2, '/out/a');
    expect(await store.neverSent(anew.id, newJobs(3))).toEqual(['000001', '000002']);
  });

  it('of what is done in a folder are told in pages, those of a run that was replaced there too', async () => {
    const run = await plannedRun(store, 3, '/out/a');
    await finishNext(store, run.id);
    await finishNext(store, run.id);
    const anew = await plannedRun(store, 2, '/out/a');
    const elsewhere = await plannedRun(store, 2, '/out/b');
    for (const { id } of [run, anew]) {
      expect(await recordedNames(id)).toEqual(['000000.png', '000001.png']);
    }
    expect(await recordedNames(elsewhere.id)).toEqual([]);
    await finishNext(store, elsewhere.id);
    expect(await recordedNames(elsewhere.id)).toEqual(['000000.png']);
  });

  /** In pages of one row. */
  async function recordedNames(runId: number): Promise<readonly string[]> {
    const names: string[] = [];
    let after: RecordedPlace | null = null;
    do {
      const page: RecordedPage = await store.recordedNames(runId, after, 1);
      names.push(...page.names);
      after = page.next;
    } while (after !== null);
    return names;
  }
});
