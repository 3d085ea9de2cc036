/**
 * Answers that arrive at the same moment are read one after the other. Left alone, the event loop reads a little of
 * each before it does anything else: then all end late, and nobody hears meanwhile that the first is complete.
 */
import { setImmediate } from 'node:timers';

/** Of those that wait, at least so many go on in each turn: one alone might be a slow one. */
const RESUMED_PER_TURN = 2;
/** Of many that wait, one in so many: pausing costs, too. */
const RESUMED_OF = 16;
/** Each that goes on may read so much before others have to wait: a millisecond of decoding. */
const BYTES_EACH = 512 * 1024;

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
  let allowedBytes = RESUMED_PER_TURN * BYTES_EACH;
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
    const resumed = Math.max(RESUMED_PER_TURN, Math.ceil(waiting.length / RESUMED_OF));
    allowedBytes = resumed * BYTES_EACH;
    for (const resume of waiting.splice(0, resumed)) {
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
      return spentBytes >= allowedBytes;
    },
    wait(resume) {
      waiting.push(resume);
      schedule();
    },
  };
}
