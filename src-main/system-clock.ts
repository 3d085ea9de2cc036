/** The real Clock. */
import { performance } from 'node:perf_hooks';
import type { Clock } from './engine/ports';

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
