import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '@shared/model/gallery';
import type { Review } from '@shared/model/review';
import type { Store } from '../store';
import {
  attemptFor,
  DRIVERS,
  doneEnd,
  fileOf,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

const ACCEPTED: Review = { verdict: 'accepted', rating: 4, reasons: [], note: 'fine' };

describe.each(DRIVERS)('versions on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  let jobId: number;
  let first: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 3)).id;
    jobId = await finishNext(store, runId);
    first = (await store.job(jobId))?.resultId ?? 0;
  });
  afterEach(() => library.remove());

  /** As the app does it: the file has a name of its own before the job goes again. */
  async function again(instruction: string | null, name = '000000.v1.png'): Promise<number> {
    const resultId = (await store.job(jobId))?.resultId ?? 0;
    await store.movedResults([{ resultId, fileName: name, instruction: 'as it was sent' }]);
    await store.requeueWith(jobId, instruction);
    const start = attemptFor(store, { id: jobId, runId });
    await store.sent([{ ...start, model: 'another-model' }]);
    await store.ended(doneEnd(start, fileOf('000000', 'second')));
    return (await store.job(jobId))?.resultId ?? 0;
  }

  it('keep the file, the review, the model and the cost of a result that was done again', async () => {
    await store.setReview(jobId, first, ACCEPTED);
    const second = await again('make it blue');
    expect(await store.job(jobId)).toMatchObject({
      instruction: 'make it blue',
      review: null,
      state: 'done',
    });
    expect(await store.versions(jobId)).toMatchObject([
      {
        isCurrent: true,
        result: { id: second, fileName: '000000.png' },
        review: null,
        model: 'another-model',
      },
      {
        isCurrent: false,
        result: { id: first, fileName: '000000.v1.png' },
        instruction: 'as it was sent',
        review: ACCEPTED,
        endpointName: 'Relay',
        costUsd: 0.04,
        madeAt: 3500,
      },
    ]);
    expect(await store.counts(runId)).toMatchObject({ done: 1, pending: 2 });
    expect(
      (await store.galleryPage({ query: EVERYTHING }, 0, 10)).jobs.map(({ resultId }) => resultId),
    ).toEqual([second]);
  });

  it('are taken back with what was said and asked, and the present one becomes a version', async () => {
    await store.setReview(jobId, first, ACCEPTED);
    const second = await again('make it blue');
    await store.setReview(jobId, second, { verdict: 'rejected', reasons: ['Artifacts'], note: '' });
    await store.movedResults([{ resultId: second, fileName: '000000.v2.png', instruction: 'make it blue' }]);
    await store.takeBack(jobId, first);
    expect(await store.job(jobId)).toMatchObject({ resultId: first, review: ACCEPTED, instruction: null });
    await store.takeBack(jobId, second);
    expect(await store.job(jobId)).toMatchObject({
      resultId: second,
      review: { verdict: 'rejected' },
      instruction: 'make it blue',
    });
    expect(await store.counts(runId)).toMatchObject({ done: 1, pending: 2 });
    await expect(store.takeBack(jobId, second)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('make a job done again that failed since', async () => {
    await store.requeueWith(jobId, 'make it blue');
    await store.cancelPending(runId);
    await store.takeBack(jobId, first);
    expect(await store.job(jobId)).toMatchObject({ state: 'done', resultId: first, instruction: null });
    expect(await store.counts(runId)).toMatchObject({ done: 1, cancelled: 2, pending: 0 });
  });

  it('are left alone while their job is under way', async () => {
    await store.requeueWith(jobId, null);
    await store.sent([attemptFor(store, { id: jobId, runId })]);
    await expect(store.takeBack(jobId, first)).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
    await expect(store.requeueWith(jobId, 'x')).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
  });

  it('go with their file: a successor of the same name leaves no record of what it overwrote', async () => {
    await store.requeueWith(jobId, null);
    await finishNext(store, runId);
    expect(await store.versions(jobId)).toHaveLength(1);
  });

  it('leave a resume nothing to undo: the same rows keep their own instruction, changed ones are sent as they say', async () => {
    await again('make it blue');
    expect(await store.planJobs(runId, newJobs(3))).toMatchObject({ added: 0, changed: 0 });
    expect(await store.job(jobId)).toMatchObject({ state: 'done', instruction: 'make it blue' });
    const changed = newJobs(1).map((job) => ({ ...job, digest: 'the row changed' }));
    expect(await store.planJobs(runId, changed)).toMatchObject({ added: 0, changed: 1 });
    expect(await store.job(jobId)).toMatchObject({ state: 'pending', instruction: null });
    expect(await store.planJobs(runId, changed)).toMatchObject({ added: 0, changed: 0 });
  });

  it('are of their row as it stands when they are asked for', async () => {
    const asked = (digest: string) => newJobs(1).map((job) => ({ ...job, digest }));
    await store.requeueWith(jobId, 'make it blue', 'the row of now');
    await finishNext(store, runId);
    expect(await store.planJobs(runId, asked('the row of now'))).toMatchObject({ changed: 0 });
    expect(await store.job(jobId)).toMatchObject({ state: 'done', instruction: 'make it blue' });
  });

  it('keep their own instruction where an earlier version of the program told the same row apart otherwise', async () => {
    const asked = (digest: string, former: string) => newJobs(1).map((job) => ({ ...job, digest, former }));
    await again('make it blue');
    expect(await store.comparePlan(runId, asked('of now', 'another'))).toEqual([jobId]);
    expect(await store.comparePlan(runId, asked('of now', 'first'))).toEqual([]);
    expect(await store.planJobs(runId, asked('of now', 'first'))).toMatchObject({ changed: 0 });
    expect(await store.job(jobId)).toMatchObject({ state: 'done', instruction: 'make it blue' });
  });

  it('know which stems are taken, whatever their case', async () => {
    expect(await store.takenStems(runId, ['000001', '000001.v1'])).toEqual(['000001']);
    await store.planJobs(runId, [{ ...newJobs(1, 9)[0]!, stem: 'Cat.V1' }]);
    expect(await store.takenStems(runId, ['cat.v1'])).toEqual(['cat.v1']);
  });
});
