/**
 * Keeps the garbage of a long run small. Rows, orders and answers pass through by the million and die young, but V8
 * lets a thread hold 128 MB of them before it looks, and several times what really lives after that: with five threads
 * that is what a run costs in memory. Here it looks sooner. bench/scale: 290 MB instead of 410, at the same CPU a job.
 */
import { setFlagsFromString } from 'node:v8';

/** The old generation is looked through when it is this much larger than what lived the last time. */
const GROWING_PERCENT = 60;
/**
 * What a thread's young generation begins with, and keeps, for little of what passes through a worker grows old. V8's own
 * 1 MB is collected twice for each picture, and that wakes all of its helpers: 0.3 ms of CPU an answer
 * (bench:transport).
 */
const YOUNG_AT_FIRST_MB = 4;

let isBound = false;

/** For this process and the threads it starts from now on; once is enough. Electron's own V8 is left as it is. */
export function boundHeaps(): void {
  if (isBound || process.versions['electron'] !== undefined) {
    return;
  }
  isBound = true;
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  setFlagsFromString(`--min-semi-space-size=${YOUNG_AT_FIRST_MB}`);
  // The bound of this thread's young generation was read before any of our code ran, but not how it grows: the factor is
  // read at each collection. Workers have `resourceLimits` besides.
  setFlagsFromString('--semi-space-growth-factor=1');
}
