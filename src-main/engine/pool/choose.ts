/** Which endpoint and which key serve a request: pure choice among what can send now. */
import type { Provider } from '@shared/model/provider';
import type { KeyRoom } from '../ports';
import type { EndpointRecord, Fleet, KeyRecord, Seat } from './fleet';
import { isOpen, mayUse } from './fleet';
import type { Gate } from './gate';
import { heldUntil, refresh } from './key-standing';

/** A pair that has just failed the job. It is taken again only when nothing else can send now. */
export interface Avoided {
  readonly endpointId: string;
  readonly keyId: string | null;
  /** The endpoint was to blame: its other keys come last but one. */
  readonly wholeEndpoint?: boolean;
}

export interface LeaseRequest {
  readonly provider: Provider;
  readonly model: string;
  readonly avoid?: readonly Avoided[];
  /** Only these may serve; absent: all. */
  readonly endpointIds?: ReadonlySet<string>;
  /** An endpoint failed the job before: it takes from the budget that keeps retries from becoming a storm. */
  readonly isRetry?: boolean;
  /** Who asks, where keys were lent to somebody; absent: the library itself. */
  readonly borrower?: string;
  /** Whether anybody knows what it costs: keys with a cap on their cost serve nothing else. Absent: somebody does. */
  readonly hasPrice?: () => boolean;
  /** Asked last, of a key with a cap on its cost that nothing else holds. Absent: each is free. */
  readonly keyRoom?: (keyId: string) => KeyRoom;
  /** Tokens it may use; absent: what the model's last requests used. */
  readonly tokens?: number;
}

/** What all looks at one moment have in common. */
export interface Moment {
  readonly now: number;
  readonly wallNow: number;
  readonly fleet: Fleet;
  /** What stands above all endpoints. */
  readonly app: Gate;
  /** Whether the provider has more than one key. */
  readonly hasCompany: boolean;
  /** Estimated tokens of the request. */
  readonly tokens: number;
  /** A key whose wait was over came back; it was `was`. */
  onBack(key: KeyRecord, was: NonNullable<ReturnType<typeof refresh>>): void;
}

export interface SeatChoice {
  readonly record: EndpointRecord;
  readonly seat: Seat;
}

/** First without the blamed endpoints, then without the failed pairs, then anything. */
const PASSES = ['elsewhere', 'otherPair', 'anything'] as const;
type Pass = (typeof PASSES)[number];
/** Which keys a look is for: by the settings, one kind goes before the other. */
type Tier = 'free' | 'notFree' | 'any';
const TIERS: Readonly<Record<Fleet['settings']['freeKeys'], readonly Tier[]>> = {
  alike: ['any'],
  first: ['free', 'any'],
  last: ['notFree', 'any'],
};

export function choose(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  moment: Moment,
): SeatChoice | null {
  if (moment.app.readyAt(moment.now, moment.tokens) > moment.now) {
    return null;
  }
  const avoids = request.avoid !== undefined && request.avoid.length > 0;
  const tiers = moment.fleet.hasTiers ? TIERS[moment.fleet.settings.freeKeys] : TIERS.alike;
  for (const pass of avoids ? PASSES : PASSES.slice(-1)) {
    for (const tier of tiers) {
      const look: Look = { request, pass, tier, moment };
      const record = nextByWeight(candidates, look);
      const seat = record === null ? null : leastBusy(record, look);
      if (record !== null && seat !== null) {
        return { record, seat };
      }
    }
  }
  return null;
}

/** Whether it may serve this request at all, now or later. */
export function admits(record: EndpointRecord, request: LeaseRequest): boolean {
  return (
    isOpen(record) &&
    !record.modelsOut.has(request.model) &&
    (request.endpointIds === undefined || request.endpointIds.has(record.endpoint.id))
  );
}

interface Look {
  readonly request: LeaseRequest;
  readonly pass: Pass;
  readonly tier: Tier;
  readonly moment: Moment;
}

/** A cap on what a key may cost cannot hold for what has no price. */
export function mayPay({ quota }: KeyRecord, { hasPrice }: LeaseRequest): boolean {
  return quota.limits.costPerDay === undefined || hasPrice?.() !== false;
}

const FREE: KeyRoom = { kind: 'free' };

/** What the key's cap on its cost leaves for this request: a dearer one may be too much where another is not. */
export function roomOf({ id, quota }: KeyRecord, { keyRoom }: LeaseRequest): KeyRoom {
  return id === null || quota.limits.costPerDay === undefined ? FREE : (keyRoom?.(id) ?? FREE);
}

/** Whether an endpoint that neither rests nor has all its keys out may serve it, besides those of these ids. */
export function isServedElsewhere(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  { besides, now }: { readonly besides: readonly string[]; readonly now: number },
): boolean {
  return candidates.some(
    (record) =>
      !besides.includes(record.endpoint.id) &&
      admits(record, request) &&
      record.rest.readyAt(now) <= now &&
      record.seats.some(
        ({ key, refused }) =>
          refused === null &&
          !key.paused &&
          key.standing.readyAt <= now &&
          mayUse(key, request.borrower) &&
          mayPay(key, request),
      ),
  );
}

/** When the endpoint itself lets a request through; Infinity: not before something in flight there moves on. */
export function endpointReadyAt(record: EndpointRecord, request: LeaseRequest, moment: Moment): number {
  const { now, tokens } = moment;
  const { inFlight } = record.gate;
  if (inFlight >= record.adaptive.limit) {
    return Number.POSITIVE_INFINITY;
  }
  const atRest = record.rest.readyAt(now);
  const retryAt = request.isRetry === true ? record.retries.readyAt(now) : Number.NEGATIVE_INFINITY;
  return Math.max(record.gate.readyAt(now, tokens), atRest, retryAt);
}

/** When the limits of the key, its group and the model there let a request through. */
export function quotaReadyAt(key: KeyRecord, model: string, { now, tokens }: Moment): number {
  const { quota, group } = key;
  let readyAt = quota.gate.readyAt(now, tokens);
  const own = quota.models.get(model);
  if (own !== undefined) {
    readyAt = Math.max(readyAt, own.gate.readyAt(now, tokens));
  }
  if (group === null) {
    return own === undefined ? readyAt : Math.max(readyAt, own.learned.readyAt());
  }
  readyAt = Math.max(readyAt, group.gate.readyAt(now, tokens));
  const shared = group.models.get(model);
  return shared === undefined
    ? readyAt
    : Math.max(readyAt, shared.gate.readyAt(now, tokens), shared.learned.readyAt());
}

/**
 * Until when the key must answer what it has before it gets more. Keys of one group recover together: one request tries
 * them all.
 */
export function keyHeldUntil(key: KeyRecord, { hasCompany }: Moment): number {
  let until = heldUntil(key.standing, hasCompany);
  if (key.group !== null && key.standing.trust === 'recovering') {
    for (const { standing } of key.group.keys) {
      until = standing.trust === 'recovering' ? Math.max(until, heldUntil(standing, hasCompany)) : until;
    }
  }
  return until;
}

function canSend(record: EndpointRecord, look: Look): boolean {
  const { request, moment } = look;
  if (!admits(record, request) || endpointReadyAt(record, request, moment) > moment.now) {
    return false;
  }
  for (const seat of record.seats) {
    if (seatIsFree(record, seat, look)) {
      return true;
    }
  }
  return false;
}

function seatIsFree(record: EndpointRecord, { key, refused }: Seat, look: Look): boolean {
  const { standing } = key;
  const { moment } = look;
  if (refused !== null || key.paused || !mayUse(key, look.request.borrower)) {
    return false;
  }
  if (standing.readyAt > moment.now || !isOfTier(key, look.tier) || !mayPay(key, look.request)) {
    return false;
  }
  const was = refresh(standing, moment.now);
  if (was !== null) {
    moment.onBack(key, was);
  }
  return (
    keyHeldUntil(key, moment) <= moment.now &&
    quotaReadyAt(key, look.request.model, moment) <= moment.now &&
    (look.pass === 'anything' || !isAvoided(record.endpoint.id, key.id, look)) &&
    // A lease that is given back would take turns that nothing is sent in.
    roomOf(key, look.request).kind === 'free'
  );
}

function isOfTier(key: KeyRecord, tier: Tier): boolean {
  return tier === 'any' || (key.tier === 'free') === (tier === 'free');
}

function isAvoided(endpointId: string, keyId: string | null, look: Look): boolean {
  return (look.request.avoid ?? []).some(
    (avoided) =>
      avoided.endpointId === endpointId &&
      (avoided.keyId === keyId || (avoided.wholeEndpoint === true && look.pass === 'elsewhere')),
  );
}

/**
 * Smooth weighted round robin (nginx, ngx_http_upstream_round_robin.c): each able endpoint gains its effective weight,
 * the one with most serves and pays back what all gained. One that cannot send neither gains nor pays.
 */
function nextByWeight(candidates: readonly EndpointRecord[], look: Look): EndpointRecord | null {
  let best: EndpointRecord | null = null;
  let total = 0;
  for (const record of candidates) {
    if (canSend(record, look)) {
      const weight = record.endpoint.weight * record.penalty.factor(look.moment.now);
      total += weight;
      record.current += weight;
      if (best === null || record.current > best.current) {
        best = record;
      }
    }
  }
  if (best !== null) {
    best.current -= total;
  }
  return best;
}

/**
 * The key with the fewest requests in flight, of several the least recently used: by turns alone, the one whose answers
 * take longest would end up with most of what may be in flight.
 */
function leastBusy(record: EndpointRecord, look: Look): Seat | null {
  let best: Seat | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const seat of record.seats) {
    const load = loadOf(seat.key, look.moment.now);
    const isBetter = load < least || (load === least && seat.key.lastUsed < (best?.key.lastUsed ?? 0));
    if (isBetter && seatIsFree(record, seat, look)) {
      best = seat;
      least = load;
    }
  }
  return best;
}

/** Failures come sooner than answers: a key that fails while others answer must not draw all requests to itself. */
function loadOf({ quota, penalty }: KeyRecord, now: number): number {
  return (quota.gate.inFlight + 1) / penalty.factor(now);
}
