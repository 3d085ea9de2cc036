/** The clock of a process that can be killed: from then on none of its timers runs. */
import type { Clock } from '../ports';

export interface MortalClock extends Clock {
  readonly isAlive: boolean;
  kill(): void;
}

export function createMortalClock(clock: Clock): MortalClock {
  let isAlive = true;
  return {
    now: clock.now,
    wallNow: clock.wallNow,
    setTimer: (delayMs, callback) =>
      clock.setTimer(delayMs, () => {
        if (isAlive) {
          callback();
        }
      }),
    get isAlive() {
      return isAlive;
    },
    kill() {
      isAlive = false;
    },
  };
}
