/** Verdicts in memory. */
import type { SuspicionKind } from '@shared/model/measures';
import { NO_REVIEW } from '@shared/model/review';
import type { Review, ReviewSource } from '@shared/model/review';
import type { Client } from '../api';
import type { World } from './fake-backend';
import { notFound } from './fake-backend';
import { figureUrl } from './fake-pictures';

interface OldResult {
  readonly resultId: number;
  readonly instruction?: string;
  readonly review?: Review;
}

/** A job that is rerun is done again at once, with another picture. */
export function reviewCalls(world: World): Client['review'] {
  const said = new Map<number, Review>();
  const versions = new Map<number, OldResult[]>();
  let lastResult = 900_000_000;
  const runOf = (jobId: number) =>
    [...world.runs.values()].find((fake) => fake.jobs.some(({ id }) => id === jobId)) ?? notFound();
  const jobsOf = (source: ReviewSource) => {
    if (source.kind === 'run') {
      return (world.runs.get(source.runId) ?? notFound()).jobs;
    }
    const all = [...world.runs.values()].flatMap((fake) => fake.jobs);
    const { selection } = source;
    return selection.kind === 'ids' ? all.filter(({ id }) => selection.jobIds.includes(id)) : all;
  };
  const doneOf = (source: ReviewSource) => jobsOf(source).filter((job) => job.state === 'done');
  const verdictOf = (jobId: number) => said.get(jobId)?.verdict ?? 'unset';

  function showResult(jobId: number, resultId: number): void {
    const fake = runOf(jobId);
    const job = fake.jobs.find(({ id }) => id === jobId) ?? notFound();
    fake.jobs[job.position] = { ...job, state: 'done', resultId };
    world.tell({ kind: 'jobs', runId: fake.run.id, jobs: [{ ...job, state: 'done', resultId }] });
  }

  function keep(jobId: number): void {
    const review = said.get(jobId);
    const resultId = runOf(jobId).jobs.find(({ id }) => id === jobId)?.resultId;
    if (resultId !== undefined) {
      const old = { resultId, ...(review === undefined ? {} : { review }) };
      versions.set(jobId, [old, ...(versions.get(jobId) ?? [])]);
    }
    said.delete(jobId);
  }

  return {
    queue: async ({ source, filter, order, suspicion }) => {
      const jobs = doneOf(source).filter(
        ({ id, suspicions = [] }) =>
          (filter === 'all' || verdictOf(id) === filter) &&
          (suspicion === undefined ||
            (suspicion === 'any' ? suspicions.length > 0 : suspicions.includes(suspicion))),
      );
      const sorted =
        order === 'source' ? jobs : [...jobs].sort((a, b) => (b.suspicion ?? 0) - (a.suspicion ?? 0));
      return sorted.map(({ id }) => id);
    },
    counts: async ({ source }) => {
      const counts = { accepted: 0, rejected: 0, unset: 0 };
      const suspicions: Partial<Record<SuspicionKind, number>> = {};
      const jobs = doneOf(source);
      for (const { id, suspicions: kinds = [] } of jobs) {
        counts[verdictOf(id)] += 1;
        for (const kind of kinds) {
          suspicions[kind] = (suspicions[kind] ?? 0) + 1;
        }
      }
      return {
        ...counts,
        suspicions,
        suspicious: jobs.filter((job) => job.suspicions !== undefined).length,
        measured: jobs.length,
      };
    },
    set: async ({ jobId, review }) => {
      const before = said.get(jobId) ?? null;
      said.set(jobId, review ?? NO_REVIEW);
      return before;
    },
    rerun: async ({ jobId }) => {
      keep(jobId);
      lastResult += 1;
      showResult(jobId, lastResult);
      return runOf(jobId).run;
    },
    versions: async ({ jobId }) => {
      const fake = runOf(jobId);
      const resultId = fake.jobs.find(({ id }) => id === jobId)?.resultId;
      const all: OldResult[] = [
        ...(resultId === undefined ? [] : [{ resultId }]),
        ...(versions.get(jobId) ?? []),
      ];
      return all.map((one, at) => ({
        ...one,
        isCurrent: at === 0,
        width: 1024,
        height: 1024,
        thumbnail: figureUrl(one.resultId % 1_000_000, true),
        view: figureUrl(one.resultId % 1_000_000, true),
        instruction: at === 0 ? 'As it is now' : 'As it was before',
      }));
    },
    takeBack: async ({ jobId, resultId }) => {
      keep(jobId);
      const review = versions.get(jobId)?.find((one) => one.resultId === resultId)?.review;
      versions.set(
        jobId,
        (versions.get(jobId) ?? []).filter((one) => one.resultId !== resultId),
      );
      if (review !== undefined) {
        said.set(jobId, review);
      }
      showResult(jobId, resultId);
    },
  };
}
