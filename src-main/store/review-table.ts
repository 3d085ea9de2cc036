/** What reviewers said of results. It belongs to a result: a job that is done again has none until it is looked at. */
import {
  isNoReview,
  type Review,
  type ReviewCounts,
  type ReviewFilter,
  reviewSchema,
} from '@shared/model/review';
import type { Db } from './driver';
import { parseJson } from './json-column';
import { StoreError } from './store-error';

export function createReviewTable(db: Db) {
  const find = db.prepare<{ review: string | null }>(
    'SELECT review FROM jobs WHERE id = ? AND result_id = ?',
  );
  const write = db.prepare('UPDATE jobs SET review = ? WHERE id = ?');
  const count = db.prepare<{ verdict: string | null; results: number }>(
    `SELECT verdict, count(*) AS results FROM jobs WHERE run_id = ? AND state = 'done' GROUP BY verdict`,
  );
  const idsOf = (where: string) =>
    db.prepare<{ id: number }>(
      `SELECT id FROM jobs WHERE run_id = ? AND state = 'done' ${where} ORDER BY position`,
    );
  const queues = {
    all: idsOf(''),
    unset: idsOf('AND verdict IS NULL'),
    accepted: idsOf(`AND verdict = 'accepted'`),
    rejected: idsOf(`AND verdict = 'rejected'`),
  } satisfies Record<ReviewFilter, unknown>;

  return {
    /** Answers what was said before. Throws StoreError NOT_FOUND when the job shows another result by now. */
    setReview(jobId: number, resultId: number, review: Review | null): Review | null {
      const before = find.get(jobId, resultId);
      if (before === undefined) {
        throw new StoreError('NOT_FOUND', 'This result was replaced meanwhile: look at the new one.');
      }
      write.run(review === null || isNoReview(review) ? null : JSON.stringify(review), jobId);
      return reviewOf(before.review);
    },
    reviewCounts(runId: number): ReviewCounts {
      const counts = { accepted: 0, rejected: 0, unset: 0 };
      for (const { verdict, results } of count.all(runId)) {
        counts[verdict === 'accepted' || verdict === 'rejected' ? verdict : 'unset'] += results;
      }
      return counts;
    },
    /** Ids of done jobs in the order of the run. */
    reviewQueue: (runId: number, filter: ReviewFilter): readonly number[] =>
      queues[filter].all(runId).map(({ id }) => id),
  };
}

export function reviewOf(text: string | null): Review | null {
  const parsed = text === null ? null : parseJson(text, reviewSchema);
  return parsed?.kind === 'ok' ? parsed.value : null;
}
