/**
 * What the pool holds of endpoints and keys, and how a new fleet replaces an old one while requests are under way:
 * whatever keeps its id keeps its live state, and leases of what is gone still settle on its old record.
 */
import type { Endpoint, KeyState } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { Clock, Lease } from '../ports';
import { Gate, type GateLimits } from './gate';
import { freshStanding, restoredStanding, type Standing } from './key-standing';
import { Penalty } from './penalty';

/** A key as it is handed in. `state` counts for a key the pool does not know yet; a known one keeps its live state. */
export interface PoolKey {
  readonly id: string;
  readonly endpointIds: readonly string[];
  readonly paused: boolean;
  readonly state: KeyState;
  readonly limits?: GateLimits;
}

export interface KeyRecord {
  /** Null: what stands for the missing key of an endpoint that needs none. */
  readonly id: string | null;
  paused: boolean;
  readonly standing: Standing;
  readonly gate: Gate;
  /** Number of the last lease that used it: the smallest is the least recently used. */
  lastUsed: number;
}

/** A key at an endpoint. */
export interface Seat {
  readonly key: KeyRecord;
  /** The key was refused at this host: it may still be good elsewhere. */
  refused: Failure | null;
}

export interface EndpointRecord {
  endpoint: Endpoint;
  seats: readonly Seat[];
  readonly gate: Gate;
  readonly penalty: Penalty;
  /** Models it does not offer. */
  readonly modelsOut: Map<string, Failure>;
  /** The running value of smooth weighted round robin. */
  current: number;
  succeeded: number;
  failed: number;
  lastFailure: Failure | undefined;
}

/** A lease that is out. */
export interface LeaseRecord {
  readonly lease: Lease;
  readonly endpoint: EndpointRecord;
  readonly key: KeyRecord;
  /** Every gate it passed, each of which it holds a place at. */
  readonly gates: readonly Gate[];
  /** The key's epoch when it was granted. */
  readonly epoch: number;
  sentAt: number | null;
  answered: boolean;
}

export interface Fleet {
  endpoints: ReadonlyMap<string, EndpointRecord>;
  keys: ReadonlyMap<string, KeyRecord>;
  byProvider: ReadonlyMap<Provider, readonly EndpointRecord[]>;
  /** Providers with more than one key: there, a key without an answer yet is asked for one request at a time. */
  withCompany: ReadonlySet<Provider>;
}

export const EMPTY_FLEET: Readonly<Fleet> = {
  endpoints: new Map(),
  keys: new Map(),
  byProvider: new Map(),
  withCompany: new Set(),
};

export interface FleetChange {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly PoolKey[];
  readonly leases: Iterable<LeaseRecord>;
  readonly clock: Clock;
}

/** Whether anything may be sent there: enabled, and with a weight above 0. */
export function isOpen({ endpoint }: EndpointRecord): boolean {
  return endpoint.enabled && endpoint.weight > 0;
}

/** The seats of a key at endpoints that lead to the same host as `at`: one account there. */
export function seatsAtHost(fleet: Fleet, key: KeyRecord, at: Endpoint): readonly Seat[] {
  return seatsOf(fleet, key, (endpoint) => leadsTo(endpoint) === leadsTo(at));
}

export function seatsOf(
  fleet: Fleet,
  key: KeyRecord,
  where: (endpoint: Endpoint) => boolean = () => true,
): readonly Seat[] {
  const seats: Seat[] = [];
  for (const record of fleet.endpoints.values()) {
    if (where(record.endpoint)) {
      seats.push(...record.seats.filter((seat) => seat.key === key));
    }
  }
  return seats;
}

export function replaceFleet(old: Fleet, change: FleetChange): Fleet {
  const leases = [...change.leases];
  const keys = new Map(change.keys.map((key) => [key.id, keptKey(old, key, change.clock)] as const));
  for (const key of change.keys) {
    const record = keys.get(key.id);
    record?.gate.setLimits(
      key.limits ?? {},
      leases.filter((lease) => lease.key === record),
    );
  }
  const endpoints = new Map<string, EndpointRecord>();
  const byProvider = new Map<Provider, EndpointRecord[]>();
  for (const endpoint of change.endpoints) {
    const record = keptEndpoint(old, endpoint);
    const own = change.keys.filter((key) => key.endpointIds.includes(endpoint.id));
    record.seats = seatsFor(
      record,
      own.flatMap((key) => keys.get(key.id) ?? []),
      change.clock,
    );
    record.gate.setLimits(
      endpoint.limits,
      leases.filter((lease) => lease.endpoint === record),
    );
    endpoints.set(endpoint.id, record);
    byProvider.set(endpoint.provider, [...(byProvider.get(endpoint.provider) ?? []), record]);
  }
  const withCompany = new Set([...byProvider].filter(([, own]) => hasSeveralKeys(own)).map(([name]) => name));
  return { endpoints, keys, byProvider, withCompany };
}

/** Keys that are out count too: the last one left is not the one to be trusted unseen. */
function hasSeveralKeys(records: readonly EndpointRecord[]): boolean {
  const seats = records.filter(isOpen).flatMap((record) => record.seats);
  return new Set(seats.filter(({ key }) => !key.paused).map(({ key }) => key)).size > 1;
}

function keptKey(old: Fleet, key: PoolKey, clock: Clock): KeyRecord {
  const known = old.keys.get(key.id);
  if (known !== undefined) {
    known.paused = key.paused;
    return known;
  }
  return {
    id: key.id,
    paused: key.paused,
    standing: restoredStanding(key.state, clock),
    gate: new Gate(),
    lastUsed: 0,
  };
}

function keptEndpoint(old: Fleet, endpoint: Endpoint): EndpointRecord {
  const known = old.endpoints.get(endpoint.id);
  if (known === undefined) {
    return {
      endpoint,
      seats: [],
      gate: new Gate(),
      penalty: new Penalty(),
      modelsOut: new Map(),
      current: 0,
      succeeded: 0,
      failed: 0,
      lastFailure: undefined,
    };
  }
  if (leadsTo(known.endpoint) !== leadsTo(endpoint)) {
    // It is another place now: what the old one answered says nothing about it.
    known.penalty.forget();
    known.modelsOut.clear();
    known.seats = [];
    known.lastFailure = undefined;
  }
  known.endpoint = endpoint;
  return known;
}

function seatsFor(record: EndpointRecord, keys: readonly KeyRecord[], clock: Clock): readonly Seat[] {
  if (record.endpoint.demo) {
    return record.seats.length > 0 ? record.seats : [{ key: keylessRecord(clock), refused: null }];
  }
  const before = new Map(record.seats.map((seat) => [seat.key, seat] as const));
  return keys.map((key) => before.get(key) ?? { key, refused: null });
}

/** Cools and recovers as a key does, but is a key to nobody. */
function keylessRecord(clock: Clock): KeyRecord {
  const standing = freshStanding(clock.wallNow());
  standing.trust = 'trusted';
  return { id: null, paused: false, standing, gate: new Gate(), lastUsed: 0 };
}

function leadsTo(endpoint: Endpoint): string {
  return `${endpoint.provider} ${endpoint.baseUrl.trim().replace(/\/+$/, '')}`;
}
