/**
 * Done jobs whose file is gone or damaged. A run that goes on checks its results in the background, while it sends what
 * is pending; what it finds broken is pending again, and is handed out after everything else.
 */
import type { Failure } from '@shared/model/failure';
import type { Clock, PendingJob } from '../../engine/ports';
import type { Store, StoredRun } from '../../store/store';
import { inFiles } from './file-turns';
import { keptNames, MOST_NAMED } from './kept-pictures';
import { Unreadable } from './unreadable';
import type { BrokenResult, Verified } from './verify-results';

export interface BrokenResultsOptions {
  readonly store: Pick<Store, 'requeue' | 'jobsById'>;
  /** Yields done jobs whose results are not what the journal says; throws an Unreadable where nobody can tell. */
  verify(run: StoredRun, signal: AbortSignal): AsyncIterable<Pick<Verified, 'broken' | 'kept'>>;
  readonly clock: Pick<Clock, 'setTimer'>;
  onError(error: unknown): void;
}

export interface FoundBroken {
  readonly results: number;
  /** Pictures that somebody has changed: the first few, by the names they are kept by. */
  readonly kept: readonly string[];
}

export interface CheckHooks {
  /** What was found when the check is over, if anything. */
  onBroken(found: FoundBroken): void;
  /** One is there and cannot be read: the check has ended, and its run is not to finish. */
  onUnreadable(failure: Failure): void;
}

/** The first requests of a run go out before its results are looked at, unless there is nothing else to do. */
const HEAD_START_MS = 2000;

/** More are not held in memory: the check waits until some have been handed out. */
const MOST_WAITING = 10_000;

interface Check {
  /** Broken, and nobody has been handed them since. */
  readonly waiting: Set<number>;
  readonly stop: AbortController;
  isOver: boolean;
  /** Raised when more is known. */
  readonly news: Signal;
  /** Raised when some were handed out, or all that was pending is. */
  readonly wanted: Signal;
}

export type BrokenResults = ReturnType<typeof createBrokenResults>;

export function createBrokenResults(options: BrokenResultsOptions) {
  const checks = new Map<number, Check>();

  function start(run: StoredRun, { onBroken, onUnreadable }: CheckHooks): void {
    const check: Check = {
      waiting: new Set(),
      stop: new AbortController(),
      isOver: false,
      news: createSignal(),
      wanted: createSignal(),
    };
    checks.set(run.id, check);
    const wanted = check.wanted.next();
    const undo = options.clock.setTimer(HEAD_START_MS, check.wanted.raise);
    void wanted
      .then(undo)
      .then(() => look(run, check))
      .then((found) => found.results > 0 && onBroken(found))
      .catch((error: unknown) =>
        error instanceof Unreadable ? onUnreadable(error.failure) : options.onError(error),
      )
      .finally(() => {
        check.isOver = true;
        check.news.raise();
      });
  }

  async function look(run: StoredRun, check: Check): Promise<FoundBroken> {
    let results = 0;
    const kept: string[] = [];
    for await (const { broken, kept: more } of options.verify(run, check.stop.signal)) {
      kept.push(...more.slice(0, MOST_NAMED - kept.length));
      if (broken.length > 0) {
        results += await inFiles(options.store, () => sendAnew(run, check, broken));
      }
      while (check.waiting.size >= MOST_WAITING && !check.stop.signal.aborted) {
        await check.wanted.next();
      }
    }
    return { results, kept };
  }

  /** But those that show another result by now: a version has been taken back. */
  async function sendAnew(run: StoredRun, check: Check, broken: readonly BrokenResult[]): Promise<number> {
    const jobs = await options.store.jobsById(broken.map(({ jobId }) => jobId));
    const present = new Map(jobs.map(({ id, resultId = null }) => [id, resultId]));
    const jobIds = broken
      .filter(({ jobId, resultId }) => present.get(jobId) === resultId)
      .map(({ jobId }) => jobId);
    const results = await options.store.requeue(run.id, { kind: 'jobs', jobIds });
    jobIds.forEach((jobId) => check.waiting.add(jobId));
    check.news.raise();
    return results;
  }

  return {
    start,
    /** They are on their way: not handed out a second time. */
    handedOut(runId: number, jobs: readonly PendingJob[]): void {
      const waiting = checks.get(runId)?.waiting;
      if (waiting !== undefined && waiting.size > 0) {
        jobs.forEach((job) => waiting.delete(job.id));
        checks.get(runId)?.wanted.raise();
      }
    },
    /** Those that are left, at most `limit`; waits while none is known; empty when all is checked. */
    async next(runId: number, limit: number): Promise<readonly PendingJob[]> {
      const check = checks.get(runId);
      check?.wanted.raise();
      while (check !== undefined && !check.isOver && check.waiting.size === 0) {
        await check.news.next();
      }
      const jobIds = [...(check?.waiting ?? [])].slice(0, limit);
      jobIds.forEach((jobId) => check?.waiting.delete(jobId));
      check?.wanted.raise();
      return (await options.store.jobsById(jobIds))
        .filter((job) => job.state === 'pending')
        .map(({ id, provider, model, retriesUsed }) => ({
          id,
          runId,
          model: { provider, model },
          retriesUsed,
          isStraggler: true,
        }));
    },
    stop(runId: number): void {
      const check = checks.get(runId);
      checks.delete(runId);
      check?.stop.abort();
      check?.wanted.raise();
    },
  };
}

export function brokenNote({ results, kept }: FoundBroken): string {
  const sent =
    results === 1
      ? 'One result is gone or damaged on disk and is sent again.'
      : `${results} results are gone or damaged on disk and are sent again.`;
  return kept.length === 0
    ? sent
    : `${sent} Pictures that somebody has changed are kept, as ${keptNames(kept)}.`;
}

interface Signal {
  /** Resolves at the next raising. */
  next(): Promise<void>;
  raise(): void;
}

function createSignal(): Signal {
  let resolve: () => void = () => undefined;
  let promise: Promise<void> | null = null;
  return {
    next() {
      promise ??= new Promise((done) => {
        resolve = done;
      });
      return promise;
    },
    raise() {
      promise = null;
      resolve();
    },
  };
}
