/** What may be emptied from the trash, and what becomes of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryChange } from '@shared/model/gallery';
import type { Store, StoredRun } from '../store';
import {
  attemptFor,
  DRIVERS,
  doneEnd,
  failedEnd,
  fileOf,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

const ROWS = 4;

describe.each(DRIVERS)('emptying the trash on %s', (driver) => {
  let library: Library;
  let store: Store;
  let run: StoredRun;
  /** Of the first two rows. */
  let jobIds: readonly [number, number];

  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    run = await plannedRun(store, ROWS);
    jobIds = [await finishNext(store, run.id), await finishNext(store, run.id)];
    await finishNext(store, run.id);
    await finishNext(store, run.id);
  });
  afterEach(() => library.remove());

  async function trash(jobId: number): Promise<void> {
    const what: GalleryChange = { kind: 'trash' };
    await store.changeInGallery(await store.beginGalleryStep(what), what, [jobId]);
  }

  it('leaves what was deleted for good alone when cancelled jobs go again, but not when it is chosen', async () => {
    const [first, second] = jobIds;
    await trash(first);
    await store.forgetTrashed([first]);
    // Another is cancelled before it is sent.
    await store.requeue(run.id, { kind: 'jobs', jobIds: [second] });
    await store.cancelPending(run.id);
    expect(await store.run(run.id)).toMatchObject({ counts: { done: 2, cancelled: 2 }, emptied: 1 });
    expect(await store.jobIds(run.id, { kind: 'cancelled' }, 0, 10)).toEqual([second]);
    expect(await store.requeue(run.id, { kind: 'cancelled' })).toBe(1);
    expect(await store.run(run.id)).toMatchObject({ counts: { pending: 1, cancelled: 1 }, emptied: 1 });
    expect(await store.job(first)).not.toHaveProperty('isTrashed');
    expect(await store.trashedFiles(0, 10)).toEqual([]);

    await store.requeue(run.id, { kind: 'jobs', jobIds: [first] });
    await store.cancelPending(run.id);
    // It was asked for since: it is like any other.
    expect(await store.run(run.id)).toMatchObject({ counts: { cancelled: 2 }, emptied: 0 });
    expect(await store.requeue(run.id, { kind: 'cancelled' })).toBe(2);
  });

  it('takes over no result for what was deleted for good', async () => {
    const [first, second] = jobIds;
    await trash(first);
    await store.forgetTrashed([first]);
    // The second row asked the same as the first, until it changed.
    await store.planJobs(
      run.id,
      newJobs(ROWS).map((job) => (job.row === 1 ? { ...job, digest: 'second' } : job)),
    );
    expect((await store.wantedResults(run.id, -1, 10)).found).toEqual([]);
    expect(await store.job(second)).toMatchObject({ state: 'pending' });
  });

  it('sends a row anew that has changed since its result was deleted for good', async () => {
    const [first] = jobIds;
    await trash(first);
    await store.forgetTrashed([first]);
    await store.planJobs(
      run.id,
      newJobs(ROWS).map((job) => (job.row === 0 ? { ...job, digest: 'second' } : job)),
    );
    await store.cancelPending(run.id);
    expect(await store.requeue(run.id, { kind: 'cancelled' })).toBe(1);
  });

  it('empties nothing that is under way: its result would come to nobody', async () => {
    await store.planJobs(run.id, newJobs(1, ROWS));
    const start = await sendNext(store, run.id, {});
    const job = { id: start.jobId, runId: run.id };
    await store.ended(failedEnd(start, 'blocked'));
    await trash(job.id);
    const [listed] = await store.trashedFiles(0, 10);
    expect(listed).toMatchObject({ jobId: job.id, paths: [] });
    await store.requeue(run.id, { kind: 'failed' });
    const again = attemptFor(store, job);
    await store.sent([again]);
    expect(await store.trashedFiles(0, 10)).toEqual([]);
    expect(await store.forgetTrashed([job.id])).toBe(0);
    await store.ended(doneEnd(again, fileOf('000004')));
    expect(await store.job(job.id)).toMatchObject({ state: 'done', costUsd: 0.04 });
  });

  it('leaves the pictures of a run alone that took the folder over', async () => {
    const [first] = jobIds;
    await trash(first);
    const anew = await plannedRun(store, 1);
    const second = await finishNext(store, anew.id);
    await trash(second);
    expect(await store.trashedFiles(0, 10)).toMatchObject([{ jobId: second, runId: anew.id }]);
    expect(await store.forgetTrashed([first])).toBe(0);
  });
});
