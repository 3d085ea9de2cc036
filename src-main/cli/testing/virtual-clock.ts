/** A clock that moves only when told. */
import type { Clock } from '../../engine/ports';

export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** Timers that still wait. */
  readonly waiting: number;
}

export function createVirtualClock(): VirtualClock {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    wallNow: () => Date.UTC(2026, 0, 2) + now,
    setTimer(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) {
          break;
        }
        timers.delete(due);
        now = due.at;
        due.callback();
      }
      now = end;
    },
    get waiting() {
      return timers.size;
    },
  };
}
