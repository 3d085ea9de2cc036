/**
 * The jobs of one run that wait for a lease. They are pulled from the journal a page at a time; in memory are only
 * the pages in hand and the jobs that go again. Each model is a lane of its own, so that one whose keys rest does not
 * hold up the others.
 */
import type { ModelChoice } from '@shared/model/run';
import type { Never, Wait } from '../pool/pool';
import type { Journal, PendingJob } from '../ports';
import { DueHeap } from './due-heap';
import { newTicket, type Ticket } from './next-step';

const PAGE_JOBS = 256;
/** With fewer than this ready to go, the next page is fetched. */
const LOW_WATER_JOBS = 128;
/** How far it looks past jobs whose model must wait, for others that need not. */
const MAX_HELD_JOBS = 2048;
/** Shorter waits are no reason to look further. */
const PATIENCE_MS = 10_000;

export class Lane {
  readonly model: ModelChoice;
  /** What the pool last said, as long as it holds; null: not asked, or it may have changed. */
  verdict: Wait | Never | null = null;
  private readonly fresh: PendingJob[] = [];
  private nextFresh = 0;
  private readonly retries = new DueHeap<Ticket>();

  constructor(model: ModelChoice) {
    this.model = model;
  }

  get held(): number {
    return this.fresh.length - this.nextFresh + this.retries.size;
  }

  get freshHeld(): number {
    return this.fresh.length - this.nextFresh;
  }

  get nextRetryAt(): number {
    return this.retries.nextDueAt;
  }

  add(job: PendingJob): void {
    this.fresh.push(job);
  }

  again(ticket: Ticket, dueAt: number): void {
    this.retries.push(dueAt, ticket);
  }

  isBlocked(now: number): boolean {
    return this.verdict !== null && (this.verdict.kind === 'never' || this.verdict.until > now);
  }

  /** Whether it is blocked for so long that the jobs of others should be sought; Infinity ends with something in flight. */
  isStalled(now: number): boolean {
    const { verdict } = this;
    return (
      verdict !== null &&
      (verdict.kind === 'never' || (Number.isFinite(verdict.until) && verdict.until > now + PATIENCE_MS))
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

export class WorkList {
  /** Whether every job the journal had is in hand or past. */
  isExhausted = false;
  isLoading = false;
  private readonly lanes = new Map<string, Lane>();
  private readonly runId: number;
  private cursor = -1;

  constructor(runId: number) {
    this.runId = runId;
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

  /** The lane to ask the pool for: due retries first, else the earliest job; null when none may be asked now. */
  nextLane(now: number): { readonly lane: Lane; readonly ticket: Ticket } | null {
    let best: { lane: Lane; ticket: Ticket; rank: number } | null = null;
    for (const lane of this.lanes.values()) {
      const ticket = lane.isBlocked(now) ? null : lane.peek(now);
      if (ticket !== null) {
        const rank = lane.nextRetryAt <= now ? lane.nextRetryAt - now : ticket.job.id;
        if (best === null || rank < best.rank) {
          best = { lane, ticket, rank };
        }
      }
    }
    return best;
  }

  again(ticket: Ticket, dueAt: number): void {
    this.laneOf(ticket.job.model).again(ticket, dueAt);
  }

  /** The pool has changed: everything it said may be over. */
  forgetVerdicts(): void {
    for (const lane of this.lanes.values()) {
      lane.verdict = null;
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
    return ready < LOW_WATER_JOBS;
  }

  /** Fetches the next page; rejects when the journal does. */
  async load(journal: Pick<Journal, 'pending'>): Promise<void> {
    this.isLoading = true;
    try {
      const jobs = await journal.pending(this.runId, this.cursor, PAGE_JOBS);
      for (const job of jobs) {
        this.cursor = Math.max(this.cursor, job.id);
        this.laneOf(job.model).add(job);
      }
      this.isExhausted = jobs.length === 0;
    } finally {
      this.isLoading = false;
    }
  }

  private laneOf(model: ModelChoice): Lane {
    const name = `${model.provider} ${model.model}`;
    const known = this.lanes.get(name);
    if (known !== undefined) {
      return known;
    }
    const lane = new Lane(model);
    this.lanes.set(name, lane);
    return lane;
  }
}
