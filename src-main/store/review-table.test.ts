import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Measures } from '@shared/model/measures';
import type { Review } from '@shared/model/review';
import type { Store } from './store';
import { DRIVERS, finishNext, type Library, plannedRun, temporaryLibrary } from './testing/library-fixture';

const ACCEPTED: Review = { verdict: 'accepted', rating: 4, reasons: [], note: '' };
const REJECTED: Review = { verdict: 'rejected', reasons: ['Artifacts'], note: 'six fingers' };

describe.each(DRIVERS)('reviews on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  let jobs: readonly { readonly jobId: number; readonly resultId: number }[];
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 5)).id;
    const done = [
      await finishNext(store, runId),
      await finishNext(store, runId),
      await finishNext(store, runId),
    ];
    jobs = (await store.jobsById(done)).map(({ id, resultId }) => ({ jobId: id, resultId: resultId ?? 0 }));
  });
  afterEach(() => library.remove());

  const review = (at: number, said: Review | null) =>
    store.setReview(jobs[at]?.jobId ?? 0, jobs[at]?.resultId ?? 0, said);

  it('are kept with their results, and answer what was said before', async () => {
    expect(await review(0, ACCEPTED)).toBeNull();
    expect(await review(0, REJECTED)).toEqual(ACCEPTED);
    expect(await review(1, ACCEPTED)).toBeNull();
    store = await library.open();
    expect(await store.job(jobs[0]?.jobId ?? 0)).toMatchObject({ review: REJECTED, verdict: 'rejected' });
    expect(await store.job(jobs[1]?.jobId ?? 0)).toMatchObject({ verdict: 'accepted', rating: 4 });
    expect(await store.reviewCounts(runId)).toEqual({ accepted: 1, rejected: 1, unset: 1 });
    expect(await review(0, null)).toEqual(REJECTED);
    expect((await store.job(jobs[0]?.jobId ?? 0))?.review).toBeNull();
  });

  it('queue results by what was said of them, in the order of the run', async () => {
    await review(2, ACCEPTED);
    await review(1, REJECTED);
    const ids = jobs.map(({ jobId }) => jobId);
    expect(await store.reviewQueue(runId, 'all')).toEqual(ids);
    expect(await store.reviewQueue(runId, 'unset')).toEqual([ids[0]]);
    expect(await store.reviewQueue(runId, 'accepted')).toEqual([ids[2]]);
    expect(await store.reviewQueue(runId, 'rejected')).toEqual([ids[1]]);
  });

  it('are of one result: what is done again is not judged yet', async () => {
    await review(0, ACCEPTED);
    const { jobId = 0, resultId = 0 } = jobs[0] ?? {};
    await store.requeue(runId, { kind: 'jobs', jobIds: [jobId] });
    await finishNext(store, runId);
    expect((await store.job(jobId))?.review).toBeNull();
    await expect(store.setReview(jobId, resultId, REJECTED)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.reviewCounts(runId)).toEqual({ accepted: 0, rejected: 0, unset: 3 });
  });

  /** As far as the review looks at them. */
  const looking = (suspicions: readonly { kind: 'blank' | 'unchanged'; weight: number }[]): Measures => ({
    version: 1,
    width: 1024,
    height: 768,
    mimeType: 'image/png',
    hash: null,
    filled: 1,
    entropy: 7,
    asked: { task: 'edit' },
    suspicions: suspicions.map((one) => ({ ...one, figure: 0, bound: 1, sentence: '' })),
  });

  it('queue the most suspicious first, or those of one kind, of a run or among some', async () => {
    const ids = jobs.map(({ jobId }) => jobId);
    const [first = 0, second = 0, third = 0] = ids;
    await store.saveMeasures([
      { resultId: jobs[1]?.resultId ?? 0, measures: looking([{ kind: 'blank', weight: 0.9 }]) },
      { resultId: jobs[2]?.resultId ?? 0, measures: looking([{ kind: 'unchanged', weight: 0.4 }]) },
      { resultId: jobs[0]?.resultId ?? 0, measures: looking([]) },
    ]);
    const suspicious = { order: 'suspicious' } as const;
    expect(await store.reviewQueue(runId, 'all', suspicious)).toEqual([second, third, first]);
    expect(await store.reviewQueue(runId, 'all', { suspicion: 'any' })).toEqual([second, third]);
    expect(await store.reviewQueue(runId, 'all', { suspicion: 'unchanged' })).toEqual([third]);
    await review(1, ACCEPTED);
    expect(await store.reviewQueue(runId, 'unset', suspicious)).toEqual([third, first]);
    expect(await store.reviewAmong([third, first], 'all')).toEqual([third, first]);
    expect(await store.reviewAmong([first, second], 'all', suspicious)).toEqual([second, first]);
    const sum = {
      accepted: 1,
      rejected: 0,
      unset: 2,
      suspicious: 2,
      measured: 3,
      suspicions: { blank: 1, unchanged: 1 },
    };
    expect(await store.reviewSum({ runId })).toEqual(sum);
    expect(await store.reviewSum({ jobIds: [first, third] })).toEqual({
      accepted: 0,
      rejected: 0,
      unset: 2,
      suspicious: 1,
      measured: 2,
      suspicions: { unchanged: 1 },
    });
  });

  it('leave what was deleted alone', async () => {
    const { jobId = 0 } = jobs[1] ?? {};
    const stepId = await store.beginGalleryStep({ kind: 'trash' });
    await store.changeInGallery(stepId, { kind: 'trash' }, [jobId]);
    expect(await store.reviewQueue(runId, 'all')).not.toContain(jobId);
    expect(await store.reviewCounts(runId)).toEqual({ accepted: 0, rejected: 0, unset: 2 });
    expect(await store.reviewSum({ runId })).toMatchObject({ unset: 2, measured: 0 });
  });

  it('that say nothing are none', async () => {
    await review(0, ACCEPTED);
    await review(0, { reasons: [], note: '  ' });
    expect((await store.job(jobs[0]?.jobId ?? 0))?.review).toBeNull();
  });
});
