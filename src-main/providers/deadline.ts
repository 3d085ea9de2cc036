/** Ends a call in time and says why it ended, which an AbortError alone does not. */
import { MACHINE_TIME, type TimeSources } from '../system-clock';

export interface Deadline {
  readonly signal: AbortSignal;
  /** The time runs from here. */
  start(timeoutMs: number): void;
  /** Null while nothing has cut the call short. */
  cause(): 'timeout' | 'stopped' | null;
  dispose(): void;
}

/** A timer that is later than this was not heard while the process stood still, or was busy for long. */
const LATE_MS = 250;

/**
 * Aborts when its time is over, or at once with `stop`. Time in which the process stood still (a suspended machine, a
 * signal) does not count: timers are heard before sockets, and an answer that lies there was paid for.
 */
export function createDeadline(
  stop: AbortSignal,
  time: Pick<TimeSources, 'monotonic' | 'after'> = MACHINE_TIME,
): Deadline {
  const controller = new AbortController();
  let cancelTimer = (): void => undefined;
  let cause: 'timeout' | 'stopped' | null = null;
  const end = (why: 'timeout' | 'stopped'): void => {
    cause ??= why;
    controller.abort();
  };
  const onStop = (): void => end('stopped');
  const start = (timeoutMs: number): void => {
    const dueAt = time.monotonic() + timeoutMs;
    cancelTimer = time.after(timeoutMs, () => {
      const lateMs = time.monotonic() - dueAt;
      if (lateMs > LATE_MS && cause === null) {
        start(Math.min(lateMs, timeoutMs));
      } else {
        end('timeout');
      }
    });
  };
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) {
    onStop();
  }
  return {
    signal: controller.signal,
    start,
    cause: () => cause,
    dispose() {
      cancelTimer();
      stop.removeEventListener('abort', onStop);
    },
  };
}
