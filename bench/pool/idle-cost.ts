/** What an engine costs that waits for quota: nothing polls, so next to nothing. */
import process from 'node:process';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { createPool } from '../../src-main/engine/pool/pool';
import { createScheduler } from '../../src-main/engine/runs/scheduler';
import { endpoint, failure, key, seeded } from '../../src-main/engine/testing/fleet-samples';
import { createMemoryJournal } from '../../src-main/engine/testing/memory-journal';
import { createSimulatedProvider, failed } from '../../src-main/engine/testing/simulated-provider';
import { systemClock } from '../../src-main/system-clock';
import { atMost, type Figure } from './figures';
import { HOUR_MS, MODEL, SECOND_MS } from './simulation';

const JOBS = 2_000;
const MEASURED_MS = 5 * SECOND_MS;

export async function idleFigures(): Promise<readonly Figure[]> {
  const clock = systemClock;
  const random = seeded(1);
  const pool = createPool({ clock, random });
  pool.setFleet(
    [endpoint('e')],
    ['a', 'b', 'c'].map((id) => key(id, ['e'])),
  );
  const journal = createMemoryJournal({ clock });
  journal.addJobs(
    1,
    Array.from({ length: JOBS }, () => MODEL),
  );
  const transport = createSimulatedProvider({
    clock,
    random,
    journal,
    answer: () => failed(failure('quota_minute', { httpStatus: 429, retryAfterMs: HOUR_MS })),
    latencyMs: () => 10,
  });
  const scheduler = createScheduler({
    clock,
    random,
    pool,
    journal,
    transport,
    onEvent: () => undefined,
    onFault(error) {
      throw error;
    },
  });
  scheduler.start({ runId: 1, concurrency: 64, maxRetries: 0, retryDelayMs: 0, waitForQuota: 'always' });
  // All keys are refused by then.
  await setTimeout(2 * SECOND_MS);
  const asked = transport.arrivals.length;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await setTimeout(MEASURED_MS);
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1_000 / (performance.now() - start);
  const askedMeanwhile = transport.arrivals.length - asked;
  await scheduler.close();
  return [
    atMost(`${JOBS} jobs wait for quota: share of a core, %`, share * 100, 1),
    atMost('requests meanwhile', askedMeanwhile, 0, 0),
  ];
}
