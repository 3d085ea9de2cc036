/** How long a run may take: by what its endpoints were measured to do, and by the limits that are known. Pure. */
import type { EndpointView } from '@shared/contract';
import type { Plan } from '@shared/model/plan';
import type { KeyInfo, QuotaGroup } from '@shared/model/endpoint';
import type { PoolSettings } from '@shared/model/settings';

export interface EstimateInput {
  readonly jobs: number;
  /** Requests in flight at most. */
  readonly concurrency: number;
  /** Those that may serve the run. */
  readonly endpoints: readonly EndpointView[];
  readonly groups: readonly QuotaGroup[];
  readonly pool: Pick<PoolSettings, 'minIntervalMs' | 'concurrency'>;
}

const MINUTE_MS = 60_000;

/**
 * Seconds; undefined while neither a latency nor a rate is known. `low`: each answer takes as long as half of the last
 * ones did; `high`: as long as all but the slowest twentieth. Retries are not foreseen.
 */
export function estimateSeconds(input: EstimateInput): Plan['seconds'] {
  if (input.jobs === 0 || input.endpoints.length === 0) {
    return undefined;
  }
  const perMs = rateOf(input);
  const typical = meanOf(input.endpoints.map(({ metrics }) => metrics.p50Ms));
  const slow = meanOf(input.endpoints.map(({ metrics }) => metrics.p95Ms)) ?? typical;
  if (typical === undefined && perMs === Number.POSITIVE_INFINITY) {
    return undefined;
  }
  const slots = slotsOf(input);
  const seconds = (latencyMs: number): number => {
    const rate = Math.min(perMs, latencyMs === 0 ? perMs : slots / latencyMs);
    // The last answer is waited for, too.
    return Math.ceil((input.jobs / rate + latencyMs) / 1000);
  };
  return { low: seconds(typical ?? 0), high: seconds(slow ?? 0) };
}

/** Requests a millisecond that limits let through; Infinity: none is known. */
function rateOf({ endpoints, groups, pool }: EstimateInput): number {
  const perMinute = endpoints.reduce((sum, view) => sum + endpointRate(view, groups), 0);
  const spaced = pool.minIntervalMs > 0 ? 1 / pool.minIntervalMs : Number.POSITIVE_INFINITY;
  return Math.min(perMinute / MINUTE_MS, spaced);
}

function endpointRate({ endpoint, keys }: EndpointView, groups: readonly QuotaGroup[]): number {
  const own = bound(endpoint.limits.requestsPerMinute);
  const sending = keys.filter((key) => key.readable && !key.paused);
  if (sending.length === 0) {
    return own;
  }
  // Keys of one group share its limit: it counts once.
  const shared = new Map<string, number>();
  for (const key of sending) {
    const group = groups.find(({ id }) => id === key.groupId);
    const name = group === undefined ? `key ${key.id}` : `group ${group.id}`;
    shared.set(name, group === undefined ? keyRate(key) : bound(group.limits.requestsPerMinute));
  }
  return Math.min(
    own,
    [...shared.values()].reduce((sum, rate) => sum + rate, 0),
  );
}

function keyRate({ limits, learnedPerMinute }: KeyInfo): number {
  return Math.min(bound(limits?.requestsPerMinute), bound(learnedPerMinute));
}

function slotsOf({ concurrency, endpoints, pool }: EstimateInput): number {
  const atEndpoints = endpoints.reduce((sum, { endpoint }) => sum + bound(endpoint.limits.concurrency), 0);
  return Math.min(concurrency, bound(pool.concurrency), atEndpoints);
}

/** 0 and absent are no limit. */
function bound(limit: number | undefined): number {
  return limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
