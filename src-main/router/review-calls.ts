/** Verdicts of reviewers. */
import type { App } from '../app';
import { Refusal } from '../refusal';
import { StoreError } from '../store/store-error';
import type { Calls } from './calls';

export function reviewCalls(os: Calls, app: App) {
  return {
    queue: os.review.queue.handler(async ({ input }) => [
      ...(await app.store.reviewQueue(input.runId, input.filter)),
    ]),
    counts: os.review.counts.handler(({ input }) => app.store.reviewCounts(input.runId)),
    set: os.review.set.handler(async ({ input }) => {
      const { runId, jobId, resultId, review } = input;
      try {
        const before = await app.store.setReview(jobId, resultId, review);
        app.events.touchJob(runId, jobId);
        return before;
      } catch (error) {
        throw error instanceof StoreError && error.code === 'NOT_FOUND'
          ? new Refusal('NOT_FOUND', error.message)
          : error;
      }
    }),
  };
}
