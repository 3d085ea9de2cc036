/**
 * Answers that arrive at the same moment are read one after the other. Left alone, the event loop reads a little of
 * each before it does anything else: then all end late, and nobody hears meanwhile that the first is complete.
 */
import { setImmediate } from 'node:timers';

/** Read in one turn of the event loop before others have to wait: a few milliseconds of decoding. */
const TURN_BYTES = 1024 * 1024;
/** Of those that wait, so many go on in each turn: one alone might be a slow one. */
const RESUMED_PER_TURN = 2;

export interface ReadingTurn {
  /** So much was read and worked up. */
  spend(bytes: number): void;
  /** Whether who still has much to read should wait. */
  readonly isOver: boolean;
  /** Runs `resume` in a later turn, in the order of the calls. */
  wait(resume: () => void): void;
}

export function createReadingTurn(): ReadingTurn {
  const waiting: (() => void)[] = [];
  let spentBytes = 0;
  let isScheduled = false;

  function schedule(): void {
    if (!isScheduled) {
      isScheduled = true;
      setImmediate(next);
    }
  }

  function next(): void {
    isScheduled = false;
    spentBytes = 0;
    for (const resume of waiting.splice(0, RESUMED_PER_TURN)) {
      resume();
    }
    if (waiting.length > 0) {
      schedule();
    }
  }

  return {
    spend(bytes) {
      spentBytes += bytes;
      schedule();
    },
    get isOver() {
      return spentBytes >= TURN_BYTES;
    },
    wait(resume) {
      waiting.push(resume);
      schedule();
    },
  };
}
