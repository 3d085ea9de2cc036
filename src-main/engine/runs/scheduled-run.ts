/** One run under way: what was ordered, what is in flight, what waits. */
import type { Provider } from '@shared/model/provider';
import type { ModelChoice, Priority, RunState, WaitForQuota } from '@shared/model/run';
import type { Pool } from '../pool/pool';
import type { KeyRoom, Lease } from '../ports';
import { autoSlots } from './auto-slots';
import type { Ticket } from './next-step';
import type { SharedBound } from './shared-bound';
import type { Verdict } from './verdicts';
import { type LaneChoice, WorkList } from './work-list';

/** One endpoint and the model to ask it for, when all that may serve a run are out. */
interface FallbackChoice {
  readonly endpointId: string;
  /** The protocol that the endpoint speaks. */
  readonly provider: Provider;
  readonly model: string;
}

export interface RunOrder {
  readonly runId: number;
  /** Requests in flight at most; may be changed later. */
  readonly concurrency: number;
  /** True: the number in flight follows what the limits can use; `concurrency` counts while that is not known. */
  readonly autoConcurrency?: boolean;
  /** Counted retries a job may use. */
  readonly maxRetries: number;
  /** Base of the backoff, milliseconds. */
  readonly retryDelayMs: number;
  /** Where it does not wait, the run pauses as soon as every key that is left is out of quota. */
  readonly waitForQuota: WaitForQuota;
  /** One of a higher priority is served first; within one, runs take turns. Absent: normal. */
  readonly priority?: Priority;
  /** Only these endpoints may serve it, its fallback aside; absent: all. */
  readonly endpointIds?: readonly string[];
  /** The same by model, where a run asks many that are not known ahead. */
  readonly endpointsOf?: (model: ModelChoice) => readonly string[];
  /**
   * Jobs that nothing can serve as things stand are given up by themselves, and the run goes on with the others: somebody
   * waits for each. Absent: it pauses once there are no others.
   */
  readonly givesUp?: boolean;
  /** Who lent the keys that alone may serve it; absent: the library's own do. */
  readonly borrower?: string;
  /** In this order, when all of the first are out. */
  readonly fallback?: readonly FallbackChoice[];
  /** Shared with other runs; absent: nothing is. */
  readonly bound?: SharedBound;
}

export type Paused = Extract<RunState, { kind: 'paused' }>;

/** Limits and latencies move slowly, and to sum them up takes time: this long it counts as known, milliseconds. */
const SLOTS_LAST_MS = 500;

/** What the budget says of a model before something is leased for it. */
export interface Means {
  /** Whether anybody knows what a request of it costs. */
  hasPrice(model: ModelChoice): boolean;
  keyRoom(keyId: string, model: ModelChoice): KeyRoom;
  /** What the caps of the run and of the day have against one more request of it; null: nothing. */
  refusal(model: ModelChoice): Verdict | null;
}

export class ScheduledRun {
  readonly work: WorkList;
  /** Attempts in flight, and the job of each. */
  readonly attempts = new Map<number, number>();
  /** Jobs that are not to go again, in a run that goes on. */
  readonly cancelledJobs = new Set<number>();
  /** Leased and not answered. */
  inFlight = 0;
  /** Answered, its outcome not on disk yet. */
  writing = 0;
  /** Set once no more is to be sent: what the run becomes when nothing is under way any more. */
  ending: Paused | null = null;
  /** The end of an attempt is not written down: its job is `sent` still, so the run is not over, whatever is left. */
  hasUnwritten = false;
  /** What goes again is `cancelled` instead. */
  isCancelled = false;
  /** What is in flight may use up what is left to spend: it goes on when one of them has ended. */
  isHeld = false;
  /** Number of the last lease among all runs: within a priority the smallest is next. */
  lastServed = 0;
  told: RunState | null = null;
  readonly over: Promise<void>;
  private resolveOver: () => void = () => undefined;
  private ordered: RunOrder;
  private choicesOf: (model: ModelChoice) => readonly LaneChoice[];
  /** Requests in flight at most, at the moment. */
  private slots: number;
  private slotsKnownAt = Number.NEGATIVE_INFINITY;

  constructor(
    order: RunOrder,
    private readonly means: Means,
  ) {
    this.ordered = order;
    this.choicesOf = choicesFor(order, means);
    this.work = new WorkList({
      runId: order.runId,
      choicesOf: this.choicesOf,
      groupOf: (jobId) => this.ordered.bound?.groupOf(jobId) ?? '',
      asksMany: order.endpointsOf !== undefined,
    });
    this.slots = order.concurrency;
    this.over = new Promise((resolve) => {
      this.resolveOver = resolve;
    });
  }

  get order(): RunOrder {
    return this.ordered;
  }

  /** The same run, carried out otherwise from now on. */
  change(order: RunOrder): void {
    this.ordered = order;
    this.choicesOf = choicesFor(order, this.means);
    this.work.rechoose(this.choicesOf);
    this.slots = order.concurrency;
    this.slotsKnownAt = Number.NEGATIVE_INFINITY;
  }

  /** Nothing more of it is sent; what goes again is over. */
  cancel(): void {
    this.isCancelled = true;
    this.work.clear();
  }

  /** Nothing more of these is sent. */
  cancelJobs(jobIds: readonly number[]): void {
    for (const jobId of jobIds) {
      this.cancelledJobs.add(jobId);
    }
    this.work.drop(this.cancelledJobs);
  }

  /** It goes again. */
  again(ticket: Ticket, dueAt: number): void {
    this.work.again(ticket, dueAt);
    this.ordered.bound?.waits(ticket.job.id);
  }

  /** What a job of this model was leased for; undefined: the run is carried out otherwise by now. */
  choiceOf(model: ModelChoice, { endpoint, model: asked }: Lease): LaneChoice | undefined {
    return this.choicesOf(model).find(
      (one) =>
        one.provider === endpoint.provider &&
        one.model === asked &&
        one.endpointIds?.has(endpoint.id) !== false,
    );
  }

  isOver(jobId: number): boolean {
    return this.isCancelled || this.cancelledJobs.has(jobId);
  }

  get isQuiet(): boolean {
    return this.inFlight === 0 && this.writing === 0;
  }

  /** Slots are free, and answers that are still being written do not pile up. */
  get hasRoom(): boolean {
    return (
      this.ending === null && !this.isHeld && this.inFlight < this.slots && this.writing < 2 * this.slots
    );
  }

  /** With an automatic number in flight: takes what the pool can use now. */
  follow(pool: Pick<Pool, 'demand'>, now: number): void {
    const { autoConcurrency, concurrency } = this.ordered;
    if (autoConcurrency === true && this.ending === null && now >= this.slotsKnownAt + SLOTS_LAST_MS) {
      this.slots = autoSlots(this.work.busyLanes(), { pool, now, otherwise: concurrency });
      this.slotsKnownAt = now;
    }
  }

  end(): void {
    this.resolveOver();
  }
}

function choicesFor(order: RunOrder, means: Means): (model: ModelChoice) => readonly LaneChoice[] {
  const { borrower, fallback = [] } = order;
  const asker = borrower === undefined ? {} : { borrower };
  const others = fallback.map(({ endpointId, provider, model }) => ({
    provider,
    model,
    ...asker,
    endpointIds: new Set([endpointId]),
    ...meansFor({ provider, model }, means),
    refusal: () => means.refusal({ provider, model }),
  }));
  return (choice) => [
    { ...choice, ...asker, ...endpointsFor(order, choice), ...meansFor(choice, means) },
    ...others,
  ];
}

function meansFor(model: ModelChoice, means: Means): Pick<LaneChoice, 'hasPrice' | 'keyRoom'> {
  return {
    hasPrice: () => means.hasPrice(model),
    keyRoom: (keyId) => means.keyRoom(keyId, model),
  };
}

function endpointsFor(
  { endpointIds, endpointsOf }: RunOrder,
  model: ModelChoice,
): Pick<LaneChoice, 'endpointIds'> {
  const only = endpointsOf?.(model) ?? endpointIds;
  return only === undefined ? {} : { endpointIds: new Set(only) };
}
