/** A process that works on pictures stands back behind the window and behind what is sent. */
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * `niceness`: as nice(2) has it, 1 to 19. For a process of its own: it counts for all of its threads. Not every system
 * lets one; then all stays as it was.
 */
export function standBack(niceness: number): void {
  for (const thread of threadsOfOwn()) {
    try {
      if (getPriority(thread) < niceness) {
        setPriority(thread, niceness);
      }
    } catch {
      // Refused, or over meanwhile.
    }
  }
}

/**
 * On Linux a priority belongs to a thread (setpriority(2), "C library/kernel differences"), and those of libuv, which
 * decode, run since the first module was read: each by its number, those that come later take after who starts them.
 */
function threadsOfOwn(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [process.pid];
  }
}
