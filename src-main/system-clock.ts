/**
 * The real Clock. The runtime's monotonic clock stands still while the machine is suspended, but a provider's minute
 * does not: what the time since boot gained on it meanwhile is added. The wall clock takes no part in it, so that
 * setting it changes nothing.
 */
import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Clock } from './engine/ports';

/** Where time comes from; all milliseconds. */
export interface TimeSources {
  /** Never steps; may stand still while the machine is suspended. */
  monotonic(): number;
  /** Since boot, suspended time included; may be as coarse as a second. */
  sinceBoot(): number;
  wall(): number;
  /** Runs `callback` once, counted by `monotonic`; returns its undo. */
  after(delayMs: number, callback: () => void): () => void;
}

/** To read the time since boot costs a system call or a file: not more often than this. */
const READ_EVERY_MS = 250;
/** A coarse reading may be wrong by a second either way: only more than that shows a suspend. */
const SUSPENDED_FROM_MS = 2_000;
/** Held back of a gain, so that no reading makes time run ahead: a wait a little too long breaks no limit. */
const READING_ERROR_MS = 1_000;
/** Timers stand still too: they look at the clock this often, so that a wait ends soon after the machine wakes. */
const TIMER_STEP_MS = 1_000;

export const MACHINE_TIME: TimeSources = {
  monotonic: () => performance.now(),
  sinceBoot: () => uptime() * 1_000,
  wall: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export function createSystemClock(sources: TimeSources = MACHINE_TIME): Clock {
  /** What the time since boot is ahead of the monotonic clock by itself. */
  let lead = sources.sinceBoot() - sources.monotonic();
  let suspendedMs = 0;
  let readAt = sources.monotonic();

  function now(): number {
    const monotonic = sources.monotonic();
    if (monotonic - readAt >= READ_EVERY_MS) {
      readAt = monotonic;
      noteSuspend(sources.sinceBoot() - monotonic - lead);
    }
    return monotonic + suspendedMs;
  }

  function noteSuspend(gainMs: number): void {
    if (gainMs >= SUSPENDED_FROM_MS) {
      const counted = gainMs - READING_ERROR_MS;
      suspendedMs += counted;
      lead += counted;
    } else if (gainMs <= -SUSPENDED_FROM_MS) {
      // The time since boot went back, as in a container that was moved: what counts is what it gains from here on.
      lead += gainMs;
    }
  }

  return {
    now,
    wallNow: sources.wall,
    setTimer(delayMs, callback) {
      const dueAt = now() + delayMs;
      let cancel = arm(delayMs);

      function arm(leftMs: number): () => void {
        return sources.after(Math.min(TIMER_STEP_MS, Math.max(0, leftMs)), () => {
          const stillMs = dueAt - now();
          if (stillMs > 0) {
            cancel = arm(stillMs);
          } else {
            callback();
          }
        });
      }

      return () => cancel();
    },
  };
}

export const systemClock: Clock = createSystemClock();
