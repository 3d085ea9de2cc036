/** How a command ends. */
import type { RefusedRun } from './engine-port';

export const EXIT = { done: 0, someFailed: 1, usage: 2, interrupted: 130 } as const;

/** Of one that has no run to tell of. Stopped by somebody else, it has not done what was asked. */
export function refusedCode({ isStopped }: Pick<RefusedRun, 'isStopped'>, isInterrupted: boolean): number {
  if (isStopped !== true) {
    return EXIT.usage;
  }
  return isInterrupted ? EXIT.interrupted : EXIT.someFailed;
}
