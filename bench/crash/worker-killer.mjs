/**
 * Loaded into the program before it starts (node --import): ends transport threads at random moments, while the process
 * stays. BRUSHFLEET_CRASH_WORKERS says how many; how many it were is written to standard error at the end.
 */
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import workerThreads from 'node:worker_threads';
import { seededRandom } from './seeded-random.mjs';

const LONGEST_PAUSE_MS = 500;

if (workerThreads.isMainThread) {
  const random = seededRandom(Number(process.env.BRUSHFLEET_CRASH_SEED ?? 1));
  const wanted = Number(process.env.BRUSHFLEET_CRASH_WORKERS ?? 0);
  /** @type {Set<import('node:worker_threads').Worker>} */
  const alive = new Set();
  let killed = 0;

  workerThreads.Worker = class extends workerThreads.Worker {
    /** @param {ConstructorParameters<typeof workerThreads.Worker>} args */
    constructor(...args) {
      super(...args);
      if (String(args[0]).includes('transport-worker')) {
        alive.add(this);
        this.on('exit', () => alive.delete(this));
      }
    }
  };
  syncBuiltinESMExports();

  const strike = () => {
    const victim = [...alive][Math.floor(random() * alive.size)];
    if (victim !== undefined && killed < wanted) {
      killed += 1;
      alive.delete(victim);
      void victim.terminate();
    }
    setTimeout(strike, random() * LONGEST_PAUSE_MS).unref();
  };
  strike();
  process.on('exit', () => process.stderr.write(`worker threads killed: ${killed}\n`));
}
