/** What durable runs ask of the store: sets of jobs to send again or to cancel, files that were found, what was spent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailureKind } from '@shared/model/failure';
import { EVERYTHING } from '@shared/model/gallery';
import type { Store } from '../store';
import {
  DRIVERS,
  failedEnd,
  fileOf,
  finishNext,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

describe.each(DRIVERS)('the queue on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 10)).id;
  });
  afterEach(() => library.remove());

  async function failNext(kind: FailureKind, message: string): Promise<number> {
    const start = await sendNext(store, runId, {});
    const end = failedEnd(start, kind);
    await store.ended({ ...end, outcome: { kind: 'failed', failure: { kind, message } } });
    return start.jobId;
  }
  const counts = () => store.counts(runId);

  it('cancels what is pending, and nothing that is done or on its way', async () => {
    await finishNext(store, runId);
    const underWay = await sendNext(store, runId, {});
    expect(await store.cancelPending(runId)).toBe(8);
    expect(await counts()).toMatchObject({ pending: 0, done: 1, sent: 1, cancelled: 8 });
    expect(await store.cancelPending(runId)).toBe(0);
    await store.ended(failedEnd(underWay, 'overloaded', { kind: 'cancelled' }));
    expect(await counts()).toMatchObject({ sent: 0, cancelled: 9 });
    expect(await store.requeue(runId, { kind: 'cancelled' })).toBe(9);
    expect(await counts()).toMatchObject({ pending: 9, done: 1, cancelled: 0 });
  });

  it('sends again failures of one text alone', async () => {
    const cat = await failNext('blocked', 'No cats.');
    await failNext('blocked', 'No dogs.');
    await failNext('no_image', 'No cats.');
    const which = { kind: 'failed', failureKind: 'blocked', message: 'No cats.' } as const;
    expect(await store.jobIds(runId, which, 0, 10)).toEqual([cat]);
    expect(await store.jobIds(runId, { kind: 'failed' }, cat, 1)).toHaveLength(1);
    expect(await store.requeue(runId, which)).toBe(1);
    expect(await counts()).toMatchObject({ pending: 8, failed: 2 });
    expect(await store.failureGroups(runId)).toMatchObject([
      { kind: 'blocked', message: 'No dogs.', count: 1, examples: [{ row: 1, index: 1, position: 1 }] },
      { kind: 'no_image', message: 'No cats.', count: 1, examples: [{ row: 2, index: 2, position: 2 }] },
    ]);
  });

  it('takes files that were found as done, at no cost, and only for jobs that are pending', async () => {
    const done = await finishNext(store, runId);
    const [first, second] = await store.pending(runId, done, 2);
    const files = [done, first?.id ?? 0, second?.id ?? 0].map((jobId) => ({
      jobId,
      file: fileOf(`${jobId}`),
    }));
    expect(await store.adopted(runId, files)).toBe(2);
    expect(await counts()).toMatchObject({ done: 3, pending: 7 });
    expect(await store.job(first?.id ?? 0)).toMatchObject({
      state: 'done',
      attempts: 0,
      costUsd: null,
      result: { fileName: `${first?.id}.png` },
    });
    expect((await store.run(runId))?.requests).toBe(1);
    expect((await store.galleryPage({ query: EVERYTHING }, 0, 10)).total).toBe(3);
  });

  it('adds up what was spent since a moment, altogether and by key', async () => {
    await sendNext(store, runId, { sentAt: -1 });
    await finishNext(store, runId);
    await finishNext(store, runId);
    await sendNext(store, runId, { sentAt: 2000, keyId: 'key-2' });
    expect(await store.spentSince(1000)).toEqual({ requests: 3, costUsd: 0.08, maybeUsd: 0 });
    expect(await store.keySpentSince(1000)).toEqual([{ keyId: 'key-1', costUsd: 0.08, maybeUsd: 0 }]);
    expect(await store.spentSince(900_000)).toEqual({ requests: 0, costUsd: 0, maybeUsd: 0 });
    expect((await store.run(runId))?.requests).toBe(4);
  });

  it('keeps places, and what was planned wholly, over an opening', async () => {
    await store.setRunPlace(runId, 0.5);
    expect(await store.plannedDigest(runId)).toBeNull();
    await store.setPlannedDigest(runId, 'whole');
    store = await library.open();
    expect((await store.run(runId))?.place).toBe(0.5);
    expect(await store.plannedDigest(runId)).toBe('whole');
  });
});
