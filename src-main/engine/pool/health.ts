/** What the pool tells of itself: gauges, health, and how many requests in flight would use the limits fully. */
import type { EndpointHealth, EndpointRest, Gauges } from '@shared/model/endpoint';
import type { Clock } from '../ports';
import { admits, type LeaseRequest, mayPay } from './choose';
import type { EndpointRecord, Fleet, KeyRecord, Quota } from './fleet';

export interface KeyGauges {
  readonly gauges: Gauges;
  /** The lowest rate that refusals taught for one of its models, requests a minute. */
  readonly learnedPerMinute?: number;
}

/**
 * What a full use of the limits needs over what is in flight on average: found on a virtual clock, with latencies that
 * vary as those of pictures do.
 */
const HEADROOM = 1.35;

export function healthOf(record: EndpointRecord, clock: Clock): EndpointHealth {
  const now = clock.now();
  const rest = restOf(record, clock);
  const gauges = record.gate.gauges(now);
  const adaptive = record.adaptive.limit;
  const bound = Math.min(adaptive, gauges.inFlight.limit ?? Number.POSITIVE_INFINITY);
  return {
    endpointId: record.endpoint.id,
    gauges: Number.isFinite(bound)
      ? { ...gauges, inFlight: { used: gauges.inFlight.used, limit: Math.floor(bound) } }
      : gauges,
    succeeded: record.succeeded,
    failed: record.failed,
    effectiveWeight: record.endpoint.weight * record.penalty.factor(now),
    ...(rest === null ? {} : { rest }),
    ...(record.lastFailure === undefined ? {} : { lastFailure: record.lastFailure }),
    ...(record.proof === null ? {} : { proof: record.proof }),
  };
}

/** Why it rests, by the wall clock; null: it does not. */
export function restOf({ rest }: EndpointRecord, clock: Clock): EndpointRest | null {
  const now = clock.now();
  const current = rest.current();
  return current === null
    ? null
    : { reason: current.reason, until: Math.round(clock.wallNow() + current.readyAt - now) };
}

export function keyGaugesOf({ quota, group }: KeyRecord, now: number): KeyGauges {
  const rates = [...(group ?? quota).models.values()].flatMap(({ learned }) => learned.perMinute ?? []);
  return {
    gauges: quota.gate.gauges(now),
    ...(rates.length === 0 ? {} : { learnedPerMinute: Math.round(Math.min(...rates) * 10) / 10 }),
  };
}

/**
 * Little's law with headroom: requests a minute that the limits allow, times the mean time to an answer. Null while
 * one of the two is not known.
 */
export function demandOf(fleet: Fleet, request: LeaseRequest): number | null {
  let perMinute = 0;
  let busyMs = 0;
  const counted = new Set<Quota>();
  for (const record of fleet.byProvider.get(request.provider) ?? []) {
    if (!admits(record, request)) {
      continue;
    }
    let atKeys = 0;
    for (const { key, refused } of record.seats) {
      const account = key.group ?? key.quota;
      const serves = refused === null && !key.paused && key.standing.status !== 'FAILED_INIT';
      if (serves && mayPay(key, request) && !counted.has(account)) {
        counted.add(account);
        atKeys += rateOf(key, request.model);
      }
    }
    const rate = Math.min(record.gate.perMinute, atKeys);
    if (rate > 0) {
      perMinute += rate;
      busyMs += record.latencyMs === null ? Number.NaN : rate * record.latencyMs;
    }
  }
  const demand = (HEADROOM * busyMs) / 60_000;
  return perMinute > 0 && Number.isFinite(demand) ? Math.ceil(demand) : null;
}

function rateOf({ quota, group }: KeyRecord, model: string): number {
  const quotas = group === null ? [quota] : [quota, group];
  const rates = quotas.flatMap((one) => {
    const special = one.models.get(model);
    return special === undefined
      ? [one.gate.perMinute]
      : [one.gate.perMinute, special.gate.perMinute, special.learned.perMinute ?? Number.POSITIVE_INFINITY];
  });
  return Math.min(...rates);
}
