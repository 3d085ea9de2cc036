/**
 * Requests whose answers somebody waits for, by job and by run. They outlive the session they were given to: one that is
 * closed with `keep` and opened again goes on with them.
 */
import type { Pass } from './passes';
import type { SessionAnswer, SubmitOptions } from './session';

export interface Waiting {
  readonly runId: number;
  readonly jobId: number;
  /** The model asked for. */
  readonly model: string;
  /** Whose keys were lent for it; undefined: the library's own serve it. */
  readonly borrower: string | undefined;
  readonly pass: Pass | undefined;
  readonly hooks: Pick<SubmitOptions, 'onDelta' | 'onAgain'>;
  /** Its request is under way. */
  isSent: boolean;
  settle(answer: SessionAnswer): void;
  fail(error: unknown): void;
}

export interface WaitingList {
  add(waiting: Waiting): void;
  get(jobId: number): Waiting | undefined;
  of(runId: number): readonly Waiting[];
  count(runId: number): number;
  /** Nobody waits for it any more. */
  settle(jobId: number, answer: SessionAnswer): void;
  fail(jobId: number, error: unknown): void;
  /** Of all runs. */
  failAll(error: unknown): void;
}

export function createWaitingList(): WaitingList {
  const byJob = new Map<number, Waiting>();
  const byRun = new Map<number, Set<Waiting>>();

  function forget(waiting: Waiting): void {
    byJob.delete(waiting.jobId);
    const others = byRun.get(waiting.runId);
    others?.delete(waiting);
    if (others?.size === 0) {
      byRun.delete(waiting.runId);
    }
  }

  return {
    add(waiting) {
      byJob.set(waiting.jobId, waiting);
      const others = byRun.get(waiting.runId) ?? new Set();
      byRun.set(waiting.runId, others.add(waiting));
    },
    get: (jobId) => byJob.get(jobId),
    of: (runId) => [...(byRun.get(runId) ?? [])],
    count: (runId) => byRun.get(runId)?.size ?? 0,
    settle(jobId, answer) {
      const waiting = byJob.get(jobId);
      if (waiting !== undefined) {
        forget(waiting);
        waiting.settle(answer);
      }
    },
    fail(jobId, error) {
      const waiting = byJob.get(jobId);
      if (waiting !== undefined) {
        forget(waiting);
        waiting.fail(error);
      }
    },
    failAll(error) {
      for (const waiting of byJob.values()) {
        forget(waiting);
        waiting.fail(error);
      }
    },
  };
}
