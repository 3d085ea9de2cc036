/** Gathers what changed and tells every open page in batches, at most ten a second. */
import type { AppEvent } from '@shared/contract';
import type { Clock } from '../engine/ports';

/** A job event carries at most this many tiles: one message stays small enough for one frame. */
const TILES_PER_EVENT = 2000;
const INTERVAL_MS = 100;
/** Figures of endpoints: nobody reads them ten times a second, and there may be a thousand keys. */
const ENDPOINTS_INTERVAL_MS = 500;

export interface EventSource {
  runEvent(runId: number): Promise<AppEvent | null>;
  jobEvents(runId: number, jobIds: readonly number[]): Promise<AppEvent | null>;
  endpointsEvent(): Promise<AppEvent>;
}

export interface EventHub {
  subscribe(listener: (event: AppEvent) => void): () => void;
  /** Sent with the next batch. */
  touchRun(runId: number): void;
  touchJob(runId: number, jobId: number): void;
  touchEndpoints(): void;
  /** Sent at once. */
  tell(event: AppEvent): void;
  close(): void;
}

export function createEventHub(clock: Clock, source: () => EventSource): EventHub {
  const listeners = new Set<(event: AppEvent) => void>();
  const runs = new Set<number>();
  const jobs = new Map<number, Set<number>>();
  let endpointsChanged = false;
  let endpointsToldAt = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | null = null;
  let closed = false;

  function arm(): void {
    // Without a listener nothing is gathered: the command line pays nothing for the window's events.
    if (cancelTimer === null && listeners.size > 0 && !closed) {
      cancelTimer = clock.setTimer(INTERVAL_MS, () => void flush());
    }
  }

  async function flush(): Promise<void> {
    // Each is told as soon as it is read: held behind a slower one it would be older than what pages were answered meanwhile.
    await Promise.all(
      gather().map(async (pending) => {
        const event = await pending.catch(() => null);
        if (event !== null) {
          tell(event);
        }
      }),
    );
    cancelTimer = null;
    if (runs.size > 0 || jobs.size > 0 || endpointsChanged) {
      arm();
    }
  }

  function gather(): Promise<AppEvent | null>[] {
    const from = source();
    const events: Promise<AppEvent | null>[] = [];
    for (const [runId, ids] of jobs) {
      const batch = [...ids].slice(0, TILES_PER_EVENT);
      events.push(from.jobEvents(runId, batch));
      for (const jobId of batch) {
        ids.delete(jobId);
      }
      if (ids.size === 0) {
        jobs.delete(runId);
      }
    }
    for (const runId of runs) {
      events.push(from.runEvent(runId));
    }
    runs.clear();
    if (endpointsChanged && clock.now() - endpointsToldAt >= ENDPOINTS_INTERVAL_MS) {
      endpointsChanged = false;
      endpointsToldAt = clock.now();
      events.push(from.endpointsEvent());
    }
    return events;
  }

  function tell(event: AppEvent): void {
    for (const listener of listeners) {
      listener(event);
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    touchRun(runId) {
      runs.add(runId);
      arm();
    },
    touchJob(runId, jobId) {
      if (listeners.size === 0) {
        return;
      }
      const ids = jobs.get(runId) ?? new Set<number>();
      jobs.set(runId, ids.add(jobId));
      arm();
    },
    touchEndpoints() {
      endpointsChanged = true;
      arm();
    },
    tell,
    close() {
      closed = true;
      cancelTimer?.();
      listeners.clear();
    },
  };
}
