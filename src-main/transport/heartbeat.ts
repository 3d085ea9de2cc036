/**
 * Finds threads that hang: each that has something under way is asked now and then whether its loop still turns. One
 * that stays silent is judged by beats that this thread itself has seen, not by the time that passed: a machine that
 * slept, or a thread here that was busy, counts for one beat.
 */
import type { Clock } from '../engine/ports';

export interface HeartbeatOptions<Thread> {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Those with something under way. */
  busy(): readonly Thread[];
  /** Whatever it says next is its answer. */
  ping(thread: Thread): void;
  /** It will not answer any more. */
  onHung(thread: Thread): void;
}

export interface Heartbeat<Thread> {
  /** Something is under way from now on. While nothing is, no timer runs. */
  start(): void;
  /** It said something. */
  heard(thread: Thread): void;
  stop(): void;
}

export const BEAT_MS = 10_000;
/** Two minutes: the longest that a thread computes at a stretch is some seconds, on a busy machine some more. */
export const MOST_MISSED = 12;

export function createHeartbeat<Thread>(options: HeartbeatOptions<Thread>): Heartbeat<Thread> {
  /** Beats since it was last heard. */
  const missed = new Map<Thread, number>();
  let cancel: (() => void) | null = null;

  function beat(): void {
    cancel = null;
    for (const thread of options.busy()) {
      const beats = missed.get(thread) ?? 0;
      if (beats >= MOST_MISSED) {
        missed.delete(thread);
        options.onHung(thread);
      } else {
        missed.set(thread, beats + 1);
        options.ping(thread);
      }
    }
    if (options.busy().length > 0) {
      start();
    } else {
      missed.clear();
    }
  }

  function start(): void {
    cancel ??= options.clock.setTimer(BEAT_MS, beat);
  }

  return {
    start,
    heard: (thread) => void missed.delete(thread),
    stop() {
      cancel?.();
      cancel = null;
      missed.clear();
    },
  };
}
