/**
 * The rate of one account and model whose limit nobody told us, learnt from refusals (429). Before the first one there
 * is no limit: a server that lets a burst through is given it. From then on no minute carries more than the server was
 * seen to bear, and each refusal corrects the number. Where nothing is refused the rate stays for a while, longer each
 * time that it is confirmed, and then creeps up, faster the longer nobody objects, so that a raised limit is noticed
 * (docs/architecture.md, the pool).
 */
import type { RateFacts } from '../ports';
import { SendLog } from './send-log';

const MINUTE_MS = 60_000;

/** Requests in the minute before a refusal are what a window bears: a shade less is asked for from then on. */
const CORRECTION = 0.995;
/** No refusal takes more off. */
const DECREASE = 0.7;
/** Where nothing can be measured: less than `TOO_SOON_MS` after another refusal, and where turns were left unused. */
const DECREASE_SOON = 0.9;
const DECREASE_IDLE = 0.97;
const TOO_SOON_MS = 30_000;
const IDLE_SHARE = 0.05;
/** As much time in use is enough to measure a rate by. */
const MEASURABLE_MS = 20_000;
/** Measured rates are a little low, because some of the server's allowance was left at the end. */
const MEASURED_OVER = 1.04;

/** Turns that were missed, as while a refused key waited, are made up for at this many times the rate. */
const CATCH_UP = 1.3;
const TURNS_AT_ONCE = 2;
/** Refused with less of the minute used than this: it is bursts that the server does not bear. */
const EARLY = 0.8;
/** Where fewer were let through in the minute before it, a refusal says nothing of the rate: others may have used it up. */
const FEW = 10;
/** From then on requests go at this pace, which doubles every minute until the next refusal. */
const SLOW_START_PER_MINUTE = 60;
const SLOWEST_PER_MINUTE = 1;
/** Where neither experience nor the answer tells: as often as a key asks that is refused without a delay. */
const BLIND_PER_MINUTE = 12;

const FIRST_PLATEAU_MS = 60_000;
const LONGEST_PLATEAU_MS = 240_000;
/** Within this share of the last estimate a new one confirms it. */
const CONFIRMED = 0.05;
/** The first minute after a plateau adds this share, each minute after it twice as much as the one before. */
const GROWTH = 0.015;
const GROWTH_UNCONFIRMED = 0.03;
const MOST_GROWTH = 9;
const MOST_DOUBLINGS = 20;

export interface Refusal {
  /** Monotonic. */
  readonly leasedAt: number;
  /** The delay that the answer named, milliseconds; null: none. */
  readonly namedWaitMs: number | null;
}

/**
 * `little`: it was refused, but after hardly any requests. `guess`: the minute before the first refusal; some of that
 * minute's requests may yet be refused.
 */
type Knowledge = 'nothing' | 'little' | 'guess' | 'rate';

export class LearnedRate {
  /** Requests per minute that the server bears; null: nothing learnt yet. */
  private ceiling: number | null = null;
  /** What the provider's headers name, per minute. */
  private named = Number.POSITIVE_INFINITY;
  private heldUntil = Number.NEGATIVE_INFINITY;
  private bearsBursts = true;
  private readonly sent = new SendLog();
  /** The moment up to which turns are taken. */
  private takenUpTo = Number.NEGATIVE_INFINITY;
  private plateauMs = FIRST_PLATEAU_MS;
  /** The last refusal that was news: refusals of leases from before it are not. */
  private changedAt = Number.NEGATIVE_INFINITY;
  /** When the place that it missed was free. */
  private anchorAt = Number.NEGATIVE_INFINITY;
  /** From a refusal on, the key is tried by one request, and other turns are left unused on purpose. */
  private isTried = false;
  /** When a second one went. */
  private openAt = Number.NEGATIVE_INFINITY;
  private takenSince = 0;
  /** Time in which a turn was free and nobody took it. */
  private idleMs = 0;
  /** Time in which it was this rate that made requests wait. */
  private boundMs = 0;
  private knows: Knowledge = 'nothing';

  /** Requests a minute; undefined until something is learnt. */
  get perMinute(): number | undefined {
    const learnt = this.knows === 'guess' || this.knows === 'rate' ? this.ceiling : null;
    const rate = Math.min(learnt ?? Number.POSITIVE_INFINITY, this.named);
    return Number.isFinite(rate) ? rate : undefined;
  }

  /** What an earlier session had learnt, as far as this one knows nothing better. */
  remember(perMinute: number): void {
    if (this.ceiling === null && perMinute > 0) {
      this.ceiling = perMinute;
      this.knows = 'rate';
    }
  }

  /** Monotonic; a moment that is past: at once. */
  readyAt(): number {
    return Math.max(this.heldUntil, this.turnAt());
  }

  /** A request goes at `now`. */
  taken(now: number): void {
    if (this.isTried && this.takenSince > 0) {
      this.isTried = false;
      this.openAt = now;
    }
    const last = this.sent.last(1);
    const freeAt = Math.max(this.turnAt(), this.openAt, last);
    if (!this.isTried && Number.isFinite(freeAt)) {
      const idleMs = Math.max(0, now - freeAt);
      this.idleMs += idleMs;
      this.boundMs += idleMs * 2 < now - last ? now - last : 0;
    }
    const pace = this.pace();
    if (pace !== Number.POSITIVE_INFINITY) {
      const turnMs = this.turnMs(pace);
      this.takenUpTo = Math.max(this.takenUpTo, now - turnMs) + turnMs;
    }
    this.sent.add(now);
    this.takenSince += 1;
  }

  /** One was refused for its number. Answers whether that changed the rate. */
  refused(now: number, { leasedAt, namedWaitMs }: Refusal): boolean {
    this.sent.remove(leasedAt);
    if (leasedAt <= this.changedAt) {
      this.refusedLate(leasedAt);
      return false;
    }
    const before = this.perMinute;
    const waitMs = namedWaitMs ?? 0;
    const inMinute = this.sent.countAfter(leasedAt - MINUTE_MS);
    if (this.knows === 'guess' || this.knows === 'rate') {
      this.ceiling = Math.max(SLOWEST_PER_MINUTE, this.estimate(now, waitMs, inMinute));
      this.knows = 'rate';
    } else if (inMinute >= FEW || this.knows === 'little') {
      this.ceiling = Math.max(inMinute, waitMs > 0 ? MINUTE_MS / waitMs : BLIND_PER_MINUTE);
      this.knows = 'guess';
    } else {
      this.knows = 'little';
    }
    this.beginSpan(now, waitMs, before);
    return this.perMinute !== before;
  }

  /** One of the same burst as a refusal that came before it. */
  private refusedLate(leasedAt: number): void {
    if (leasedAt <= this.changedAt - MINUTE_MS) {
      return;
    }
    if (this.knows === 'guess' && this.ceiling !== null) {
      // The guess had counted it as accepted.
      this.ceiling -= 1;
    }
    if (this.knows === 'little' || (this.knows === 'guess' && (this.ceiling ?? 0) < FEW)) {
      this.knows = 'little';
      this.ceiling = SLOW_START_PER_MINUTE;
    }
  }

  /** `before`: what was known then. */
  private beginSpan(now: number, waitMs: number, before: number | undefined): void {
    const isConfirmed = before !== undefined && Math.abs((this.ceiling ?? 0) / before - 1) < CONFIRMED;
    this.plateauMs = isConfirmed ? Math.min(LONGEST_PLATEAU_MS, this.plateauMs * 2) : FIRST_PLATEAU_MS;
    this.changedAt = now;
    this.anchorAt = now + waitMs;
    this.isTried = true;
    this.takenSince = 0;
    this.idleMs = 0;
    this.boundMs = 0;
  }

  /** An answer's headers name the limit, or say that nothing is left of it. */
  told({ requests }: RateFacts, now: number): void {
    if (requests?.limit !== undefined && requests.limit > 0) {
      this.named = requests.limit;
    }
    if (requests?.remaining === 0 && requests.resetMs !== undefined) {
      // The reset is of the whole allowance: the next place in it is free sooner.
      this.heldUntil = Math.max(this.heldUntil, now + requests.resetMs / Math.max(1, requests.limit ?? 1));
    }
  }

  /**
   * A limit after a refusal: at most what the minute before it carried, at least the rate accepted since the refusal
   * before. That rate has two readings. A server that fills a bucket had saved some up while the key was only tried,
   * and that time counts; one that counts by a window had not, and it does not. The middle of both is taken.
   */
  private estimate(now: number, waitMs: number, inMinute: number): number {
    const pace = this.pace();
    if (this.bearsBursts && inMinute < EARLY * pace) {
      this.bearsBursts = false;
      return this.ceiling ?? pace;
    }
    const least = this.bearsBursts || waitMs === 0 ? BLIND_PER_MINUTE : MINUTE_MS / waitMs;
    const most = Math.min(pace, Math.max(inMinute, least));
    const spanMs = now + waitMs - this.anchorAt;
    if (this.idleMs > spanMs * IDLE_SHARE || !this.bearsBursts) {
      return most * DECREASE_IDLE;
    }
    if (spanMs < TOO_SOON_MS) {
      return most * (this.plateauMs > FIRST_PLATEAU_MS ? CORRECTION : DECREASE_SOON);
    }
    const perMinute = (this.takenSince - 1) * MINUTE_MS;
    const usedMs = spanMs - Math.max(0, this.openAt - this.anchorAt);
    const measured = perMinute / spanMs;
    const inUse = usedMs < MEASURABLE_MS ? measured : perMinute / usedMs;
    const middle = ((measured + inUse) / 2) * MEASURED_OVER;
    return Math.min(most * CORRECTION, Math.max(most * DECREASE, middle));
  }

  /** Requests per minute that are let through now; Infinity: any number. */
  private pace(): number {
    if (this.ceiling === null) {
      return this.named;
    }
    if (this.knows === 'little') {
      return Math.min(this.named, this.ceiling * 2 ** Math.min(MOST_DOUBLINGS, this.boundMs / MINUTE_MS));
    }
    const minutes = Math.max(0, this.boundMs - this.plateauMs) / MINUTE_MS;
    const step = this.plateauMs > FIRST_PLATEAU_MS ? GROWTH : GROWTH_UNCONFIRMED;
    const growth = Math.min(MOST_GROWTH, step * (2 ** minutes - 1));
    return Math.min(this.named, this.ceiling * (1 + growth));
  }

  /** When the rate lets the next request through. */
  private turnAt(): number {
    const pace = this.pace();
    if (pace === Number.POSITIVE_INFINITY) {
      return Number.NEGATIVE_INFINITY;
    }
    // A whole number of requests, in a minute and what makes up for the fraction.
    const count = Math.ceil(pace);
    const minuteAt = this.sent.last(count) + (count / pace) * MINUTE_MS;
    const atOnce = this.bearsBursts ? TURNS_AT_ONCE : 1;
    return Math.max(minuteAt, this.takenUpTo - (atOnce - 1) * this.turnMs(pace));
  }

  private turnMs(pace: number): number {
    return MINUTE_MS / pace / (this.bearsBursts ? CATCH_UP : 1);
  }
}
