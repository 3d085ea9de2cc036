/** One run under way, and what it says of itself. */
import { FAILURES, type FailureKind, failureKindSchema } from '@shared/model/failure';
import type { RunState } from '@shared/model/run';
import type { Clock } from '../ports';
import { dayOutSentence, retrySentence, waitSentence } from './wait-sentence';
import { type Lane, WorkList } from './work-list';

export interface RunOrder {
  readonly runId: number;
  /** Requests in flight at most; may be changed later. */
  readonly concurrency: number;
  /** Counted retries a job may use. */
  readonly maxRetries: number;
  /** Base of the backoff, milliseconds. */
  readonly retryDelayMs: number;
  /** False: the run pauses instead of waiting for another day. */
  readonly waitForDayQuota: boolean;
  /** Leases in a row while others wait, at least 1: a run with 2 gets twice the share of one with 1. */
  readonly priority?: number;
  /** Only these endpoints may serve it; absent: all. */
  readonly endpointIds?: readonly string[];
}

type Paused = Extract<RunState, { kind: 'paused' }>;

export class ActiveRun {
  readonly order: RunOrder;
  readonly work: WorkList;
  concurrency: number;
  /** Leased and not answered. */
  inFlight = 0;
  /** Answered, its outcome not on disk yet. */
  writing = 0;
  /** Set once no more is to be sent: what the run becomes when nothing is under way any more. */
  ending: Paused | null = null;
  told: RunState | null = null;
  readonly over: Promise<void>;
  private resolveOver: () => void = () => undefined;

  constructor(order: RunOrder) {
    this.order = order;
    this.work = new WorkList(order.runId);
    this.concurrency = order.concurrency;
    this.over = new Promise((resolve) => {
      this.resolveOver = resolve;
    });
  }

  get isQuiet(): boolean {
    return this.inFlight === 0 && this.writing === 0;
  }

  /** Slots are free, and answers that are still being written do not pile up. */
  get hasRoom(): boolean {
    return this.ending === null && this.inFlight < this.concurrency && this.writing < 2 * this.concurrency;
  }

  end(): void {
    this.resolveOver();
  }
}

export interface Surroundings {
  readonly clock: Clock;
  readonly timeZone: string | undefined;
}

/** When a lane can go on by itself: at the end of its wait, or when its first retry is due. */
export function laneWakesAt(lane: Lane, order: RunOrder): number {
  if (isStuck(lane, order)) {
    return Number.POSITIVE_INFINITY;
  }
  return lane.verdict?.kind === 'wait' ? lane.verdict.until : lane.nextRetryAt;
}

/** Nothing of this lane will be sent in this run as things stand. */
function isStuck(lane: Lane, order: RunOrder): boolean {
  const { verdict } = lane;
  return (
    verdict?.kind === 'never' ||
    (verdict?.kind === 'wait' && verdict.dayOutUntil !== null && !order.waitForDayQuota)
  );
}

/** The state that follows from what is under way and what the pool said; pure. */
export function stateOf(run: ActiveRun, { clock, timeZone }: Surroundings): RunState {
  const { work, order, ending } = run;
  if (!run.isQuiet) {
    return ending === null ? { kind: 'running' } : { kind: 'draining' };
  }
  if (work.isEmpty) {
    return { kind: 'finished' };
  }
  if (ending !== null) {
    return ending;
  }
  const now = clock.now();
  const lanes = work.busyLanes();
  if (work.isLoading || work.wantsPage(now) || lanes.some((lane) => canGoOn(lane, now))) {
    return { kind: 'running' };
  }
  if (lanes.every((lane) => isStuck(lane, order))) {
    return pausedBy(lanes, { clock, timeZone });
  }
  return waitingFor(lanes, order, { clock, timeZone });
}

/** It has a job that only waits for its turn. */
function canGoOn(lane: Lane, now: number): boolean {
  return !lane.isBlocked(now) && lane.peek(now) !== null;
}

function waitingFor(lanes: readonly Lane[], order: RunOrder, { clock, timeZone }: Surroundings): RunState {
  const next = lanes.reduce((best, lane) =>
    laneWakesAt(lane, order) < laneWakesAt(best, order) ? lane : best,
  );
  const wakesAt = laneWakesAt(next, order);
  if (!Number.isFinite(wakesAt)) {
    // Something of another run has to move on first; no moment can be named.
    return { kind: 'running' };
  }
  const moment = { wallNow: clock.wallNow(), timeZone };
  const until = Math.round(moment.wallNow + wakesAt - clock.now());
  const reason =
    next.verdict?.kind === 'wait' ? waitSentence(next.verdict, until, moment) : retrySentence(until, moment);
  return { kind: 'waiting', until, reason };
}

function pausedBy(lanes: readonly Lane[], { clock, timeZone }: Surroundings): RunState {
  for (const { verdict } of lanes) {
    if (verdict?.kind === 'never') {
      const kind = failureKindSchema.safeParse(verdict.reason);
      return paused(verdict.sentence, kind.success ? kind.data : undefined);
    }
  }
  const wait = lanes[0]?.verdict;
  if (wait?.kind !== 'wait' || wait.dayOutUntil === null) {
    return paused(FAILURES.quota_day.remedy, 'quota_day');
  }
  const moment = { wallNow: clock.wallNow(), timeZone };
  const until = Math.round(moment.wallNow + wait.dayOutUntil - clock.now());
  return paused(dayOutSentence(wait, until, moment), 'quota_day');
}

export function paused(reason: string, failure?: FailureKind): Paused {
  return { kind: 'paused', reason, ...(failure === undefined ? {} : { failure }) };
}

/** Whether a listener that knows `told` would learn anything from `state`. */
export function saysSomethingNew(told: RunState | null, state: RunState): boolean {
  if (told === null || told.kind !== state.kind) {
    return true;
  }
  return state.kind === 'waiting' && told.kind === 'waiting' && state.reason !== told.reason;
}
