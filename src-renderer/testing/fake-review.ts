/** Verdicts in memory. */
import { NO_REVIEW } from '@shared/model/review';
import type { Review } from '@shared/model/review';
import type { Client } from '../api';
import type { World } from './fake-backend';
import { notFound } from './fake-backend';

export function reviewCalls(world: World): Client['review'] {
  const said = new Map<number, Review>();
  const doneOf = (runId: number) =>
    (world.runs.get(runId) ?? notFound()).jobs.filter((job) => job.state === 'done');
  const verdictOf = (jobId: number) => said.get(jobId)?.verdict ?? 'unset';
  return {
    queue: async ({ runId, filter }) =>
      doneOf(runId)
        .filter(({ id }) => filter === 'all' || verdictOf(id) === filter)
        .map(({ id }) => id),
    counts: async ({ runId }) => {
      const counts = { accepted: 0, rejected: 0, unset: 0 };
      for (const { id } of doneOf(runId)) {
        counts[verdictOf(id)] += 1;
      }
      return counts;
    },
    set: async ({ jobId, review }) => {
      const before = said.get(jobId) ?? null;
      said.set(jobId, review ?? NO_REVIEW);
      return before;
    },
  };
}
