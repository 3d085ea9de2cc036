/** Calls to the process that has a library open, which may end meanwhile. */
import { ORPCError } from '@orpc/client';
import type { Clock } from '../engine/ports';
import { type Gone, OwnerGone } from './place';

/** Of one call. */
const MOST_NAMED = 10_000;

/** In calls of so many; all that they answer. */
export async function inParts<Given, Told>(
  given: readonly Given[],
  call: (part: Given[]) => Promise<readonly Told[]>,
): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (let from = 0; from < given.length; from += MOST_NAMED) {
    told.push(...(await call(given.slice(from, from + MOST_NAMED)).catch(whenGone)));
  }
  return told;
}

/** What the owner says no to is an error; what it does not answer, it is gone for. */
export function whenGone(error: unknown): never {
  throw error instanceof ORPCError ? error : new OwnerGone();
}

/** Whether the owner ends before so long. */
export function endsWithin(
  gone: Promise<Gone>,
  delayMs: number,
  clock: Pick<Clock, 'setTimer'>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(delayMs, () => resolve(false));
    void gone.then(() => {
      cancel();
      resolve(true);
    });
  });
}
