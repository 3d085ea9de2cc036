/**
 * Jobs of runs that stay open, as they come: a session's. Such a run goes on without end until it is told that no more
 * will come. Jobs are in the library before they come here, or on their way there ahead of all that is written about
 * them: nothing is lost with what is forgotten here.
 *
 * Who opens a session: `open`, then `runs.start`; for each `store.addRequests`, `came`; at the end `close`, and
 * the run finishes once all that came is through. A run that has ended or paused is forgotten by itself: to go on with
 * it, `open` and `runs.start` again, which finds in the library whatever is pending.
 */
import type { PendingJob } from '../../engine/ports';

export interface Arrivals {
  /** Jobs of this run may come from now on. */
  open(runId: number): void;
  /** These are in the library, or next to be written there. Of a run that is not open: found when it is started. */
  came(runId: number, jobs: readonly PendingJob[]): void;
  /** No more will come. */
  close(runId: number): void;
}

/** The journal's side of it. */
export interface ArrivalQueue extends Arrivals {
  isOpen(runId: number): boolean;
  /** Whether the library has been read to its end: what is not known then comes. */
  hasCaughtUp(runId: number): boolean;
  /**
   * The next at most `limit` that came; waits while there are none; empty: no more will come. `afterId`: the last job that
   * the library itself has given.
   */
  next(runId: number, afterId: number, limit: number): Promise<readonly PendingJob[]>;
  /** The run is over: who waits for its jobs is sent away. */
  forget(runId: number): void;
}

interface Open {
  jobs: PendingJob[];
  isClosed: boolean;
  /** All up to this one were handed out when the library was read; null: it is still being read. */
  knownTo: number | null;
  wake: () => void;
}

export function createArrivals(): ArrivalQueue {
  const runs = new Map<number, Open>();

  function forget(runId: number): void {
    const one = runs.get(runId);
    runs.delete(runId);
    if (one !== undefined) {
      one.jobs = [];
      one.isClosed = true;
      one.wake();
    }
  }

  return {
    open(runId) {
      forget(runId);
      runs.set(runId, { jobs: [], isClosed: false, knownTo: null, wake: () => undefined });
    },
    came(runId, jobs) {
      const one = runs.get(runId);
      if (one !== undefined) {
        // One by one: a spread of a hundred thousand is too many arguments.
        for (const job of jobs) {
          one.jobs.push(job);
        }
        one.wake();
      }
    },
    close(runId) {
      const one = runs.get(runId);
      if (one !== undefined) {
        one.isClosed = true;
        one.wake();
      }
    },
    isOpen: (runId) => runs.has(runId),
    hasCaughtUp: (runId) => (runs.get(runId)?.knownTo ?? null) !== null,
    async next(runId, afterId, limit) {
      const one = runs.get(runId);
      if (one === undefined) {
        return [];
      }
      // Commits have ascending ids: what came while the library was being read was read with it.
      const knownTo = (one.knownTo ??= afterId);
      for (;;) {
        one.jobs = one.jobs.filter(({ id }) => id > knownTo);
        if (one.jobs.length > 0 || one.isClosed) {
          return one.jobs.splice(0, limit);
        }
        await new Promise<void>((resolve) => {
          one.wake = resolve;
        });
      }
    },
    forget,
  };
}
