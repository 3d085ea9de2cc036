import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './store';
import {
  attemptFor,
  DRIVERS,
  failedEnd,
  finishNext,
  type Library,
  plannedRun,
  temporaryLibrary,
} from './testing/library-fixture';

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
});
