/**
 * The state machine of a key. What a failure does to it follows from the policy table of failures; what it was given
 * before a newer failure (an older epoch) neither lifts nor worsens what that failure set.
 */
import { FAILURES, type Failure, type FailureAction } from '@shared/model/failure';
import type { KeyState, KeyStatus } from '@shared/model/endpoint';
import type { PoolSettings } from '@shared/model/settings';
import type { Clock, Random } from '../ports';
import { nextDailyReset, RESET_GUARD_MS } from './next-daily-reset';

export interface Standing {
  status: KeyStatus;
  reason: Failure | undefined;
  /** Wall clock, milliseconds. */
  since: number;
  until: number | undefined;
  /** Monotonic; Infinity: only a person or a test call brings it back. */
  readyAt: number;
  /** Quota failures in a row. */
  strikes: number;
  /** Quota failures ever. */
  exhausted: number;
  /** Grows with every failure or clearing that sets the state; leases carry the one they were granted in. */
  epoch: number;
  /** Failures of leases from before this epoch say nothing any more: a person or a test call has cleared the key. */
  clearedEpoch: number;
  /** `untried`: no answer yet. `recovering`: back from a failure, tried by one request at a time. */
  trust: 'untried' | 'recovering' | 'trusted';
  /** What a recovering key comes back from. */
  wasOut: KeyStatus;
  /** Leases of this epoch whose outcome is not known yet. */
  unsettled: number;
  /** Monotonic: when the body of a request that tries a recovering key left; Infinity: none has. */
  triedAt: number;
}

/** What the machine needs besides the standing. */
export interface StandingContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: PoolSettings;
  /** At whose midnight the provider's day begins; null: it names its moments itself. */
  readonly resetZone: string | null;
}

const LADDER_FIRST_MS = 5_000;
const LADDER_TOP_MS = 300_000;
/** Refusals come within this time after the body of a request left. */
const PASSED_AFTER_MS = 3_000;
/** Later than told, never earlier, so that keys told the same moment do not come back together. */
const JITTER_SHARE = 0.2;
const NAMED_JITTER_MAX_MS = 1_000;
const DAY_MS = 86_400_000;

/** A state gives way only to one at least as grave, as long as it lasts. */
const GRAVITY: Readonly<Record<KeyStatus, number>> = {
  AVAILABLE: 0,
  COOLDOWN: 1,
  TEMPORARILY_EXHAUSTED: 2,
  FULLY_EXHAUSTED: 3,
  FAILED_INIT: 4,
};

interface Transition {
  readonly to: KeyStatus;
  /** Milliseconds from now. */
  readonly waitMs: number;
  readonly isStrike: boolean;
}

/** What an action does to a key; null: nothing. `strikes` are those before it. */
function transitionOf(failure: Failure, strikes: number, context: StandingContext): Transition | null {
  const action: FailureAction = FAILURES[failure.kind].then;
  switch (action) {
    case 'key_out':
      return { to: 'FAILED_INIT', waitMs: Number.POSITIVE_INFINITY, isStrike: false };
    case 'key_out_for_day':
      return { to: 'FULLY_EXHAUSTED', waitMs: dayQuotaMs(failure, context), isStrike: true };
    case 'key_cools': {
      const { settings } = context;
      return settings.strikes > 0 && strikes + 1 >= settings.strikes
        ? { to: 'FULLY_EXHAUSTED', waitMs: settings.fullyExhaustedWaitMs, isStrike: true }
        : { to: 'TEMPORARILY_EXHAUSTED', waitMs: minuteQuotaMs(failure, strikes, context), isStrike: true };
    }
    case 'retry_elsewhere':
    case 'retry':
    case 'model_out':
    case 'final':
    case 'pause_run':
      return null;
  }
}

/** The provider's word, else the wait that was set, else 5 s x 2^strikes up to 5 min. */
function minuteQuotaMs(failure: Failure, strikes: number, { random, settings }: StandingContext): number {
  const named = failure.retryAfterMs ?? 0;
  if (named > 0) {
    return named + Math.min(NAMED_JITTER_MAX_MS, named * JITTER_SHARE) * random();
  }
  const ladder = Math.min(LADDER_TOP_MS, LADDER_FIRST_MS * 2 ** strikes);
  return (settings.exhaustedWaitMs || ladder) * (1 + JITTER_SHARE * random());
}

/**
 * Until the next midnight of the zone, whatever delay the answer names. Where the provider has no such midnight, its
 * own word or a day: a request that is refused counts against the limit, so asking early only prolongs it.
 */
function dayQuotaMs(failure: Failure, { clock, resetZone }: StandingContext): number {
  const wall = clock.wallNow();
  return resetZone === null
    ? failure.retryAfterMs || DAY_MS
    : nextDailyReset(wall, resetZone) + RESET_GUARD_MS - wall;
}

export function freshStanding(wallNow: number): Standing {
  return {
    status: 'AVAILABLE',
    reason: undefined,
    since: wallNow,
    until: undefined,
    readyAt: Number.NEGATIVE_INFINITY,
    strikes: 0,
    exhausted: 0,
    epoch: 0,
    clearedEpoch: 0,
    trust: 'untried',
    wasOut: 'AVAILABLE',
    unsettled: 0,
    triedAt: Number.POSITIVE_INFINITY,
  };
}

/** What an earlier session knew; a state whose time is over meanwhile is tried by one request. */
export function restoredStanding(state: KeyState, clock: Clock): Standing {
  const standing = freshStanding(state.since);
  standing.strikes = state.strikes ?? 0;
  standing.exhausted = state.exhausted ?? 0;
  if (state.status === 'AVAILABLE') {
    return standing;
  }
  const wallNow = clock.wallNow();
  standing.status = state.status;
  standing.reason = state.reason;
  standing.until = state.until;
  standing.readyAt =
    state.status === 'FAILED_INIT'
      ? Number.POSITIVE_INFINITY
      : clock.now() + Math.max(0, (state.until ?? wallNow) - wallNow);
  standing.trust = state.status === 'COOLDOWN' ? 'untried' : 'recovering';
  standing.wasOut = state.status;
  return standing;
}

/** Brings back a key whose time is over; answers what it was until then, null when nothing changed. */
export function refresh(standing: Standing, now: number): KeyStatus | null {
  if (standing.status === 'AVAILABLE' || standing.readyAt > now) {
    return null;
  }
  const was = standing.status;
  if (was === 'FULLY_EXHAUSTED') {
    standing.strikes = 0;
  }
  standing.status = 'AVAILABLE';
  standing.since = standing.until ?? standing.since;
  standing.until = undefined;
  standing.reason = undefined;
  return was;
}

/** A key that has just answered rests, as the settings ask; a failure's longer rest stands. */
export function coolDown(standing: Standing, restMs: number, clock: Clock): boolean {
  const until = clock.now() + restMs;
  if (restMs === 0 || standing.readyAt >= until || GRAVITY[standing.status] > GRAVITY.COOLDOWN) {
    return false;
  }
  if (standing.status === 'AVAILABLE') {
    standing.since = clock.wallNow();
  }
  standing.status = 'COOLDOWN';
  standing.reason = undefined;
  standing.readyAt = until;
  standing.until = Math.round(clock.wallNow() + restMs);
  return true;
}

/**
 * Until when the key gets no more requests because it must answer the one it has; -Infinity: it need not, Infinity: no
 * moment is known. A refusal for a minute's quota comes at once, an answer takes long: a request that tries a key after
 * such a rest has passed when nobody refused it for a while.
 */
export function heldUntil(standing: Standing, hasCompany: boolean): number {
  if (standing.unsettled === 0) {
    return Number.NEGATIVE_INFINITY;
  }
  switch (standing.trust) {
    case 'trusted':
      return Number.NEGATIVE_INFINITY;
    case 'recovering':
      return standing.wasOut === 'TEMPORARILY_EXHAUSTED'
        ? standing.triedAt + PASSED_AFTER_MS
        : Number.POSITIVE_INFINITY;
    case 'untried':
      return hasCompany ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
}

/** The body of a request that was leased in `epoch` left. */
export function noteSent(standing: Standing, epoch: number, at: number): void {
  if (epoch === standing.epoch && standing.trust === 'recovering') {
    standing.triedAt = Math.min(standing.triedAt, at);
  }
}

/** Applies a failure that blames the key; answers whether the state changed. */
export function applyFailure(
  standing: Standing,
  from: { readonly failure: Failure; readonly leasedInEpoch: number },
  context: StandingContext,
): boolean {
  if (from.leasedInEpoch < standing.clearedEpoch) {
    return false;
  }
  const now = context.clock.now();
  refresh(standing, now);
  // Several requests of one burst failing alike are one piece of evidence: only the first is a strike.
  const isNews = from.leasedInEpoch === standing.epoch;
  const strikesBefore = isNews ? standing.strikes : Math.max(0, standing.strikes - 1);
  const transition = transitionOf(from.failure, strikesBefore, context);
  if (transition === null) {
    return false;
  }
  const graver = GRAVITY[transition.to] - GRAVITY[standing.status];
  if (
    graver < 0 ||
    (graver === 0 && now + transition.waitMs <= standing.readyAt) ||
    (!isNews && isSpent(standing, from))
  ) {
    return false;
  }
  if (graver > 0) {
    standing.since = context.clock.wallNow();
    startEpoch(standing);
  }
  standing.status = transition.to;
  standing.reason = from.failure;
  standing.readyAt = now + transition.waitMs;
  standing.until = Number.isFinite(transition.waitMs)
    ? Math.round(context.clock.wallNow() + transition.waitMs)
    : undefined;
  standing.trust = 'recovering';
  standing.wasOut = transition.to;
  if (isNews && transition.isStrike) {
    standing.strikes += 1;
    standing.exhausted += 1;
  }
  return true;
}

function startEpoch(standing: Standing): void {
  standing.epoch += 1;
  standing.unsettled = 0;
  standing.triedAt = Number.POSITIVE_INFINITY;
}

/** An old lease's minute quota says nothing about a key that has waited for it and is back. */
function isSpent(standing: Standing, from: { readonly failure: Failure }): boolean {
  return from.failure.kind === 'quota_minute' && standing.status === 'AVAILABLE';
}

/** An answer that shows the key to work; one leased before the last failure shows nothing. */
export function applyProof(standing: Standing, leasedInEpoch: number): void {
  if (leasedInEpoch === standing.epoch) {
    standing.trust = 'trusted';
    standing.strikes = 0;
  }
}

/** A person or a test call says the key may serve again; `proven`: a call with it has just succeeded. */
export function clear(standing: Standing, wallNow: number, proven: boolean): void {
  const wasOut = standing.status !== 'AVAILABLE';
  standing.status = 'AVAILABLE';
  standing.reason = undefined;
  standing.since = wasOut ? wallNow : standing.since;
  standing.until = undefined;
  standing.readyAt = Number.NEGATIVE_INFINITY;
  standing.strikes = 0;
  startEpoch(standing);
  standing.clearedEpoch = standing.epoch;
  if (proven) {
    standing.trust = 'trusted';
  } else if (wasOut) {
    standing.trust = 'recovering';
    standing.wasOut = 'FAILED_INIT';
  }
}

export function keyStateOf(standing: Standing): KeyState {
  return {
    status: standing.status,
    since: standing.since,
    ...(standing.reason === undefined ? {} : { reason: standing.reason }),
    ...(standing.until === undefined ? {} : { until: standing.until }),
    ...(standing.strikes === 0 ? {} : { strikes: standing.strikes }),
    ...(standing.exhausted === 0 ? {} : { exhausted: standing.exhausted }),
  };
}
