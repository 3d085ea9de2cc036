/** Verdicts of reviewers, and results done again in place. */
import type { ReviewSource } from '@shared/model/review';
import type { App } from '../app';
import { Refusal } from '../refusal';
import type { ReviewSet } from '../store/review-table';
import { StoreError } from '../store/store-error';
import type { Calls } from './calls';

const PAGE = 10_000;

export function reviewCalls(os: Calls, app: App) {
  return {
    queue: os.review.queue.handler(async ({ input }) => {
      const { filter, order, suspicion } = input;
      const how = { order, ...(suspicion === undefined ? {} : { suspicion }) };
      const of = await setOf(app, input.source);
      return [
        ...('runId' in of
          ? await app.store.reviewQueue(of.runId, filter, how)
          : await app.store.reviewAmong(of.jobIds, filter, how)),
      ];
    }),
    counts: os.review.counts.handler(async ({ input }) =>
      app.store.reviewSum(await setOf(app, input.source)),
    ),
    set: os.review.set.handler(async ({ input }) => {
      const { jobId, resultId, review } = input;
      try {
        const before = await app.store.setReview(jobId, resultId, review);
        const job = await app.store.job(jobId);
        if (job !== null) {
          app.events.touchJob(job.runId, jobId);
        }
        return before;
      } catch (error) {
        throw error instanceof StoreError && error.code === 'NOT_FOUND'
          ? new Refusal('NOT_FOUND', error.message)
          : error;
      }
    }),
    rerun: os.review.rerun.handler(({ input }) => app.versions.rerun(input.jobId, input.instruction)),
    versions: os.review.versions.handler(({ input }) => app.versions.list(input.jobId)),
    takeBack: os.review.takeBack.handler(({ input }) => app.versions.takeBack(input.jobId, input.resultId)),
  };
}

async function setOf(app: App, source: ReviewSource): Promise<ReviewSet> {
  if (source.kind === 'run') {
    return { runId: source.runId };
  }
  const { selection } = source;
  if (selection.kind === 'ids') {
    return { jobIds: selection.jobIds };
  }
  const jobIds: number[] = [];
  for (;;) {
    const page = await app.store.selectionIds(selection, jobIds.at(-1) ?? 0, PAGE);
    jobIds.push(...page);
    if (page.length < PAGE) {
      return { jobIds };
    }
  }
}
