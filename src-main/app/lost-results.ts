/**
 * Done jobs whose file is gone or damaged. A run that goes on checks its results in the background, while it sends what
 * is pending; what it finds lost is pending again, and is handed out after everything else.
 */
import type { PendingJob } from '../engine/ports';
import type { Store, StoredRun } from '../store/store';

export interface LostResultsOptions {
  readonly store: Pick<Store, 'requeue' | 'jobsById'>;
  /** Yields ids of done jobs whose results are not what the journal says. */
  verify(run: StoredRun, signal: AbortSignal): AsyncIterable<{ readonly lost: readonly number[] }>;
  onError(error: unknown): void;
}

interface Check {
  /** Lost, and nobody has been handed them since. */
  readonly waiting: Set<number>;
  readonly stop: AbortController;
  isOver: boolean;
  /** Resolves when more is known. */
  news: Promise<void>;
}

export type LostResults = ReturnType<typeof createLostResults>;

export function createLostResults(options: LostResultsOptions) {
  const checks = new Map<number, Check>();

  /** `onLost` hears how many were found when the check is over, if any. */
  function start(run: StoredRun, onLost: (found: number) => void): void {
    const check: Check = {
      waiting: new Set(),
      stop: new AbortController(),
      isOver: false,
      news: Promise.resolve(),
    };
    checks.set(run.id, check);
    let tell: () => void = () => undefined;
    const renew = (): void => {
      const before = tell;
      check.news = new Promise((resolve) => {
        tell = resolve;
      });
      before();
    };
    renew();
    void look(run, check, renew)
      .then((found) => found > 0 && onLost(found))
      .catch(options.onError)
      .finally(() => {
        check.isOver = true;
        tell();
      });
  }

  async function look(run: StoredRun, check: Check, renew: () => void): Promise<number> {
    let found = 0;
    for await (const { lost } of options.verify(run, check.stop.signal)) {
      if (lost.length > 0) {
        found += await options.store.requeue(run.id, { kind: 'jobs', jobIds: lost });
        lost.forEach((jobId) => check.waiting.add(jobId));
        renew();
      }
    }
    return found;
  }

  return {
    start,
    /** They are on their way: not handed out a second time. */
    handedOut(runId: number, jobs: readonly PendingJob[]): void {
      const waiting = checks.get(runId)?.waiting;
      if (waiting !== undefined && waiting.size > 0) {
        jobs.forEach((job) => waiting.delete(job.id));
      }
    },
    /** Those that are left, at most `limit`; waits while none is known; empty when all is checked. */
    async next(runId: number, limit: number): Promise<readonly PendingJob[]> {
      const check = checks.get(runId);
      while (check !== undefined && !check.isOver && check.waiting.size === 0) {
        await check.news;
      }
      const jobIds = [...(check?.waiting ?? [])].slice(0, limit);
      jobIds.forEach((jobId) => check?.waiting.delete(jobId));
      return (await options.store.jobsById(jobIds))
        .filter((job) => job.state === 'pending')
        .map(({ id, provider, model, retriesUsed }) => ({
          id,
          runId,
          model: { provider, model },
          retriesUsed,
        }));
    },
    stop(runId: number): void {
      checks.get(runId)?.stop.abort();
      checks.delete(runId);
    },
  };
}
