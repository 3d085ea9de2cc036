/**
 * Loaded into the command line before it starts (`node --import`): the delay of its main thread's event loop, written to
 * the file that BENCH_PROBE names when the process ends.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 2;
const WARM_UP_MS = 2000;
const file = process.env['BENCH_PROBE'];

if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  // Loading and compiling the program is not what is asked about.
  setTimeout(() => delays.enable(), WARM_UP_MS).unref();
  process.on('exit', () => {
    const delayMs = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
    writeFileSync(file, JSON.stringify({ delayMs, worstMs: delays.max / 1e6 }));
  });
}
