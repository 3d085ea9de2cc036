import { createHash } from 'node:crypto';
import { EVERYTHING } from '@shared/model/gallery';
import type { TextResult } from '@shared/model/text';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart } from '../../engine/ports';
import type { NewJob, Store } from '../store';
import {
  attemptFor,
  DRIVERS,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

const ANSWER: TextResult = {
  text: '{"score": 7}',
  mimeType: 'application/json',
  finish: 'STOP',
  more: ['{"score": 6}'],
};

function textEnd({ attemptId, jobId, runId }: AttemptStart, text: string = ANSWER.text): AttemptEnd {
  return {
    attemptId,
    jobId,
    runId,
    endedAt: 3500,
    bodySentAt: 1200,
    tookMs: 2500,
    outcome: {
      kind: 'text',
      answer: { ...ANSWER, text },
      usage: { inputTokens: 9, outputTokens: 5 },
      costUsd: 0.002,
    },
    next: { kind: 'done' },
  };
}

describe.each(DRIVERS)('answers of text jobs on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  async function sentJob(runId: number): Promise<AttemptStart> {
    const [job] = await store.pending(runId, 0, 1);
    if (job === undefined) throw new Error('No job is pending.');
    const start = attemptFor(store, job);
    await store.sent([start]);
    return start;
  }

  it('are kept whole, and have no file', async () => {
    const run = await plannedRun(store, 2);
    const start = await sentJob(run.id);
    await store.ended(textEnd(start));
    expect(await store.answerOf(start.jobId)).toEqual(ANSWER);
    const job = await store.job(start.jobId);
    expect(job).toMatchObject({ state: 'done', costUsd: 0.002, width: 0, height: 0 });
    expect(job?.result).toMatchObject({
      fileName: '',
      mimeType: 'application/json',
      sizeBytes: 12,
      sha256: createHash('sha256').update(ANSWER.text).digest('hex'),
    });
    expect(await store.result(job?.resultId ?? 0)).toBeNull();
    expect(await store.run(run.id)).toMatchObject({ counts: { done: 1, pending: 1 }, costUsd: 0.002 });
    store = await library.open();
    expect(await store.answerOf(start.jobId)).toEqual(ANSWER);
  });

  it('are found for many jobs; pictures and what is pending have none', async () => {
    const run = await plannedRun(store, 3);
    const start = await sentJob(run.id);
    await store.ended(textEnd(start));
    const pictured = await finishNext(store, run.id);
    const all = (await store.jobs({ runId: run.id, offset: 0, limit: 9 })).jobs.map(({ id }) => id);
    expect(await store.answersOf([...all, 99_999])).toEqual(new Map([[start.jobId, ANSWER]]));
    expect(await store.answerOf(pictured)).toBeNull();
  });

  it('are whole by being there: no file of theirs is looked for', async () => {
    const run = await plannedRun(store, 3);
    await store.ended(textEnd(await sentJob(run.id)));
    const pictured = await finishNext(store, run.id);
    await store.ended(textEnd(await sentJob(run.id)));
    expect((await store.doneResults(run.id, -1, 10)).map(({ jobId }) => jobId)).toEqual([pictured]);
    expect(await store.galleryPage({ query: EVERYTHING }, 0, 10)).toMatchObject({
      total: 1,
      jobs: [{ id: pictured }],
    });
  });

  it('stay as versions when the job is done again', async () => {
    const run = await plannedRun(store, 1);
    const start = await sentJob(run.id);
    await store.ended(textEnd(start));
    await store.requeue(run.id, { kind: 'jobs', jobIds: [start.jobId] });
    expect(await store.answerOf(start.jobId)).toBeNull();
    await store.ended(textEnd(await sentJob(run.id), '{"score": 8}'));
    expect(await store.answerOf(start.jobId)).toMatchObject({ text: '{"score": 8}' });
    const versions = await store.versions(start.jobId);
    expect(versions.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    await store.takeBack(start.jobId, versions[1]?.result.id ?? 0);
    expect(await store.answerOf(start.jobId)).toEqual(ANSWER);
  });

  it('that were paid for and could not be used are in the sums', async () => {
    const run = await plannedRun(store, 1);
    const start = await sentJob(run.id);
    const { attemptId, jobId, runId } = start;
    const failure = { kind: 'schema_mismatch', message: 'The answer does not fit.' } as const;
    const again: AttemptEnd = {
      attemptId,
      jobId,
      runId,
      endedAt: 3500,
      bodySentAt: 1200,
      tookMs: 2500,
      outcome: {
        kind: 'failed',
        failure,
        usage: { inputTokens: 9, outputTokens: 90 },
        costUsd: 0.03,
        repair: { text: 'no', errors: ['The answer is not valid JSON.'] },
      },
      next: { kind: 'again', counted: false },
    };
    await store.ended(again);
    expect(await store.run(run.id)).toMatchObject({ costUsd: 0.03 });
    await store.ended(textEnd(await sentJob(run.id)));
    expect((await store.run(run.id))?.costUsd).toBeCloseTo(0.032, 9);
    expect((await store.job(jobId))?.costUsd).toBeCloseTo(0.032, 9);
    expect(await store.attempts(jobId)).toMatchObject([{ failure, costUsd: 0.03 }, { costUsd: 0.002 }]);
    expect((await store.spentSince(0)).costUsd).toBeCloseTo(0.032, 9);
  });

  describe('that do not fit their schema', () => {
    const REPAIR = { text: '{"score": 11}', errors: ['/score must be <= 10.'] };

    function misfitEnd(start: AttemptStart, next: AttemptEnd['next'], repair = REPAIR): AttemptEnd {
      const failure = { kind: 'schema_mismatch', message: 'The answer does not fit.' } as const;
      const outcome = { kind: 'failed', failure, usage: {}, costUsd: 0.03, repair } as const;
      return { ...textEnd(start), outcome, next };
    }
    const AGAIN = { kind: 'again', counted: false } as const;

    async function misfit(): Promise<{ runId: number; jobId: number }> {
      const run = await plannedRun(store, 2);
      const start = await sentJob(run.id);
      await store.ended(misfitEnd(start, AGAIN));
      return { runId: run.id, jobId: start.jobId };
    }
    const repairOf = async (runId: number) => (await store.pending(runId, -1, 1))[0]?.repair;

    it('wait to be mended, also in the next process, and are told meanwhile', async () => {
      const { runId, jobId } = await misfit();
      store = await library.open();
      await store.recover();
      expect(await repairOf(runId)).toEqual(REPAIR);
      expect((await store.pending(runId, -1, 2)).map(({ repair }) => repair)).toEqual([REPAIR, undefined]);
      expect(await store.misfitsOf([jobId, jobId + 1])).toEqual(new Map([[jobId, REPAIR]]));
      await store.ended(textEnd(await sentJob(runId)));
      expect(await store.misfitsOf([jobId])).toEqual(new Map());
    });

    it('are told by the last of them, and asked anew when somebody wants them done again', async () => {
      const { runId, jobId } = await misfit();
      const last = { text: 'seven', errors: ['The answer is not valid JSON.'] };
      await store.ended(misfitEnd(await sentJob(runId), { kind: 'failed' }, last));
      store = await library.open();
      expect(await store.misfitsOf([jobId])).toEqual(new Map([[jobId, last]]));
      await store.requeue(runId, { kind: 'failed' });
      expect(await repairOf(runId)).toBeUndefined();
      expect(await store.misfitsOf([jobId])).toEqual(new Map());
    });

    it('are mended, not asked anew, where the mended answer was lost or not sent', async () => {
      const { runId } = await misfit();
      await sentJob(runId);
      store = await library.open();
      expect(await store.recover()).toMatchObject({ unknown: 1 });
      await store.requeue(runId, { kind: 'unknown' });
      expect(await repairOf(runId)).toEqual(REPAIR);
      await store.cancelPending(runId);
      await store.requeue(runId, { kind: 'cancelled' });
      expect(await repairOf(runId)).toEqual(REPAIR);
      const { jobId } = await sentJob(runId);
      store = await library.open();
      await store.recover();
      await store.requeueWith(jobId, null);
      expect(await repairOf(runId)).toEqual(REPAIR);
    });

    it('are forgotten by a job that is asked for something else', async () => {
      const { runId, jobId } = await misfit();
      await store.requeueWith(jobId, 'Say it otherwise.');
      expect(await repairOf(runId)).toBeUndefined();
      await store.ended(misfitEnd(await sentJob(runId), AGAIN));
      expect(await repairOf(runId)).toEqual(REPAIR);
      await store.planJobs(runId, [{ ...(newJobs(1)[0] as NewJob), digest: 'second' }]);
      expect(await repairOf(runId)).toBeUndefined();
    });
  });

  it('that nobody wrote down before the process died are unknown', async () => {
    const run = await plannedRun(store, 1);
    const { jobId } = await sentJob(run.id);
    store = await library.open();
    expect(await store.recover()).toEqual({ unknown: 1, released: 0 });
    expect(await store.job(jobId)).toMatchObject({ state: 'unknown', result: null });
  });
});
