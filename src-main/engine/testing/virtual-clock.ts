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
  /** The machine sleeps: its monotonic clock and its timers stand still, the wall clock and the world go on. */
  suspend(ms: number): void;
  /** The time of the rest of the world, which no suspend stops: what providers count by. */
  readonly world: Pick<Clock, 'now' | 'setTimer'>;
  /** Timers that wait. */
  readonly timers: number;
}

export function createVirtualClock(options: { readonly startsAtWall?: number } = {}): VirtualClock {
  // Odd values, so that nobody takes one clock for the other.
  let now = 5_000;
  let wallOffset = (options.startsAtWall ?? Date.UTC(2026, 10, 21, 12)) - now;
  const heap = new DueHeap<Timer>();
  /** Timers of the world, by its time. */
  const worldHeap = new DueHeap<Timer>();
  let suspendedMs = 0;
  /** What happened while the machine slept is told late, but at its own moment. */
  let worldMoment: number | null = null;
  let live = 0;

  const flush = async (): Promise<void> => {
    await setImmediate();
  };

  /** Runs the next timer that is due by `limit`; answers whether there was one. */
  async function step(limit: number): Promise<boolean> {
    const worldDueAt = worldHeap.nextDueAt - suspendedMs;
    const isOfWorld = worldDueAt <= heap.nextDueAt;
    const dueAt = isOfWorld ? worldDueAt : heap.nextDueAt;
    if (dueAt > limit) {
      return false;
    }
    now = Math.max(now, dueAt);
    worldMoment = isOfWorld ? worldHeap.nextDueAt : null;
    const timer = (isOfWorld ? worldHeap : heap).pop();
    if (timer !== undefined && !timer.isCancelled) {
      live -= 1;
      timer.isCancelled = true;
      timer.callback();
      worldMoment = null;
      await flush();
    }
    return true;
  }

  function setTimer(at: number, callback: () => void, into: DueHeap<Timer>): () => void {
    const timer: Timer = { isCancelled: false, callback };
    live += 1;
    into.push(at, timer);
    return () => {
      live -= timer.isCancelled ? 0 : 1;
      timer.isCancelled = true;
    };
  }

  const worldNow = (): number => worldMoment ?? now + suspendedMs;

  return {
    now: () => now,
    wallNow: () => now + wallOffset,
    setTimer: (delayMs, callback) => setTimer(now + Math.max(0, delayMs), callback, heap),
    world: {
      now: worldNow,
      setTimer: (delayMs, callback) => setTimer(worldNow() + Math.max(0, delayMs), callback, worldHeap),
    },
    suspend(ms) {
      suspendedMs += ms;
      wallOffset += ms;
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
