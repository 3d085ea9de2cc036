/** A pool at noon whose keys have all answered before, and what a test does with it in one line each. */
import type { Endpoint } from '@shared/model/endpoint';
import { DEFAULT_POOL_SETTINGS, type PoolSettings } from '@shared/model/settings';
import type { Lease } from '../../ports';
import { endpoint, failure, key, seeded } from '../../testing/fleet-samples';
import { createVirtualClock } from '../../testing/virtual-clock';
import {
  createPool,
  type FleetRules,
  type LeaseRequest,
  type Pool,
  type PoolEvent,
  type PoolKey,
} from '../pool';
import { MINUTE_MS, NETWORK_GUARD_MS } from '../sliding-window';

export const REQUEST: LeaseRequest = { provider: 'google_genai', model: 'm' };
/** How long a request stands in its minute. */
export const SPAN = MINUTE_MS + NETWORK_GUARD_MS;
export const NOON = Date.UTC(2026, 10, 21, 12);

interface Given {
  readonly endpoints?: readonly Endpoint[];
  readonly keys?: readonly PoolKey[];
  readonly settings?: Partial<PoolSettings>;
  readonly groups?: FleetRules['groups'];
}

export function setUpTrusted({ endpoints = [endpoint('e')], keys, settings = {}, groups = [] }: Given = {}) {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const pool = createPool({ clock, random: seeded(1) });
  const fleet = keys ?? [key('k', ['e'])];
  const rules = { groups, settings: { ...DEFAULT_POOL_SETTINGS, ...settings } };
  pool.setFleet(endpoints, fleet, rules);
  trusted(pool, ...fleet.map(({ id }) => id));
  const events: PoolEvent[] = [];
  pool.onEvent((event) => events.push(event));
  const take = (request: Partial<LeaseRequest> = {}): Lease => granted(pool, request);
  const send = (request: Partial<LeaseRequest> = {}, tokens?: number): Lease => {
    const lease = take(request);
    pool.bodySent(lease.id, clock.now());
    pool.settle(lease.id, { kind: 'ok', ...(tokens === undefined ? {} : { tokens }) });
    return lease;
  };
  const refused = (lease: Lease, kind: Parameters<typeof failure>[0] = 'quota_minute', given = {}): void =>
    pool.settle(lease.id, { kind: 'failed', failure: failure(kind, { httpStatus: 429, ...given }) });
  return { clock, pool, events, take, send, refused };
}

export const ask = (pool: Pool, request: Partial<LeaseRequest> = {}) =>
  pool.lease({ ...REQUEST, ...request });

/** A fleet that was never asked. */
export function setUp(endpoints: Parameters<Pool['setFleet']>[0], keys: readonly PoolKey[]) {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet(endpoints, keys);
  return { clock, pool };
}

export function granted(pool: Pool, request: Partial<LeaseRequest> = {}): Lease {
  const answer = pool.lease({ ...REQUEST, ...request });
  if (answer.kind !== 'granted') {
    throw new Error(`Expected a lease, got ${JSON.stringify(answer)}`);
  }
  return answer.lease;
}

export function ok(pool: Pool, lease: Lease): void {
  pool.settle(lease.id, { kind: 'ok' });
}

/** A key that has answered before, so that nothing is held back. */
export function trusted(pool: Pool, ...keyIds: readonly string[]): void {
  for (const id of keyIds) {
    pool.clearKey(id, { proven: true });
  }
}
