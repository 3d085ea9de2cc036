/** What a decision of the pool costs on this machine. */
import { performance } from 'node:perf_hooks';
import { createPool } from '../../src-main/engine/pool/pool';
import { endpoint, key, seeded } from '../../src-main/engine/testing/fleet-samples';
import { createVirtualClock } from '../../src-main/engine/testing/virtual-clock';
import { atMost, type Figure, note } from './figures';
import { MODEL } from './simulation';

const ENDPOINTS = 100;
const KEYS_EACH = 10;
const IN_FLIGHT = 256;
const WARM_UP = 5_000;
const MEASURED = 20_000;
const MEDIAN_BAR_US = 20;

/** Every key has limits of every kind; a few hundred requests are under way. */
export async function leaseCostFigures(): Promise<readonly Figure[]> {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  const endpoints = Array.from({ length: ENDPOINTS }, (_, at) =>
    endpoint(`e${at}`, { weight: 1 + (at % 5), limits: { concurrency: 64, requestsPerMinute: 6_000 } }),
  );
  const limits = {
    requestsPerMinute: 600,
    requestsPerDay: 1_000_000,
    tokensPerMinute: 10_000_000,
    concurrency: 50,
  };
  const keys = endpoints.flatMap(({ id }) =>
    Array.from({ length: KEYS_EACH }, (_, at) => key(`${id}k${at}`, [id], { limits })),
  );
  pool.setFleet(endpoints, keys);
  const out: number[] = [];
  const leases = new Float64Array(MEASURED);
  const settles = new Float64Array(MEASURED);
  for (let at = -WARM_UP; at < MEASURED; at += 1) {
    if (at % 8 === 0) {
      await clock.advance(5);
    }
    const start = performance.now();
    const answer = pool.lease(MODEL);
    const leased = performance.now();
    if (answer.kind === 'granted') {
      out.push(answer.lease.id);
      pool.bodySent(answer.lease.id, clock.now());
    }
    const before = performance.now();
    if (out.length > IN_FLIGHT) {
      pool.settle(out.shift() ?? 0, { kind: 'ok', tokens: 1_200 });
    }
    if (at >= 0) {
      leases[at] = (leased - start) * 1_000;
      settles[at] = (performance.now() - before) * 1_000;
    }
  }
  leases.sort();
  settles.sort();
  return [
    atMost('a lease, us, median', quantile(leases, 0.5), MEDIAN_BAR_US, 1),
    note('a lease, us, p99', quantile(leases, 0.99).toFixed(1)),
    note('a settled outcome, us, median', quantile(settles, 0.5).toFixed(1)),
    note('a settled outcome, us, p99', quantile(settles, 0.99).toFixed(1)),
  ];
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
