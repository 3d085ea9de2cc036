/** What a run says of itself: pure, from what is under way and what the pool said. */
import { type FailureKind, failureKindSchema } from '@shared/model/failure';
import type { RunState } from '@shared/model/run';
import type { Never, Wait } from '../pool/pool';
import type { Clock } from '../ports';
import type { Paused, RunOrder, ScheduledRun } from './scheduled-run';
import type { Verdict } from './verdicts';
import { pauseSentence, retrySentence, type WallMoment, waitSentence } from './wait-sentence';
import type { Lane } from './work-list';

export interface Surroundings {
  readonly clock: Clock;
  readonly timeZone: string | undefined;
}

/** When a lane can go on by itself, and the wait that ends then; null: its first job is not due before. */
interface Prospect {
  readonly at: number;
  readonly wait: Wait | null;
}

/** When a lane can go on by itself: when one of its choices can serve again and a job is due. */
export function laneWakesAt(lane: Lane, order: RunOrder, now: number): number {
  return prospectOf(lane, order, now).at;
}

function prospectOf(lane: Lane, order: RunOrder, now: number): Prospect {
  if (lane.isShut) {
    // Its bound tells when it opens.
    return { at: Number.POSITIVE_INFINITY, wait: null };
  }
  if (!lane.isBlocked(now)) {
    // Time passes within a turn: a wait that is over since it was noted is asked for again at once.
    return { at: Math.max(now, lane.readyAt), wait: null };
  }
  const wait = earliest(waitsOf(lane).filter((one) => !endsRun(one, order)));
  return { at: wait?.until ?? Number.POSITIVE_INFINITY, wait };
}

/** Nothing of this lane will be sent in this run as things stand. */
function isStuck(lane: Lane, order: RunOrder, now: number): boolean {
  return lane.isBlocked(now) && lane.verdicts.holding().every((verdict) => endsRun(verdict, order));
}

/** The run does not wait for this to end. */
function endsRun(verdict: Verdict, { waitForQuota }: RunOrder): boolean {
  if (verdict.kind === 'never') {
    return true;
  }
  const isOutForDay = verdict.dayOutUntil !== null;
  switch (waitForQuota) {
    case 'always':
      return false;
    case 'minutes':
      return isOutForDay;
    case 'never':
      return isOutForDay || (verdict.allOut && verdict.reason === 'quota');
  }
}

/** Lanes that nothing can serve as things stand, and why. */
export function stuckLanes(
  { work, order }: ScheduledRun,
  surroundings: Surroundings,
): readonly { readonly lane: Lane; readonly why: Paused }[] {
  const now = surroundings.clock.now();
  return work
    .busyLanes()
    .filter((lane) => isStuck(lane, order, now))
    .map((lane) => ({ lane, why: pausedBy([lane], surroundings) }));
}

export function stateOf(run: ScheduledRun, surroundings: Surroundings): RunState {
  const { work, order, ending } = run;
  if (!run.isQuiet) {
    return ending === null ? { kind: 'running' } : { kind: 'draining' };
  }
  // Who cancels a run waits for nothing more of it.
  if (work.isEmpty && (ending === null || !run.hasUnwritten || run.isCancelled)) {
    return { kind: 'finished' };
  }
  if (ending !== null) {
    return ending;
  }
  const now = surroundings.clock.now();
  const lanes = work.busyLanes();
  if (work.isLoading || work.wantsPage(now) || lanes.some((lane) => canGoOn(lane, now))) {
    return { kind: 'running' };
  }
  return lanes.every((lane) => isStuck(lane, order, now))
    ? pausedBy(lanes, surroundings)
    : waitingFor(lanes, order, surroundings);
}

/** It has a job that only waits for its turn. */
function canGoOn(lane: Lane, now: number): boolean {
  return !lane.isBlocked(now) && lane.peek(now) !== null;
}

function waitingFor(lanes: readonly Lane[], order: RunOrder, surroundings: Surroundings): RunState {
  const now = surroundings.clock.now();
  let next: (Prospect & { readonly lane: Lane }) | null = null;
  for (const lane of lanes) {
    const prospect = prospectOf(lane, order, now);
    if (next === null || prospect.at < next.at) {
      next = { ...prospect, lane };
    }
  }
  if (next === null || !Number.isFinite(next.at)) {
    // Something of another run has to move on first; no moment can be named.
    return { kind: 'running' };
  }
  const moment = wallMoment(surroundings);
  const until = wallOf(next.at, surroundings);
  const reason =
    next.wait === null
      ? retrySentence(next.lane.nextRetry?.lastFailure, until, moment)
      : waitSentence(next.wait, until, moment);
  return { kind: 'waiting', until, reason };
}

/** What a person must mend comes before what time alone will mend. */
function pausedBy(lanes: readonly Lane[], surroundings: Surroundings): Paused {
  const waits: Wait[] = [];
  for (const lane of lanes) {
    const mine = waitsOf(lane);
    waits.push(...mine);
    const never = mine.length === 0 ? firstNever(lane) : undefined;
    if (never !== undefined) {
      const kind = failureKindSchema.safeParse(never.reason);
      return paused(never.sentence, kind.success ? kind.data : undefined);
    }
  }
  const wait = earliest(waits);
  if (wait === null) {
    return paused('Nothing can serve this run: add an endpoint or a key, then resume it.');
  }
  const until = wallOf(wait.dayOutUntil ?? wait.until, surroundings);
  const sentence = pauseSentence(wait, until, wallMoment(surroundings));
  return { ...paused(sentence, wait.dayOutUntil === null ? 'quota_minute' : 'quota_day'), until };
}

function waitsOf(lane: Lane): readonly Wait[] {
  return lane.verdicts.holding().filter((verdict) => verdict.kind === 'wait');
}

/** A cap stops what could go on; else the sentence about the job's own model says more than that about a fallback. */
function firstNever(lane: Lane): Never | undefined {
  const nevers = lane.verdicts.holding().filter((verdict) => verdict.kind === 'never');
  return nevers.find(({ reason }) => reason === 'budget') ?? nevers[0];
}

function earliest(waits: readonly Wait[]): Wait | null {
  return waits.reduce<Wait | null>(
    (best, wait) => (best === null || wait.until < best.until ? wait : best),
    null,
  );
}

function wallMoment({ clock, timeZone }: Surroundings): WallMoment {
  return { wallNow: clock.wallNow(), timeZone };
}

function wallOf(at: number, { clock }: Surroundings): number {
  return Math.round(clock.wallNow() + at - clock.now());
}

export function paused(reason: string, failure?: FailureKind): Paused {
  return { kind: 'paused', reason, ...(failure === undefined ? {} : { failure }) };
}

export function pausedByWish(reason: string): Paused {
  return { kind: 'paused', reason, asked: true };
}

/** Whether a listener that knows `told` would learn anything from `state`. */
export function saysSomethingNew(told: RunState | null, state: RunState): boolean {
  if (told === null || told.kind !== state.kind) {
    return true;
  }
  return state.kind === 'waiting' && told.kind === 'waiting' && state.reason !== told.reason;
}
