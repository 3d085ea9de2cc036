/** Tests of worker threads run the built workers: build once when the sources changed. */
import { buildIfStale } from './build.mjs';

export function setup(): void {
  if (process.env['BRUSHFLEET_SKIP_BUILD'] === undefined && !buildIfStale()) {
    // The tests that need a worker fail by themselves; the others still say what they know.
    process.stderr.write('The build failed: tests of worker threads run the last one, if any.\n');
  }
}
