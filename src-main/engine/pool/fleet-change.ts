/**
 * How a new fleet replaces an old one while requests are under way: whatever keeps its id keeps its live state, and
 * leases of what is gone still settle on its old record.
 */
import type { Endpoint, KeyLimits, KeyTier, QuotaGroup } from '@shared/model/endpoint';
import { DEFAULT_RESET_ZONE, type Provider } from '@shared/model/provider';
import type { Clock, Random } from '../ports';
import { AdaptiveConcurrency } from './adaptive-concurrency';
import { EndpointRest } from './endpoint-rest';
import {
  type EndpointRecord,
  type Fleet,
  type FleetRules,
  isOpen,
  type KeyRecord,
  leadsTo,
  type LeaseRecord,
  modelQuota,
  type PoolKey,
  type Quota,
  resetZoneOf,
  type Seat,
} from './fleet';
import { Gate } from './gate';
import { freshStanding, restoredStanding, type Standing } from './key-standing';
import { Penalty } from './penalty';
import { RetryBudget } from './retry-budget';

export interface FleetChange {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly PoolKey[];
  readonly rules: FleetRules;
  readonly leases: Iterable<LeaseRecord>;
  readonly clock: Clock;
  readonly random: Random;
}

export function replaceFleet(old: Fleet, change: FleetChange): Fleet {
  const leases = [...change.leases];
  const zones = zonesOf(change);
  const groups = new Map(change.rules.groups.map((group) => [group.id, keptGroup(old, group, change)]));
  const keys = new Map(change.keys.map((key) => [key.id, keptKey(old, key, change)] as const));
  for (const key of change.keys) {
    const record = keys.get(key.id);
    if (record !== undefined) {
      setLimits(record.quota, key.limits ?? {}, zones.get(key.id));
      joinGroup(record, groups.get(key.groupId ?? '') ?? null, { leases, clock: change.clock });
    }
  }
  for (const group of change.rules.groups) {
    const quota = groups.get(group.id);
    const member = change.keys.find((key) => key.groupId === group.id);
    if (quota !== undefined) {
      setLimits(quota, group.limits, zones.get(member?.id ?? ''));
    }
  }
  const endpoints = new Map<string, EndpointRecord>();
  const byProvider = new Map<Provider, EndpointRecord[]>();
  const own = keysByEndpoint(change.keys, keys);
  for (const endpoint of change.endpoints) {
    const record = keptEndpoint(old, endpoint, change);
    record.seats = seatsFor(record, own.get(endpoint.id) ?? [], change.clock);
    record.gate.setLimits(endpoint.limits, resetZoneOf(endpoint) ?? DEFAULT_RESET_ZONE);
    record.adaptive.setMode(endpoint.adaptive ?? 'off', endpoint.limits.concurrency || Infinity);
    endpoints.set(endpoint.id, record);
    byProvider.set(endpoint.provider, [...(byProvider.get(endpoint.provider) ?? []), record]);
  }
  const withCompany = new Set([...byProvider].filter(([, all]) => hasSeveralKeys(all)).map(([name]) => name));
  const tiers = new Set([...keys.values()].map(({ tier }) => (tier === 'free' ? 'free' : 'notFree')));
  return {
    endpoints,
    keys,
    groups,
    byProvider,
    withCompany,
    settings: change.rules.settings,
    hasTiers: tiers.size > 1,
  };
}

/** The zone of the first endpoint that a key serves. */
function zonesOf({ endpoints, keys }: FleetChange): ReadonlyMap<string, string> {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return new Map(
    keys.map((key) => {
      const endpoint = byId.get(key.endpointIds.find((id) => byId.has(id)) ?? '');
      return [key.id, (endpoint && resetZoneOf(endpoint)) ?? DEFAULT_RESET_ZONE] as const;
    }),
  );
}

function keysByEndpoint(
  keys: readonly PoolKey[],
  records: ReadonlyMap<string, KeyRecord>,
): ReadonlyMap<string, readonly KeyRecord[]> {
  const own = new Map<string, KeyRecord[]>();
  for (const key of keys) {
    const record = records.get(key.id);
    if (record !== undefined) {
      for (const id of key.endpointIds) {
        const known = own.get(id);
        if (known === undefined) {
          own.set(id, [record]);
        } else {
          known.push(record);
        }
      }
    }
  }
  return own;
}

function setLimits(quota: Quota, limits: KeyLimits, zone = DEFAULT_RESET_ZONE): void {
  quota.limits = limits;
  quota.zone = zone;
  quota.gate.setLimits(limits, zone);
  for (const [model, { gate }] of quota.models) {
    gate.setLimits(limits.models?.[model] ?? {}, zone);
  }
}

/** A group knows what its keys have sent before they joined it, and what they have under way. */
function joinGroup(
  key: KeyRecord,
  group: Quota | null,
  { leases, clock }: { leases: readonly LeaseRecord[]; clock: Clock },
): void {
  if (key.group === group) {
    return;
  }
  key.group?.keys.delete(key);
  key.group = group;
  if (group === null) {
    return;
  }
  const now = clock.now();
  group.keys.add(key);
  group.gate.absorb(key.quota.gate, now);
  for (const [model, { gate }] of key.quota.models) {
    modelQuota(group, model, clock).gate.absorb(gate, now);
  }
  for (const out of leases.filter((lease) => lease.key === key)) {
    for (const gate of [group.gate, modelQuota(group, out.lease.model, clock).gate]) {
      // A key that was in it before has places there still.
      if (!out.gates.includes(gate)) {
        gate.adopt(out.place, out);
        out.gates.push(gate);
      }
    }
  }
}

/** Keys that are out count too: the last one left is not the one to be trusted unseen. */
function hasSeveralKeys(records: readonly EndpointRecord[]): boolean {
  const seats = records.filter(isOpen).flatMap((record) => record.seats);
  return new Set(seats.filter(({ key }) => !key.paused).map(({ key }) => key)).size > 1;
}

function newQuota(clock: Clock): Quota {
  return { gate: new Gate(clock), models: new Map(), limits: {}, zone: DEFAULT_RESET_ZONE, keys: new Set() };
}

function keptGroup(old: Fleet, group: QuotaGroup, { clock }: FleetChange): Quota {
  return old.groups.get(group.id) ?? newQuota(clock);
}

function keptKey(old: Fleet, key: PoolKey, { clock }: FleetChange): KeyRecord {
  const known = old.keys.get(key.id);
  if (known !== undefined) {
    known.paused = key.paused;
    known.isOwn = key.isOwn ?? true;
    known.borrowers = key.borrowers ?? [];
    known.tier = key.tier;
    return known;
  }
  const made = newKey(key.id, restoredStanding(key.state, clock), {
    clock,
    paused: key.paused,
    tier: key.tier,
  });
  made.isOwn = key.isOwn ?? true;
  made.borrowers = key.borrowers ?? [];
  return made;
}

function newKey(
  id: string | null,
  standing: Standing,
  given: { clock: Clock; paused: boolean; tier: KeyTier | undefined },
): KeyRecord {
  const { clock, paused, tier } = given;
  const quota = newQuota(clock);
  const record: KeyRecord = {
    id,
    paused,
    isOwn: true,
    borrowers: [],
    tier,
    standing,
    quota,
    group: null,
    penalty: new Penalty(),
    lastUsed: 0,
  };
  quota.keys.add(record);
  return record;
}

function keptEndpoint(old: Fleet, endpoint: Endpoint, { clock, random }: FleetChange): EndpointRecord {
  const known = old.endpoints.get(endpoint.id);
  if (known === undefined) {
    return {
      endpoint,
      seats: [],
      gate: new Gate(clock, resetZoneOf(endpoint) ?? DEFAULT_RESET_ZONE),
      penalty: new Penalty(),
      adaptive: new AdaptiveConcurrency(),
      rest: new EndpointRest(random),
      restTold: null,
      retries: new RetryBudget(clock.now()),
      modelsOut: new Map(),
      current: 0,
      succeeded: 0,
      failed: 0,
      lastFailure: undefined,
      proof: null,
      silentSince: null,
      hasAnswered: false,
      latencyMs: null,
    };
  }
  if (leadsTo(known.endpoint) !== leadsTo(endpoint)) {
    // It is another place now: what the old one answered says nothing about it.
    known.penalty.forget();
    known.rest.reset();
    known.modelsOut.clear();
    known.seats = [];
    known.lastFailure = undefined;
    known.proof = { kind: 'moved' };
    known.silentSince = null;
    known.hasAnswered = false;
    known.latencyMs = null;
  }
  known.endpoint = endpoint;
  return known;
}

function seatsFor(record: EndpointRecord, keys: readonly KeyRecord[], clock: Clock): readonly Seat[] {
  if (record.endpoint.demo) {
    return record.seats.length > 0 ? record.seats : [{ key: keyless(clock), refused: null }];
  }
  const before = new Map(record.seats.map((seat) => [seat.key, seat] as const));
  return keys.map((key) => before.get(key) ?? { key, refused: null });
}

/** Cools and recovers as a key does, but is a key to nobody. */
function keyless(clock: Clock): KeyRecord {
  const standing = freshStanding(clock.wallNow());
  standing.trust = 'trusted';
  return newKey(null, standing, { clock, paused: false, tier: undefined });
}
