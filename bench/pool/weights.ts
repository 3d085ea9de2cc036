/** How leases are shared by weight, and what errors do to an endpoint's share. */
import type { Endpoint } from '@shared/model/endpoint';
import { createPool, type Pool } from '../../src-main/engine/pool/pool';
import type { Lease } from '../../src-main/engine/ports';
import { endpoint, failure, pairs, seeded } from '../../src-main/engine/testing/fleet-samples';
import { createVirtualClock } from '../../src-main/engine/testing/virtual-clock';
import { atMost, type Figure, note, percent } from './figures';
import { MINUTE_MS, MODEL } from './simulation';

const LEASES = 90_000;
const WEIGHTS = { a: 5, b: 3, c: 1 };

export async function weightFigures(): Promise<readonly Figure[]> {
  return [...exactShares(), ...(await flaky(1)), ...(await flaky(100))];
}

function poolOf(...endpoints: readonly Endpoint[]) {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet(...pairs(...endpoints));
  return { clock, pool };
}

function lease(pool: Pool): Lease {
  const answer = pool.lease(MODEL);
  if (answer.kind !== 'granted') {
    throw new Error(`Expected a lease, got ${JSON.stringify(answer)}.`);
  }
  return answer.lease;
}

function exactShares(): readonly Figure[] {
  const { pool } = poolOf(...Object.entries(WEIGHTS).map(([id, weight]) => endpoint(id, { weight })));
  const total = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  const served = new Map<string, number>();
  let last = '';
  let inARow = 0;
  let longest = 0;
  for (let at = 0; at < LEASES; at += 1) {
    const granted = lease(pool);
    const { id } = granted.endpoint;
    pool.settle(granted.id, { kind: 'ok' });
    served.set(id, (served.get(id) ?? 0) + 1);
    inARow = id === last ? inARow + 1 : 1;
    last = id;
    longest = Math.max(longest, inARow);
  }
  const off = Object.entries(WEIGHTS).map(([id, weight]) =>
    Math.abs((served.get(id) ?? 0) / LEASES - weight / total),
  );
  return [
    atMost(`5:3:1 over ${LEASES} leases: largest deviation of a share, %`, Math.max(...off) * 100, 0.1, 3),
    atMost('5:3:1: longest run of one endpoint', longest, 3, 0),
  ];
}

/** One of three equal endpoints fails every second call for two minutes. */
async function flaky(weight: number): Promise<readonly Figure[]> {
  const { clock, pool } = poolOf(...['a', 'b', 'bad'].map((id) => endpoint(id, { weight })));
  const weightOfBad = (): number => pool.health()[2]?.effectiveWeight ?? 0;
  let calls = 0;
  let lastErrorAt = 0;
  async function shareOfBad(spanMs: number, fails: boolean): Promise<number> {
    const until = clock.now() + spanMs;
    let bad = 0;
    let all = 0;
    while (clock.now() < until) {
      const granted = lease(pool);
      const isBad = granted.endpoint.id === 'bad';
      all += 1;
      bad += isBad ? 1 : 0;
      calls += isBad ? 1 : 0;
      if (isBad && fails && calls % 2 === 0) {
        lastErrorAt = clock.now();
        pool.settle(granted.id, { kind: 'failed', failure: failure('overloaded', { httpStatus: 503 }) });
      } else {
        pool.settle(granted.id, { kind: 'ok' });
      }
      await clock.advance(100);
    }
    return bad / all;
  }
  await shareOfBad(20_000, true);
  const share = await shareOfBad(2 * MINUTE_MS, true);
  while (weightOfBad() < weight && clock.now() < lastErrorAt + 5 * MINUTE_MS) {
    await shareOfBad(100, false);
  }
  const backAfterMs = clock.now() - lastErrorAt;
  const later = await shareOfBad(MINUTE_MS, false);
  return [
    atMost(`half its calls fail, weight ${weight}: its share over its weight's`, share * 3, 0.333),
    atMost(
      `weight ${weight}: s from the last error until it has its weight again`,
      backAfterMs / 1_000,
      60,
      1,
    ),
    note(`weight ${weight}: its share afterwards`, percent(later)),
  ];
}
