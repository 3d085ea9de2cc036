/**
 * When an endpoint as a whole gets nothing for a while. It rests after eight failures in a row, longer each time; then
 * one request tries it, and each success lets one more go beside those under way, until it is whole again. Where the
 * settings ask for it, refusals of several keys in a row that name neither quota nor delay rest it too, for they look
 * like a ban of the address they come from.
 *
 * A row is one of leases, not of outcomes: failures are often told at once and successes late, so that of an endpoint
 * which fails now and then the failures would be heard first. A lease that is still out breaks the row. But eight
 * failures heard in a row make it suspect: until the next success only a few new leases may be out.
 *
 * Every rest starts a new epoch: outcomes of leases from before it neither prolong nor end anything, because they tell
 * of a server that is known to have failed.
 */
import type { Random } from '../ports';

const FAILURES_TO_REST = 8;
const MOST_OUT_WHILE_SUSPECT = 4;
/** While it is tried: as many in a row, and it rests again; before the first success one is enough. */
const TRIAL_FAILURES_TO_REST = 4;
const SUCCESSES_TO_BE_WHOLE = 7;
const FIRST_REST_MS = 5_000;
/** A fifth more with its jitter. */
const LONGEST_REST_MS = 20_000;
const JITTER_SHARE = 0.2;
/** A first trial that is slow proves nothing yet, and must not keep the endpoint out: another one joins it, and so on. */
const PATIENCE_MS = 8_000;
const MOST_FIRST_TRIALS = 4;
const REFUSALS_TO_REST = 3;
/** More turns than can be out at once: an older outcome than that counts no more. */
const REMEMBERED_TURNS = 2_048;

const OUT = 0;
const FAILED = 1;
const WELL = 2;
/** Ended without a word on the endpoint: it neither makes nor breaks a row. */
const SILENT = 3;

export type RestReason = 'failing' | 'ban';

export interface Resting {
  readonly reason: RestReason;
  /** Monotonic; past: one request is trying it. */
  readonly readyAt: number;
}

export class EndpointRest {
  private readonly random: Random;
  /** Set from the start of a rest until the first success after it. */
  private resting: Resting | null = null;
  private mode: 'whole' | 'suspect' | 'tried' = 'whole';
  /** Leases after `trialTurn` that may be out at once. */
  private allowance = Number.POSITIVE_INFINITY;
  private trials = 0;
  private trialTurn = 0;
  private triedAt = Number.NEGATIVE_INFINITY;
  private successes = 0;
  /** Heard since the last success. */
  private failures = 0;
  private restsInARow = 0;
  /** Leases are counted; this is the last one. */
  private turn = 0;
  /** The last one of older epochs. */
  private epochTurn = 0;
  private readonly outcomes = new Uint8Array(REMEMBERED_TURNS);
  private readonly refusedKeys = new Set<string | null>();

  constructor(random: Random) {
    this.random = random;
  }

  /** Monotonic; not after `now`: at once. Infinity: not before one of those that try it has ended. */
  readyAt(now: number): number {
    if (this.resting !== null && this.resting.readyAt > now) {
      return this.resting.readyAt;
    }
    if (this.trials < this.allowance) {
      return Number.NEGATIVE_INFINITY;
    }
    return this.resting !== null && this.trials < MOST_FIRST_TRIALS
      ? this.triedAt + PATIENCE_MS
      : Number.POSITIVE_INFINITY;
  }

  /** A lease goes there; answers its turn, by which its outcome is told. */
  taken(now: number): number {
    this.turn += 1;
    this.outcomes[this.turn % REMEMBERED_TURNS] = OUT;
    if (this.mode !== 'whole') {
      this.trials += 1;
      this.triedAt = now;
    }
    return this.turn;
  }

  /** Every lease ends here once, before what it says of the endpoint is told. */
  ended(turn: number): void {
    if (this.counts(turn)) {
      this.outcomes[turn % REMEMBERED_TURNS] = SILENT;
    }
    if (this.mode !== 'whole' && turn > this.trialTurn) {
      this.trials -= 1;
    }
  }

  /** A failure that blames the endpoint. */
  failed(now: number, turn: number): void {
    if (!this.counts(turn)) {
      return;
    }
    this.outcomes[turn % REMEMBERED_TURNS] = FAILED;
    this.failures += 1;
    const row = 1 + this.rowFrom(turn, -1) + this.rowFrom(turn, 1);
    if (row >= this.failuresAllowed()) {
      const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.restsInARow);
      this.restsInARow += 1;
      this.rest('failing', now + restMs * (1 + JITTER_SHARE * this.random()));
    } else if (this.mode === 'whole' && this.failures >= FAILURES_TO_REST) {
      this.mode = 'suspect';
      this.try(MOST_OUT_WHILE_SUSPECT);
    }
  }

  /** Any answer that does not blame it. */
  succeeded(turn: number): void {
    if (!this.counts(turn)) {
      return;
    }
    this.outcomes[turn % REMEMBERED_TURNS] = WELL;
    this.failures = 0;
    this.resting = null;
    this.restsInARow = 0;
    this.successes += 1;
    this.allowance += 1;
    if (this.mode === 'suspect' || this.successes >= SUCCESSES_TO_BE_WHOLE) {
      this.beWhole();
    }
  }

  /** A 429 that names neither quota nor delay; `pauseMs`: how long a ban is waited out. */
  refusedUnnamed(now: number, keyId: string | null, pauseMs: number): void {
    const isPaused = this.resting?.reason === 'ban' && this.resting.readyAt > now;
    if (isPaused || pauseMs === 0) {
      return;
    }
    this.refusedKeys.add(keyId);
    if (this.refusedKeys.size >= REFUSALS_TO_REST) {
      this.rest('ban', now + pauseMs);
    }
  }

  /** Any other outcome: the refusals were not in a row. */
  anythingElse(): void {
    this.refusedKeys.clear();
  }

  /** A person says so, or it leads to another server now. */
  reset(): void {
    this.resting = null;
    this.beWhole();
    this.failures = 0;
    this.epochTurn = this.turn;
    this.restsInARow = 0;
    this.refusedKeys.clear();
  }

  /** Null once a request has found it well. */
  current(): Resting | null {
    return this.resting;
  }

  private counts(turn: number): boolean {
    return turn > this.epochTurn && turn > this.turn - REMEMBERED_TURNS;
  }

  /** Failures next to a turn, on one side of it. */
  private rowFrom(turn: number, step: 1 | -1): number {
    let row = 0;
    for (let next = turn + step; row < FAILURES_TO_REST; next += step) {
      const outcome = this.outcomes[next % REMEMBERED_TURNS];
      if (!this.counts(next) || next > this.turn || outcome === OUT || outcome === WELL) {
        break;
      }
      row += outcome === FAILED ? 1 : 0;
    }
    return row;
  }

  private failuresAllowed(): number {
    if (this.mode !== 'tried') {
      return FAILURES_TO_REST;
    }
    return this.resting === null ? TRIAL_FAILURES_TO_REST : 1;
  }

  private rest(reason: RestReason, until: number): void {
    if (this.resting === null || until > this.resting.readyAt) {
      this.resting = { reason, readyAt: until };
    }
    this.mode = 'tried';
    this.try(1);
    this.successes = 0;
    this.failures = 0;
    this.epochTurn = this.turn;
    this.refusedKeys.clear();
  }

  /** From now on no more leases than these may be out, those before not counted. */
  private try(allowance: number): void {
    this.allowance = allowance;
    this.trials = 0;
    this.trialTurn = this.turn;
  }

  private beWhole(): void {
    this.mode = 'whole';
    this.allowance = Number.POSITIVE_INFINITY;
  }
}
