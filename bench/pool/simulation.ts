/**
 * The real pool and the real scheduler on a virtual clock, before providers that count by a clock of their own. The
 * program can be killed and started again on what its journal has, and its machine can be put to sleep.
 */
import { createPool, type Pool } from '../../src-main/engine/pool/pool';
import type { AttemptStart, Clock, Random } from '../../src-main/engine/ports';
import { createScheduler, type RunOrder } from '../../src-main/engine/runs/scheduler';
import { seeded } from '../../src-main/engine/testing/fleet-samples';
import { lognormal } from '../../src-main/engine/testing/lognormal';
import {
  createMemoryDisk,
  createMemoryJournal,
  type JobRow,
} from '../../src-main/engine/testing/memory-journal';
import { createMortalClock } from '../../src-main/engine/testing/mortal-clock';
import {
  type Answer,
  type Arrival,
  createSimulatedProvider,
} from '../../src-main/engine/testing/simulated-provider';
import { createVirtualClock, type VirtualClock } from '../../src-main/engine/testing/virtual-clock';
import { createSystemClock } from '../../src-main/system-clock';

export const MODEL = { provider: 'google_genai', model: 'm' } as const;
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** How soon a refusal comes back. */
export const REFUSAL_MS = 100;

export interface Scene {
  readonly seed: number;
  readonly fleet: Parameters<Pool['setFleet']>;
  readonly jobs: number;
  readonly order: Pick<RunOrder, 'concurrency'> & Partial<RunOrder>;
  readonly meanLatencyMs: number;
  /** Of the logarithm of the latency. */
  readonly sigma: number;
  /** What the provider does with a request as it arrives; null: it is served. `at`: by the provider's clock. */
  readonly serve?: (attempt: AttemptStart, at: number) => Service | null;
}

export interface Service {
  readonly answer: Answer;
  readonly afterMs: number;
}

export interface Simulation {
  readonly clock: VirtualClock;
  /** In order; by the provider's clock. */
  readonly arrivals: readonly Arrival[];
  readonly rows: ReadonlyMap<number, JobRow>;
  /** When the last job was done, by the provider's clock. */
  readonly lastDoneAt: number;
  readonly attempts: number;
  pool(): Pool;
  /** Requests in flight at most, from now on. */
  allow(concurrency: number): void;
  /** Ends the process without a word; what it sent still arrives. */
  kill(): void;
  /** A new process goes on with the jobs that are left. */
  restart(): void;
}

export function simulate(scene: Scene): Simulation {
  const clock = createVirtualClock();
  const random = seeded(scene.seed);
  const disk = createMemoryDisk();
  const arrivals: Arrival[] = [];
  const told = { lastDoneAt: 0 };
  let life = startLife();

  function startLife() {
    const process = createMortalClock(clock);
    const started = startProcess({ scene, clock, process, random, disk, arrivals, told });
    return { ...started, process };
  }

  life.journal.addJobs(
    1,
    Array.from({ length: scene.jobs }, () => MODEL),
  );
  life.run();
  return {
    clock,
    arrivals,
    rows: disk.rows,
    get lastDoneAt() {
      return told.lastDoneAt;
    },
    get attempts() {
      return disk.lastAttemptId;
    },
    pool: () => life.pool,
    allow: (concurrency) => life.allow(concurrency),
    kill: () => life.process.kill(),
    restart() {
      life = startLife();
      life.journal.recover();
      life.pool.restore(life.journal.history());
      life.run();
    },
  };
}

interface ProcessOptions {
  readonly scene: Scene;
  readonly clock: VirtualClock;
  readonly process: Clock & { readonly isAlive: boolean };
  readonly random: Random;
  readonly disk: ReturnType<typeof createMemoryDisk>;
  readonly arrivals: Arrival[];
  readonly told: { lastDoneAt: number };
}

function startProcess({ scene, clock, process, random, disk, arrivals, told }: ProcessOptions) {
  const { world } = clock;
  // The clock of the app itself, on a machine that may sleep.
  const appClock = createSystemClock({
    monotonic: process.now,
    sinceBoot: world.now,
    wall: process.wallNow,
    after: process.setTimer,
  });
  const latency = lognormal(random, scene.meanLatencyMs, scene.sigma);
  let afterMs: number | undefined;
  const pool = createPool({ clock: appClock, random });
  pool.setFleet(...scene.fleet);
  const journal = createMemoryJournal({ clock: process, disk });
  const provider = createSimulatedProvider({
    clock: appClock,
    world,
    random,
    journal,
    isAlive: () => process.isAlive,
    answer: () => ({ kind: 'ok' }),
    arrived(attempt, at) {
      arrivals.push({ at, jobId: attempt.jobId, endpointId: attempt.endpointId, keyId: attempt.keyId });
      const service = scene.serve?.(attempt, at) ?? null;
      afterMs = service?.afterMs;
      return service?.answer ?? null;
    },
    latencyMs: () => afterMs ?? latency(),
  });
  const scheduler = createScheduler({
    clock: appClock,
    random,
    pool,
    journal,
    transport: provider,
    onEvent(event) {
      if (event.kind === 'job' && event.state === 'done') {
        told.lastDoneAt = world.now();
      }
    },
    onFault(error) {
      throw error;
    },
    timeZone: 'UTC',
  });
  const order: RunOrder = {
    runId: 1,
    maxRetries: 0,
    retryDelayMs: SECOND_MS,
    waitForQuota: 'always',
    ...scene.order,
  };
  return {
    pool,
    journal,
    run: () => scheduler.start(order),
    allow: (concurrency: number) => scheduler.change({ ...order, concurrency }),
  };
}

export function countOf(rows: ReadonlyMap<number, JobRow>, state: JobRow['state']): number {
  let count = 0;
  for (const row of rows.values()) {
    count += row.state === state ? 1 : 0;
  }
  return count;
}
