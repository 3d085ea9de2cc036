/** What the pool holds of endpoints, keys and quota groups. */
import type {
  Endpoint,
  EndpointProof,
  EndpointRest as RestView,
  KeyLimits,
  KeyState,
  KeyTier,
  QuotaGroup,
} from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import { PROVIDER_TRAITS, type Provider } from '@shared/model/provider';
import { DEFAULT_POOL_SETTINGS, type PoolSettings } from '@shared/model/settings';
import type { Clock, Lease } from '../ports';
import type { AdaptiveConcurrency } from './adaptive-concurrency';
import type { EndpointRest } from './endpoint-rest';
import { Gate, type Place } from './gate';
import type { Standing } from './key-standing';
import { LearnedRate } from './learned-rate';
import type { Penalty } from './penalty';
import type { RetryBudget } from './retry-budget';

/** A key as it is handed in. `state` counts for a key the pool does not know yet; a known one keeps its live state. */
export interface PoolKey {
  readonly id: string;
  readonly endpointIds: readonly string[];
  readonly paused: boolean;
  readonly state: KeyState;
  readonly limits?: KeyLimits;
  readonly groupId?: string;
  readonly tier?: KeyTier;
  /** False: it serves its borrowers alone. Absent: true. */
  readonly isOwn?: boolean;
  /** Who was lent it: their requests may use it, and no other key. */
  readonly borrowers?: readonly string[];
}

/** What stands above single endpoints and keys. */
export interface FleetRules {
  readonly groups: readonly QuotaGroup[];
  readonly settings: PoolSettings;
}

export const DEFAULT_RULES: FleetRules = { groups: [], settings: DEFAULT_POOL_SETTINGS };

/** Some rests of growing length lie within it. */
const SILENT_MS = 60_000;

/** Models of one quota that are kept whatever is known of them: callers of a service may ask for any names. */
const MOST_MODELS = 200;

/** One model at a key or a group. */
export interface ModelQuota {
  readonly gate: Gate;
  /** What refusals have taught of a limit that nobody set. */
  readonly learned: LearnedRate;
}

/** Whose account a request counts against: a key's own, or that of a group of keys. */
export interface Quota {
  readonly gate: Gate;
  readonly models: Map<string, ModelQuota>;
  limits: KeyLimits;
  /** IANA name: at whose midnight its days begin. */
  zone: string;
  /** Its keys. */
  readonly keys: Set<KeyRecord>;
}

export interface KeyRecord {
  /** Null: what stands for the missing key of an endpoint that needs none. */
  readonly id: string | null;
  paused: boolean;
  isOwn: boolean;
  borrowers: readonly string[];
  tier: KeyTier | undefined;
  readonly standing: Standing;
  /** Its own. */
  readonly quota: Quota;
  /** The quota of its group. */
  group: Quota | null;
  /** Of answers that were errors, though nothing put it out. */
  readonly penalty: Penalty;
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
  readonly adaptive: AdaptiveConcurrency;
  readonly rest: EndpointRest;
  /** What was last told of its rest. */
  restTold: RestView | null;
  readonly retries: RetryBudget;
  /** Models it does not offer. */
  readonly modelsOut: Map<string, Failure>;
  /** The running value of smooth weighted round robin. */
  current: number;
  succeeded: number;
  failed: number;
  lastFailure: Failure | undefined;
  /** Null: nothing has shown in this session whether it works. */
  proof: EndpointProof | null;
  /** Monotonic: since when every request failed without an answer; null: it has answered, or nobody has asked. */
  silentSince: number | null;
  hasAnswered: boolean;
  /** Mean time from lease to answer, milliseconds, the last ones counting most; null: no answer yet. */
  latencyMs: number | null;
}

/** A lease that is out. */
export interface LeaseRecord {
  readonly lease: Lease;
  readonly place: Place;
  readonly endpoint: EndpointRecord;
  readonly key: KeyRecord;
  /** Every gate it passed, each of which it holds a place at. */
  readonly gates: Gate[];
  readonly learned: LearnedRate;
  /** The key's epoch when it was granted. */
  readonly epoch: number;
  /** Its number among the leases of the endpoint. */
  readonly turn: number;
  /** It took from the endpoint's budget of retries. */
  readonly isRetry: boolean;
  sentAt: number | null;
  answered: boolean;
}

export interface Fleet {
  readonly endpoints: ReadonlyMap<string, EndpointRecord>;
  readonly keys: ReadonlyMap<string, KeyRecord>;
  readonly groups: ReadonlyMap<string, Quota>;
  readonly byProvider: ReadonlyMap<Provider, readonly EndpointRecord[]>;
  /** Providers with more than one key: there, a key without an answer yet is asked for one request at a time. */
  readonly withCompany: ReadonlySet<Provider>;
  readonly settings: PoolSettings;
  /** Whether some keys are free and others are not. */
  readonly hasTiers: boolean;
}

export const EMPTY_FLEET: Fleet = {
  endpoints: new Map(),
  keys: new Map(),
  groups: new Map(),
  byProvider: new Map(),
  withCompany: new Set(),
  settings: DEFAULT_POOL_SETTINGS,
  hasTiers: false,
};

/** Whether anything may be sent there: enabled, and with a weight above 0. */
export function isOpen({ endpoint }: EndpointRecord): boolean {
  return endpoint.enabled && endpoint.weight > 0;
}

/**
 * Whether nothing was ever heard from it, for so long that its address is to be doubted rather than its health. What
 * has answered once is waited for however long it fails.
 */
export function isSilent({ hasAnswered, silentSince }: EndpointRecord, now: number): boolean {
  return !hasAnswered && silentSince !== null && now - silentSince >= SILENT_MS;
}

/** Whether a key may serve a request at all: what somebody was lent serves nobody else. */
export function mayUse({ id, isOwn, borrowers }: KeyRecord, borrower: string | undefined): boolean {
  return id === null || (borrower === undefined ? isOwn : borrowers.includes(borrower));
}

/** At whose midnight its daily limits start anew; null: it says so itself. */
export function resetZoneOf(endpoint: Endpoint): string | null {
  return endpoint.resetZone || PROVIDER_TRAITS[endpoint.provider].resetZone;
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

/** What this quota holds for a model; made at its first use. */
export function modelQuota(quota: Quota, model: string, clock: Clock): ModelQuota {
  const known = quota.models.get(model);
  if (known !== undefined) {
    return known;
  }
  if (quota.models.size >= MOST_MODELS) {
    forgetUnknown(quota);
  }
  const made = { gate: new Gate(clock, quota.zone), learned: new LearnedRate() };
  made.gate.setLimits(quota.limits.models?.[model] ?? {});
  quota.models.set(model, made);
  return made;
}

/** Models without a limit, set or learnt, of which nothing is under way: there is nothing to know of them. */
function forgetUnknown({ models, limits }: Quota): void {
  for (const [model, { gate, learned }] of models) {
    if (limits.models?.[model] === undefined && learned.perMinute === undefined && gate.inFlight === 0) {
      models.delete(model);
    }
  }
}

/** What tells one server from another: what was learnt at one says nothing of the next. */
export function leadsTo(endpoint: Endpoint): string {
  return `${endpoint.provider} ${endpoint.baseUrl.trim().replace(/\/+$/, '')}`;
}
