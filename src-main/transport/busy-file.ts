/**
 * Files that another program holds for a moment: virus scanners and indexers open what was just written, and meanwhile
 * Windows refuses to rename it. What was paid for is not thrown away for that.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** EPERM and EACCES: Windows says so of a file that is open elsewhere; on other systems they are no matter of time. */
const BUSY_CODES: ReadonlySet<unknown> = new Set(
  process.platform === 'win32' ? ['EBUSY', 'EPERM', 'EACCES'] : ['EBUSY'],
);
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;
/** About eleven seconds in all. */
const TRIES = 27;

/** Does it again as long as it is refused as busy, at most 27 times; then throws what the last refusal was. */
export async function whileBusy<T>(
  work: () => Promise<T>,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried >= TRIES || !BUSY_CODES.has((error as NodeJS.ErrnoException).code)) {
        throw error;
      }
      await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1)));
    }
  }
}
