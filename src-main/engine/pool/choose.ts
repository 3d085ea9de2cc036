/** Which endpoint and which key serve a request: pure choice among what can send now. */
import type { Provider } from '@shared/model/provider';
import type { EndpointRecord, Seat } from './fleet';
import { mustAnswerFirst, refresh } from './key-standing';
import { isOpen } from './fleet';

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
  readonly endpointIds?: readonly string[];
}

/** What all looks at one moment have in common. */
export interface Moment {
  readonly now: number;
  /** Whether the provider has more than one key. */
  readonly hasCompany: boolean;
}

export interface Choice {
  readonly record: EndpointRecord;
  readonly seat: Seat;
}

/** First without the blamed endpoints, then without the failed pairs, then anything. */
const PASSES = ['elsewhere', 'otherPair', 'anything'] as const;
type Pass = (typeof PASSES)[number];

export function choose(
  candidates: readonly EndpointRecord[],
  request: LeaseRequest,
  moment: Moment,
): Choice | null {
  const avoids = request.avoid !== undefined && request.avoid.length > 0;
  for (const pass of avoids ? PASSES : PASSES.slice(-1)) {
    const look: Look = { request, pass, moment };
    const able = candidates.filter((record) => canSend(record, look));
    const record = nextByWeight(able, moment.now);
    const seat = record === null ? null : leastRecentlyUsed(record, look);
    if (record !== null && seat !== null) {
      return { record, seat };
    }
  }
  return null;
}

/** Whether it may serve this request at all, now or later. */
export function admits(record: EndpointRecord, request: LeaseRequest): boolean {
  return (
    isOpen(record) &&
    !record.modelsOut.has(request.model) &&
    (request.endpointIds === undefined || request.endpointIds.includes(record.endpoint.id))
  );
}

interface Look {
  readonly request: LeaseRequest;
  readonly pass: Pass;
  readonly moment: Moment;
}

function canSend(record: EndpointRecord, look: Look): boolean {
  if (!admits(record, look.request) || record.gate.readyAt(look.moment.now) > look.moment.now) {
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
  if (refused !== null || key.paused || standing.readyAt > moment.now) {
    return false;
  }
  refresh(standing, moment.now);
  return (
    !mustAnswerFirst(standing, moment.hasCompany) &&
    key.gate.readyAt(moment.now) <= moment.now &&
    (look.pass === 'anything' || !isAvoided(record.endpoint.id, key.id, look))
  );
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
function nextByWeight(able: readonly EndpointRecord[], now: number): EndpointRecord | null {
  let best: EndpointRecord | null = null;
  let total = 0;
  for (const record of able) {
    const weight = record.endpoint.weight * record.penalty.factor(now);
    total += weight;
    record.current += weight;
    if (best === null || record.current > best.current) {
      best = record;
    }
  }
  if (best !== null) {
    best.current -= total;
  }
  return best;
}

function leastRecentlyUsed(record: EndpointRecord, look: Look): Seat | null {
  let best: Seat | null = null;
  for (const seat of record.seats) {
    if ((best === null || seat.key.lastUsed < best.key.lastUsed) && seatIsFree(record, seat, look)) {
      best = seat;
    }
  }
  return best;
}
