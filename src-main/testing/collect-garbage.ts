/** What nobody holds, gone now instead of whenever: a test of what is held does not wait for luck. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // What the first found is given back by a thread of its own, which the second waits for.
  collect();
}

/** In bytes, of this process: what was dropped and waits to be collected is none of it. */
export function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
