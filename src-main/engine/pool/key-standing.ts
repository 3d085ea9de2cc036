/**
 * The state machine of a key. What a failure does to it follows from the policy table of failures; what it was given
 * before a newer failure (an older epoch) neither lifts nor worsens what that failure set.
 */
import { FAILURES, type Failure, type FailureAction } from '@shared/model/failure';
import type { KeyState, KeyStatus } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import type { Clock, Random } from '../ports';
import { GEMINI_RESET_ZONE, nextDailyReset } from './next-daily-reset';

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
  /** Grows with every failure or clearing that sets the state; leases carry the one they were granted in. */
  epoch: number;
  /** Failures of leases from before this epoch say nothing any more: a person or a test call has cleared the key. */
  clearedEpoch: number;
  /** `untried`: no answer yet. `recovering`: back from a failure, tried by one request at a time. */
  trust: 'untried' | 'recovering' | 'trusted';
  /** Leases of this epoch whose outcome is not known yet. */
  unsettled: number;
}

/** What the machine needs besides the standing. */
export interface StandingContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly provider: Provider;
}

const LADDER_FIRST_MS = 5_000;
const LADDER_TOP_MS = 300_000;
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
  waitMs(failure: Failure, strikes: number, context: StandingContext): number;
}

/** Only these actions touch a key. */
const TRANSITIONS: Readonly<Partial<Record<FailureAction, Transition>>> = {
  key_cools: { to: 'TEMPORARILY_EXHAUSTED', waitMs: minuteQuotaMs },
  key_out_for_day: { to: 'FULLY_EXHAUSTED', waitMs: dayQuotaMs },
  key_out: { to: 'FAILED_INIT', waitMs: () => Number.POSITIVE_INFINITY },
};

/** The provider's word, else 5 s x 2^strikes up to 5 min. */
function minuteQuotaMs(failure: Failure, strikes: number, { random }: StandingContext): number {
  const named = failure.retryAfterMs ?? 0;
  if (named > 0) {
    return named + Math.min(NAMED_JITTER_MAX_MS, named * JITTER_SHARE) * random();
  }
  return Math.min(LADDER_TOP_MS, LADDER_FIRST_MS * 2 ** strikes) * (1 + JITTER_SHARE * random());
}

/**
 * Gemini: the next midnight Pacific, whatever delay the answer names. OpenAI's daily limits name their own moment;
 * where one does not, a day: a request that is refused counts against the limit, so asking early only prolongs it.
 */
function dayQuotaMs(failure: Failure, _strikes: number, { clock, provider }: StandingContext): number {
  const wall = clock.wallNow();
  switch (provider) {
    case 'google_genai':
      return nextDailyReset(wall, GEMINI_RESET_ZONE) - wall;
    case 'openai':
      return failure.retryAfterMs || DAY_MS;
  }
}

export function freshStanding(wallNow: number): Standing {
  return {
    status: 'AVAILABLE',
    reason: undefined,
    since: wallNow,
    until: undefined,
    readyAt: Number.NEGATIVE_INFINITY,
    strikes: 0,
    epoch: 0,
    clearedEpoch: 0,
    trust: 'untried',
    unsettled: 0,
  };
}

/** What an earlier session knew; a state whose time is over meanwhile is tried by one request. */
export function restoredStanding(state: KeyState, clock: Clock): Standing {
  const standing = freshStanding(state.since);
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
  standing.trust = 'recovering';
  return standing;
}

/** Brings back a key whose time is over. */
export function refresh(standing: Standing, now: number): void {
  if (standing.status !== 'AVAILABLE' && standing.readyAt <= now) {
    standing.status = 'AVAILABLE';
    standing.since = standing.until ?? standing.since;
    standing.until = undefined;
    standing.reason = undefined;
  }
}

/** How many requests it may carry is not the question here, but whether it must first answer the one it has. */
export function mustAnswerFirst(standing: Standing, hasCompany: boolean): boolean {
  switch (standing.trust) {
    case 'trusted':
      return false;
    case 'recovering':
      return standing.unsettled > 0;
    case 'untried':
      return hasCompany && standing.unsettled > 0;
  }
}

/** Applies a failure that blames the key; answers whether the state changed. */
export function applyFailure(
  standing: Standing,
  from: { readonly failure: Failure; readonly leasedInEpoch: number },
  context: StandingContext,
): boolean {
  const transition = TRANSITIONS[FAILURES[from.failure.kind].then];
  if (transition === undefined || from.leasedInEpoch < standing.clearedEpoch) {
    return false;
  }
  const now = context.clock.now();
  refresh(standing, now);
  // Several requests of one burst failing alike are one piece of evidence: only the first is a strike.
  const isNews = from.leasedInEpoch === standing.epoch;
  const strikesBefore = isNews ? standing.strikes : Math.max(0, standing.strikes - 1);
  const waitMs = transition.waitMs(from.failure, strikesBefore, context);
  const graver = GRAVITY[transition.to] - GRAVITY[standing.status];
  if (
    graver < 0 ||
    (graver === 0 && now + waitMs <= standing.readyAt) ||
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
  standing.readyAt = now + waitMs;
  standing.until = Number.isFinite(waitMs) ? Math.round(context.clock.wallNow() + waitMs) : undefined;
  standing.trust = 'recovering';
  if (isNews) {
    standing.strikes += 1;
  }
  return true;
}

function startEpoch(standing: Standing): void {
  standing.epoch += 1;
  standing.unsettled = 0;
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
  }
}

export function keyStateOf(standing: Standing): KeyState {
  return {
    status: standing.status,
    since: standing.since,
    ...(standing.reason === undefined ? {} : { reason: standing.reason }),
    ...(standing.until === undefined ? {} : { until: standing.until }),
  };
}
