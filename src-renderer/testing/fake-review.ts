/** Verdicts in memory. */
import { AsyncIteratorClass } from '@orpc/client';
import type { FolderExportReport } from '@shared/contract';
import { NO_REVIEW } from '@shared/model/review';
import type { Review } from '@shared/model/review';
import type { Client } from '../api';
import type { World } from './fake-backend';
import { notFound } from './fake-backend';

/** Half, then all. */
function reportsOf(total: number): AsyncIteratorClass<FolderExportReport, void, void> {
  const reports = [Math.floor(total / 2), total].map((written, at) => ({
    written,
    skipped: 0,
    total,
    done: at === 1,
  }));
  return new AsyncIteratorClass<FolderExportReport, void, void>(
    async () => {
      const value = reports.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    async () => undefined,
  );
}

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
    exportFolder: async ({ runId }) => reportsOf(doneOf(runId).length),
    set: async ({ jobId, review }) => {
      const before = said.get(jobId) ?? null;
      said.set(jobId, review ?? NO_REVIEW);
      return before;
    },
  };
}
