/** A clock that moves only when a test says so; timers run in the order of their moments, one turn of work at a time. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../ports';
import { DueHeap } from '../runs/due-heap';

interface Timer {
  isCancelled: boolean;
  readonly callback: () => void;
}

export interface VirtualClock extends Clock {
  /** Moves time on; all that becomes due runs, and all that follows from it before the next timer. */
  advance(ms: number): Promise<void>;
  /** Lets pending promises run without moving time. */
  flush(): Promise<void>;
  /** Goes from timer to timer until none is left or `limitMs` have passed; answers the time that passed. */
  runAll(limitMs: number): Promise<number>;
  /** Moves the wall clock alone, as a person or NTP does. */
  stepWall(ms: number): void;
  /** Timers that wait. */
  readonly timers: number;
}

export function createVirtualClock(options: { readonly startsAtWall?: number } = {}): VirtualClock {
  // Odd values, so that nobody takes one clock for the other.
  let now = 5_000;
  let wallOffset = (options.startsAtWall ?? Date.UTC(2026, 10, 21, 12)) - now;
  const heap = new DueHeap<Timer>();
  let live = 0;

  const flush = async (): Promise<void> => {
    await setImmediate();
  };

  /** Runs the next timer that is due by `limit`; answers whether there was one. */
  async function step(limit: number): Promise<boolean> {
    if (heap.nextDueAt > limit) {
      return false;
    }
    now = Math.max(now, heap.nextDueAt);
    const timer = heap.pop();
    if (timer !== undefined && !timer.isCancelled) {
      live -= 1;
      timer.isCancelled = true;
      timer.callback();
      await flush();
    }
    return true;
  }

  return {
    now: () => now,
    wallNow: () => now + wallOffset,
    setTimer(delayMs, callback) {
      const timer: Timer = { isCancelled: false, callback };
      live += 1;
      heap.push(now + Math.max(0, delayMs), timer);
      return () => {
        live -= timer.isCancelled ? 0 : 1;
        timer.isCancelled = true;
      };
    },
    async advance(ms) {
      const target = now + ms;
      await flush();
      while (await step(target)) {
        // Each step lets everything that follows from it happen first.
      }
      now = target;
    },
    flush,
    async runAll(limitMs) {
      const start = now;
      await flush();
      while (live > 0 && (await step(start + limitMs))) {
        // Until nothing waits any more.
      }
      return now - start;
    },
    stepWall(ms) {
      wallOffset += ms;
    },
    get timers() {
      return live;
    },
  };
}
