/**
 * The jobs of one run that wait for a lease. They are pulled from the journal a page at a time; in memory are only
 * the pages in hand and the jobs that go again. Each model is a lane of its own, so that one whose keys rest does not
 * hold up the others; what goes again because an endpoint failed it has a second one, because the pool may hold
 * retries back while new work may go.
 */
import type { ModelChoice } from '@shared/model/run';
import type { LeaseRequest, Pool } from '../pool/pool';
import type { Journal, Lease, PendingJob } from '../ports';
import { DueHeap } from './due-heap';
import { newTicket, type Ticket } from './next-step';
import { type Verdict, Verdicts } from './verdicts';

const PAGE_JOBS = 256;
/** With fewer than this ready to go, the next page is fetched. */
const LOW_WATER_JOBS = 128;
/** How far it looks past jobs whose model must wait, for others that need not: in memory are never many more. */
const MAX_HELD_JOBS = 2048;
/** Above every job's id. */
const LAST_RANK = 2 ** 52;
/** Shorter waits are no reason to look further where all ask for the same. */
const PATIENCE_MS = 10_000;
/** Lanes with nothing to do that are kept for what comes next: a run that stays open may be asked for any names. */
const MOST_IDLE_LANES = 64;

/** What may serve a job: a model, and where. */
export interface LaneChoice extends Omit<LeaseRequest, 'avoid' | 'isRetry' | 'tokens'> {
  /** Of a fallback, which may be dearer than the job's own model: what stands against it before the pool is asked. */
  readonly refusal?: () => Verdict | null;
}

export class Lane {
  /** The job's own model, then the fallbacks. */
  choices: readonly LaneChoice[];
  verdicts: Verdicts;
  /** Until the turn is over: its next job must wait for a place that others hold. */
  isShut = false;
  /** Holds what an endpoint has failed. */
  readonly isRetry: boolean;
  private readonly fresh: PendingJob[] = [];
  private nextFresh = 0;
  private readonly retries = new DueHeap<Ticket>();

  constructor(choices: readonly LaneChoice[], isRetry: boolean) {
    this.choices = choices;
    this.isRetry = isRetry;
    this.verdicts = new Verdicts(choices.length);
  }

  rechoose(choices: readonly LaneChoice[]): void {
    this.choices = choices;
    this.verdicts = new Verdicts(choices.length);
  }

  get held(): number {
    return this.freshHeld + this.retries.size;
  }

  get freshHeld(): number {
    return this.fresh.length - this.nextFresh;
  }

  get nextRetryAt(): number {
    return this.retries.nextDueAt;
  }

  /** When its first job may go, whatever the pool says. */
  get readyAt(): number {
    return this.freshHeld > 0 ? Number.NEGATIVE_INFINITY : this.nextRetryAt;
  }

  /** The job that goes again next, due or not. */
  get nextRetry(): Ticket | undefined {
    return this.retries.peek();
  }

  add(job: PendingJob): void {
    this.fresh.push(job);
  }

  again(ticket: Ticket, dueAt: number): void {
    this.retries.push(dueAt, ticket);
  }

  isBlocked(now: number): boolean {
    return this.verdicts.nextChoice(now) === null;
  }

  /** Whether it is blocked for so long that the jobs of others should be sought; Infinity ends with something in flight. */
  isStalled(now: number): boolean {
    return (
      this.isBlocked(now) &&
      this.verdicts
        .holding()
        .every(
          (verdict) =>
            verdict.kind === 'never' || (Number.isFinite(verdict.until) && verdict.until > now + PATIENCE_MS),
        )
    );
  }

  /** The job that goes next: a due retry before new work. */
  peek(now: number): Ticket | null {
    if (this.retries.nextDueAt <= now) {
      return this.retries.peek() ?? null;
    }
    const job = this.fresh[this.nextFresh];
    return job === undefined ? null : newTicket(job);
  }

  /** Asks for one choice after the other; null: none can serve now, and what was said is noted. */
  lease(ticket: Ticket, pool: Pick<Pool, 'lease'>, now: number): Lease | null {
    for (
      let choice = this.verdicts.nextChoice(now);
      choice !== null;
      choice = this.verdicts.nextChoice(now)
    ) {
      const wanted = this.choices[choice];
      if (wanted === undefined) {
        break;
      }
      const { refusal, ...asked } = wanted;
      const answer = refusal?.() ?? pool.lease({ ...asked, avoid: ticket.avoid, isRetry: this.isRetry });
      if (answer.kind === 'granted') {
        this.verdicts.note(choice, null);
        return answer.lease;
      }
      this.verdicts.note(choice, answer);
    }
    return null;
  }

  /** Forgets all that waits, and what the pool said of it; answers the jobs. */
  giveUp(): readonly PendingJob[] {
    const jobs = this.fresh.slice(this.nextFresh);
    this.fresh.length = 0;
    this.nextFresh = 0;
    this.retries.keep(({ job }) => {
      jobs.push(job);
      return false;
    });
    this.verdicts.forget();
    return jobs;
  }

  /** Forgets these jobs. */
  drop(jobIds: ReadonlySet<number>): void {
    const fresh = this.fresh.slice(this.nextFresh).filter(({ id }) => !jobIds.has(id));
    this.fresh.splice(0, this.fresh.length, ...fresh);
    this.nextFresh = 0;
    this.retries.keep(({ job }) => !jobIds.has(job.id));
  }

  /** Removes what `peek` showed at the same moment. */
  take(now: number): void {
    if (this.retries.nextDueAt <= now) {
      this.retries.pop();
      return;
    }
    this.nextFresh += 1;
    if (this.nextFresh >= PAGE_JOBS || this.nextFresh === this.fresh.length) {
      this.fresh.splice(0, this.nextFresh);
      this.nextFresh = 0;
    }
  }
}

export interface WorkListOptions {
  readonly runId: number;
  /** What may serve jobs of a model, best first. */
  choicesOf(model: ModelChoice): readonly LaneChoice[];
  /** Jobs of one name wait for the same besides what serves them; absent: all do. */
  groupOf?(jobId: number): string;
  /** Whether its jobs may ask for any models: others may come behind those that are known. */
  readonly asksMany?: boolean;
}

export class WorkList {
  /** Whether every job the journal had is in hand or past. */
  isExhausted = false;
  isLoading = false;
  private readonly lanes = new Map<string, Lane>();
  private readonly runId: number;
  private readonly groupOf: (jobId: number) => string;
  private readonly asksMany: boolean;
  private choicesOf: WorkListOptions['choicesOf'];
  private isCleared = false;
  private dropped: ReadonlySet<number> = new Set();
  private cursor = -1;
  /** So many were busy when idle ones were last forgotten. */
  private lanesLooked = 0;
  private wasRetry = false;

  constructor(options: WorkListOptions) {
    this.runId = options.runId;
    this.choicesOf = options.choicesOf;
    this.groupOf = options.groupOf ?? (() => '');
    this.asksMany = options.asksMany ?? false;
  }

  /** Other endpoints may serve it from now on. */
  rechoose(choicesOf: WorkListOptions['choicesOf']): void {
    this.choicesOf = choicesOf;
    for (const lane of this.lanes.values()) {
      const [{ provider, model }] = lane.choices as readonly [LaneChoice, ...LaneChoice[]];
      lane.rechoose(choicesOf({ provider, model }));
    }
  }

  /** Forgets what waits; nothing more is fetched. */
  clear(): void {
    this.isCleared = true;
    this.isExhausted = true;
    this.lanes.clear();
  }

  /** Forgets these jobs, also where they are fetched later. */
  drop(jobIds: ReadonlySet<number>): void {
    this.dropped = jobIds;
    for (const lane of this.lanes.values()) {
      lane.drop(jobIds);
    }
  }

  get held(): number {
    let held = 0;
    for (const lane of this.lanes.values()) {
      held += lane.held;
    }
    return held;
  }

  get isEmpty(): boolean {
    return this.isExhausted && this.held === 0;
  }

  /** Lanes that have something to do. */
  busyLanes(): readonly Lane[] {
    return [...this.lanes.values()].filter((lane) => lane.held > 0);
  }

  /**
   * The lane to ask the pool for: what goes again before what is new, else the earliest job; null when none may be
   * asked now. What an endpoint has failed takes turns with the rest: jobs that fail wherever they go would else be the
   * only ones to try an endpoint that is coming back.
   */
  nextLane(now: number): { readonly lane: Lane; readonly ticket: Ticket } | null {
    let best: { lane: Lane; ticket: Ticket; rank: number } | null = null;
    for (const lane of this.lanes.values()) {
      const ticket = lane.isShut || lane.isBlocked(now) ? null : lane.peek(now);
      if (ticket !== null) {
        const rank = this.rankOf(lane, ticket, now);
        if (best === null || rank < best.rank) {
          best = { lane, ticket, rank };
        }
      }
    }
    return best;
  }

  /** Removes the job that `nextLane` answered at the same moment. */
  take(lane: Lane, now: number): void {
    lane.take(now);
    this.wasRetry = lane.isRetry;
  }

  private rankOf(lane: Lane, { job }: Ticket, now: number): number {
    const rank = lane.nextRetryAt <= now ? lane.nextRetryAt - now : job.id;
    return lane.isRetry && this.wasRetry ? LAST_RANK + rank : rank;
  }

  again(ticket: Ticket, dueAt: number): void {
    this.laneOf(ticket.job, ticket.isRetry).again(ticket, dueAt);
  }

  /** The pool has changed: everything it said may be over. */
  forgetVerdicts(): void {
    for (const lane of this.lanes.values()) {
      lane.verdicts.forget();
    }
  }

  /** Another turn: what was shut in the last may be open. */
  openLanes(): void {
    for (const lane of this.lanes.values()) {
      lane.isShut = false;
    }
  }

  wantsPage(now: number): boolean {
    if (this.isExhausted || this.isLoading || this.held >= MAX_HELD_JOBS) {
      return false;
    }
    let ready = 0;
    for (const lane of this.lanes.values()) {
      ready += lane.isStalled(now) ? 0 : lane.freshHeld;
    }
    return ready < LOW_WATER_JOBS || (this.isMixed && !this.canSend(now));
  }

  /** What waits behind its jobs may be for a model that need not wait, however short the wait of those in hand. */
  private get isMixed(): boolean {
    return this.asksMany || [...this.lanes.values()].filter(({ isRetry }) => !isRetry).length > 1;
  }

  private canSend(now: number): boolean {
    return [...this.lanes.values()].some(
      (lane) => !lane.isShut && !lane.isBlocked(now) && lane.peek(now) !== null,
    );
  }

  /** Fetches the next page; rejects when the journal does. */
  async load(journal: Pick<Journal, 'pending'>): Promise<void> {
    this.isLoading = true;
    try {
      const jobs = await journal.pending(this.runId, this.cursor, PAGE_JOBS);
      if (this.isCleared) {
        return;
      }
      // In the order of the run, which that of their numbers need not be.
      this.cursor = jobs.findLast(({ isStraggler }) => isStraggler !== true)?.id ?? this.cursor;
      for (const job of jobs) {
        if (!this.dropped.has(job.id)) {
          this.laneOf(job, false).add(job);
        }
      }
      this.isExhausted = jobs.length === 0;
    } finally {
      this.isLoading = false;
    }
  }

  private laneOf({ id, model }: PendingJob, isRetry: boolean): Lane {
    const name = `${isRetry ? 'again' : 'new'} ${model.provider} ${model.model}\n${this.groupOf(id)}`;
    const known = this.lanes.get(name);
    if (known !== undefined) {
      return known;
    }
    this.forgetIdle();
    const lane = new Lane(this.choicesOf(model), isRetry);
    this.lanes.set(name, lane);
    return lane;
  }

  /** What the pool said of them is asked again when they are needed. */
  private forgetIdle(): void {
    if (this.lanes.size < this.lanesLooked + MOST_IDLE_LANES) {
      return;
    }
    for (const [name, lane] of this.lanes) {
      if (lane.held === 0) {
        this.lanes.delete(name);
      }
    }
    this.lanesLooked = this.lanes.size;
  }
}
