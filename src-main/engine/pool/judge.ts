/** What an outcome says of the endpoint, the key and the account that a lease used: the failure table, applied. */
import type { Endpoint, KeyStatus } from '@shared/model/endpoint';
import { FAILURES, type Failure, type FailureKind, mayBeCharged } from '@shared/model/failure';
import type { Clock, Random, RateFacts } from '../ports';
import {
  type EndpointRecord,
  type Fleet,
  type KeyRecord,
  leadsTo,
  type LeaseRecord,
  resetZoneOf,
  seatsAtHost,
  seatsOf,
} from './fleet';
import { applyFailure, applyProof, coolDown } from './key-standing';

export type LeaseOutcome =
  | { readonly kind: 'ok'; readonly tokens?: number; readonly facts?: RateFacts }
  /** `tokens`: of an answer that could not be used. */
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly tokens?: number;
      readonly facts?: RateFacts;
    }
  /** Nobody knows what became of the request: it may have reached the provider. */
  | { readonly kind: 'lost' }
  /** Given back before anything was sent. */
  | { readonly kind: 'unused' };

/** What the request counts against limits of tokens: what it said, else what was expected where it may have been used. */
export function tokensOf(out: LeaseRecord, outcome: LeaseOutcome): number {
  switch (outcome.kind) {
    case 'ok':
      return outcome.tokens ?? out.place.tokens;
    case 'failed':
      return outcome.tokens ?? (mayBeCharged(outcome.failure) ? out.place.tokens : 0);
    case 'lost':
      return out.place.tokens;
    case 'unused':
      return 0;
  }
}

/** Whether the provider counts the request although no word came that its body had left. */
export function reachedProvider(outcome: LeaseOutcome): boolean {
  switch (outcome.kind) {
    case 'ok':
    case 'lost':
      return true;
    case 'unused':
      return false;
    case 'failed':
      return outcome.failure.bodySent === true || outcome.failure.httpStatus !== undefined;
  }
}

export interface JudgeContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly fleet: Fleet;
  onKeyState(key: KeyRecord, from: KeyStatus, endpointId: string): void;
  onRateLearned(out: LeaseRecord, perMinute: number): void;
}

/** Answers that only a working key gets. */
const PROOFS: ReadonlySet<FailureKind> = new Set(['blocked', 'no_image', 'schema_mismatch', 'token_limit']);

export function judge(out: LeaseRecord, outcome: LeaseOutcome, context: JudgeContext): void {
  switch (outcome.kind) {
    case 'ok':
      praise(out, context);
      break;
    case 'failed':
      blame(out, outcome.failure, context);
      break;
    case 'unused':
      neverBegun(out, context.clock.now());
      return;
    case 'lost':
      return;
  }
  if (outcome.facts !== undefined) {
    out.learned.told(outcome.facts, context.clock.now());
  }
}

/** It keeps nobody at a distance, and was nobody's retry. A request that failed before it left has been begun. */
function neverBegun({ gates, place, endpoint, isRetry }: LeaseRecord, now: number): void {
  for (const gate of gates) {
    gate.neverBegun(place);
  }
  if (isRetry) {
    endpoint.retries.giveBack(now);
  }
}

function praise(out: LeaseRecord, context: JudgeContext): void {
  const now = context.clock.now();
  const { endpoint } = out;
  endpoint.succeeded += 1;
  // It may lead elsewhere by now: what the old place answers late shows nothing of the new one.
  if (leadsTo(out.lease.endpoint) === leadsTo(endpoint.endpoint)) {
    endpoint.hasAnswered = true;
    endpoint.proof = { kind: 'answered' };
  }
  endpoint.penalty.succeeded(now);
  out.key.penalty.succeeded(now);
  endpoint.retries.succeeded(now);
  endpoint.adaptive.succeeded(out.lease.leasedAt, endpoint.gate.inFlight);
  endpoint.rest.anythingElse();
  endpoint.rest.succeeded(out.turn);
  prove(out, context);
}

/** The key works, and with it the account behind it. */
function prove(out: LeaseRecord, { clock, fleet }: JudgeContext): void {
  applyProof(out.key.standing, out.epoch);
  if (out.key.group !== null && out.epoch === out.key.standing.epoch) {
    for (const { standing } of out.key.group.keys) {
      if (standing.trust === 'recovering' && standing.status === 'AVAILABLE') {
        standing.trust = 'trusted';
      }
    }
  }
  coolDown(out.key.standing, fleet.settings.keyCooldownMs, clock);
}

function blame(out: LeaseRecord, failure: Failure, context: JudgeContext): void {
  const policy = FAILURES[failure.kind];
  const now = context.clock.now();
  const { endpoint } = out;
  const { leasedAt } = out.lease;
  if (policy.blames === 'endpoint' || policy.blames === 'key' || policy.blames === 'model') {
    endpoint.failed += 1;
    endpoint.lastFailure = failure;
  }
  endpoint.hasAnswered ||= failure.httpStatus !== undefined;
  if (PROOFS.has(failure.kind)) {
    prove(out, context);
  }
  noteKeyError(out, failure, now);
  noteBan(out, failure, context);
  if (policy.then === 'retry_elsewhere') {
    endpoint.penalty.failed(now);
    endpoint.rest.failed(now, out.turn);
    endpoint.silentSince ??= now;
  } else if (failure.httpStatus !== undefined) {
    // Whatever it said, it answered.
    endpoint.rest.succeeded(out.turn);
  }
  if (failure.kind === 'overloaded' || failure.kind === 'quota_minute') {
    endpoint.adaptive.congested(now, leasedAt, endpoint.gate.inFlight);
  }
  switch (policy.then) {
    case 'model_out':
      endpoint.modelsOut.set(out.lease.model, failure);
      return;
    case 'key_out':
      refuse(out.key, { at: out.lease.endpoint, epoch: out.epoch, failure }, context);
      return;
    case 'key_cools':
      learn(out, failure, context);
      putGroupOut(out, failure, context);
      return;
    case 'key_out_for_day':
      putGroupOut(out, failure, context);
      return;
    case 'retry_elsewhere':
    case 'retry':
    case 'final':
    case 'pause_run':
      return;
  }
}

/** One that does not put the key out; whoever is to blame, the keys that have none are the better choice for a while. */
function noteKeyError({ key }: LeaseRecord, { kind, httpStatus }: Failure, now: number): void {
  if (PROOFS.has(kind)) {
    key.penalty.succeeded(now);
  } else if (httpStatus !== undefined && FAILURES[kind].blames !== 'key') {
    key.penalty.failed(now);
  }
}

/** Refusals of several keys that name neither quota nor delay look like a ban of the address they come from. */
function noteBan({ endpoint, key }: LeaseRecord, failure: Failure, { clock, fleet }: JudgeContext): void {
  const isUnnamed =
    failure.kind === 'quota_minute' && failure.providerCode === undefined && !failure.retryAfterMs;
  if (!isUnnamed) {
    endpoint.rest.anythingElse();
  } else if (fleet.settings.banProtection) {
    endpoint.rest.refusedUnnamed(clock.now(), key.id, fleet.settings.banPauseMs);
  }
}

function learn(out: LeaseRecord, failure: Failure, { clock, onRateLearned }: JudgeContext): void {
  const isNews = out.learned.refused(clock.now(), {
    leasedAt: out.lease.leasedAt,
    namedWaitMs: failure.retryAfterMs ?? null,
  });
  const { perMinute } = out.learned;
  if (isNews && perMinute !== undefined) {
    onRateLearned(out, perMinute);
  }
}

/** A failure of a key at an endpoint, for a request that was granted in that epoch of the key. */
interface Charge {
  readonly at: Endpoint;
  readonly epoch: number;
  readonly failure: Failure;
}

/** A call that a person made by hand has shown that the key is refused there. */
export function refuseByHand(
  key: KeyRecord,
  { at, failure }: Omit<Charge, 'epoch'>,
  context: JudgeContext,
): void {
  if (FAILURES[failure.kind].then === 'key_out') {
    refuse(key, { at, epoch: key.standing.epoch, failure }, context);
  }
}

/** What a test call has shown of its endpoint; a failure that is the key's own shows nothing. */
export function noteTest(record: EndpointRecord | undefined, failure: Failure | null): void {
  if (record !== undefined && failure === null) {
    record.proof = { kind: 'answered' };
  } else if (record !== undefined && failure !== null && FAILURES[failure.kind].blames === 'endpoint') {
    record.proof = { kind: 'testFailed', failure };
  }
}

/** A key that one host refuses may be good at another: it is out for good once no host is left. */
function refuse(key: KeyRecord, charge: Charge, context: JudgeContext): void {
  if (charge.epoch < key.standing.clearedEpoch) {
    return;
  }
  for (const seat of seatsAtHost(context.fleet, key, charge.at)) {
    seat.refused = charge.failure;
  }
  if (seatsOf(context.fleet, key).every((seat) => seat.refused !== null)) {
    putOut(key, charge, context);
  }
}

/** What uses up a group's quota for one of its keys uses it up for all. */
function putGroupOut(out: LeaseRecord, failure: Failure, context: JudgeContext): void {
  const at = out.lease.endpoint;
  const wasNews = putOut(out.key, { at, epoch: out.epoch, failure }, context);
  if (wasNews && out.key.group !== null) {
    for (const key of out.key.group.keys) {
      if (key !== out.key) {
        putOut(key, { at, epoch: key.standing.epoch, failure }, context);
      }
    }
  }
}

function putOut(
  key: KeyRecord,
  { at, epoch, failure }: Charge,
  { clock, random, fleet, onKeyState }: JudgeContext,
): boolean {
  const { standing } = key;
  const from = standing.status;
  const resetZone = resetZoneOf(at);
  const changed = applyFailure(
    standing,
    { failure, leasedInEpoch: epoch },
    { clock, random, settings: fleet.settings, resetZone },
  );
  if (changed) {
    onKeyState(key, from, at.id);
  }
  return changed;
}
