/**
 * The limits that stand at one place: an endpoint, a key, a quota group, a model within one of these, the whole
 * program. A lease passes every gate on its way or none: the pool asks all of them with `readyAt` and then reserves at
 * all of them, without a turn of the event loop in between. Gates count from their first request on, limit or none, so
 * that a limit that is set later knows what has been sent already.
 */
import type { Gauges, Limits } from '@shared/model/endpoint';
import { DEFAULT_RESET_ZONE } from '@shared/model/provider';
import type { Clock } from '../ports';
import { DayCounter } from './day-counter';
import { MINUTE_MS, NETWORK_GUARD_MS, SlidingWindow } from './sliding-window';
import { TokenWindow } from './token-window';

export interface GateLimits extends Limits {
  /** With `concurrency`: a slot rests this long after its answer, milliseconds. */
  readonly slotCooldownMs?: number;
}

/** What a gate makes a lease wait for. */
export type GateReason = 'rate' | 'tokens' | 'day' | 'concurrency' | 'minInterval';

/** The place a lease holds at each of its gates. */
export interface Place {
  /** Monotonic, when it was granted. */
  readonly at: number;
  /** Estimated tokens. */
  readonly tokens: number;
}

export class Gate {
  inFlight = 0;
  private readonly window = new SlidingWindow(Number.POSITIVE_INFINITY);
  private readonly tokens = new TokenWindow();
  private readonly day: DayCounter;
  /** Answers whose slots still rest; null: they do not. */
  private resting: SlidingWindow | null = null;
  private concurrency = Number.POSITIVE_INFINITY;
  private minIntervalMs = 0;
  private lastLeaseAt = Number.NEGATIVE_INFINITY;
  /** Of the lease that passed last, and when the one before it had: it may be given back unused. */
  private lastPlace: Place | null = null;
  private leaseBeforeAt = Number.NEGATIVE_INFINITY;
  private requestsPerMinute = Number.POSITIVE_INFINITY;
  private isLimited = false;

  constructor(clock: Clock, zone = DEFAULT_RESET_ZONE) {
    this.day = new DayCounter(clock, zone);
  }

  /** New limits apply at once, to requests already sent and under way too. */
  setLimits(limits: GateLimits, zone?: string): void {
    this.concurrency = limits.concurrency || Number.POSITIVE_INFINITY;
    this.requestsPerMinute = limits.requestsPerMinute || Number.POSITIVE_INFINITY;
    this.window.setLimit(this.requestsPerMinute);
    this.tokens.limit = limits.tokensPerMinute || Number.POSITIVE_INFINITY;
    this.day.limit = limits.requestsPerDay || Number.POSITIVE_INFINITY;
    const even = limits.evenly === true ? (MINUTE_MS + NETWORK_GUARD_MS) / this.requestsPerMinute : 0;
    this.minIntervalMs = Math.max(limits.minIntervalMs ?? 0, even);
    const restMs = limits.slotCooldownMs ?? 0;
    if (restMs === 0 || this.concurrency === Number.POSITIVE_INFINITY) {
      this.resting = null;
    } else if (this.resting?.spanMs !== restMs) {
      this.resting = new SlidingWindow(this.concurrency, restMs);
    }
    if (zone !== undefined) {
      this.day.setZone(zone);
    }
    const bounds = [this.concurrency, this.requestsPerMinute, this.tokens.limit, this.day.limit];
    this.isLimited = this.minIntervalMs > 0 || bounds.some(Number.isFinite);
  }

  /** Requests a minute that this gate lets through; Infinity: it has no such limit. */
  get perMinute(): number {
    return this.minIntervalMs === 0
      ? this.requestsPerMinute
      : Math.min(this.requestsPerMinute, MINUTE_MS / this.minIntervalMs);
  }

  /** Not after `now`: open. Infinity: not before something in flight moves on. */
  readyAt(now: number, tokens: number): number {
    if (!this.isLimited) {
      return Number.NEGATIVE_INFINITY;
    }
    if (this.inFlight >= this.concurrency) {
      return Number.POSITIVE_INFINITY;
    }
    const interval = this.lastLeaseAt + this.minIntervalMs;
    const rate = this.window.freeAt(now);
    const spent = this.tokens.freeAt(now, tokens);
    const day = this.day.freeAt(now);
    return Math.max(interval, rate, spent, day, this.slotAt(now));
  }

  /** What keeps it closed longest; asked only when it is closed. */
  closedBy(now: number, tokens: number): GateReason {
    const readyAt = this.readyAt(now, tokens);
    if (this.inFlight >= this.concurrency || this.slotAt(now) === readyAt) {
      return 'concurrency';
    }
    if (this.day.freeAt(now) === readyAt) {
      return 'day';
    }
    if (this.window.freeAt(now) === readyAt) {
      return 'rate';
    }
    return this.tokens.freeAt(now, tokens) === readyAt ? 'tokens' : 'minInterval';
  }

  /** Whether today's requests are used up, and until when. */
  dayOutUntil(now: number): number | null {
    const at = this.day.freeAt(now);
    return at > now ? at : null;
  }

  reserve(place: Place): void {
    this.inFlight += 1;
    this.leaseBeforeAt = this.lastLeaseAt;
    this.lastLeaseAt = place.at;
    this.lastPlace = place;
    this.window.take();
    this.tokens.take(place.tokens);
    this.day.take(place.at);
  }

  /** A request under way joins, whose sent moments were absorbed before. */
  adopt(place: Place, out: { readonly sentAt: number | null; readonly answered: boolean }): void {
    this.inFlight += out.answered ? 0 : 1;
    this.tokens.take(place.tokens);
    if (out.sentAt === null) {
      this.window.take();
    }
  }

  bodySent(at: number): void {
    this.window.sent(at);
  }

  neverSent(place: Place, now: number): void {
    this.window.giveBack();
    this.day.giveBack(place.at, now);
  }

  /** Not even begun: the next one need keep no distance from it, unless others have passed since. */
  neverBegun(place: Place): void {
    if (this.lastPlace === place) {
      this.lastLeaseAt = this.leaseBeforeAt;
      this.lastPlace = null;
    }
  }

  /** The concurrency slot is free. */
  answered(at: number): void {
    this.inFlight -= 1;
    this.resting?.add(at);
  }

  /** The outcome tells what the request really used. */
  spent(place: Place, tokens: number, at: number): void {
    this.tokens.spend(place.tokens, tokens, at);
  }

  /** A request of an earlier session, or of a gate that stood in this one's stead. */
  remember(request: { readonly sentAt: number; readonly tokens: number; readonly spentAt: number }): void {
    this.window.add(request.sentAt);
    this.tokens.spend(0, request.tokens, request.spentAt);
    this.passedAt(request.sentAt);
  }

  /** Requests of an earlier session that fall on the present day. */
  rememberDay(requests: number, fromWall: number, now: number): void {
    this.day.add(requests, fromWall, now);
  }

  /** What a gate that joins this one has let through counts here too. */
  absorb(other: Gate, now: number): void {
    for (const at of other.window.stamps(now)) {
      this.window.add(at);
    }
    for (const { at, tokens } of other.tokens.entries(now)) {
      this.tokens.spend(0, tokens, at);
    }
    this.day.absorb(other.day, now);
    this.passedAt(other.lastLeaseAt);
  }

  gauges(now: number): Gauges {
    return {
      inFlight: gauge(this.inFlight, this.concurrency),
      minute: gauge(this.window.used(now), this.requestsPerMinute),
      today: gauge(this.day.used(now), this.day.limit),
      tokens: gauge(this.tokens.used(now), this.tokens.limit),
    };
  }

  /** Another lease, of which this gate has not known. */
  private passedAt(at: number): void {
    this.lastLeaseAt = Math.max(this.lastLeaseAt, at);
    this.leaseBeforeAt = Math.max(this.leaseBeforeAt, at);
  }

  private slotAt(now: number): number {
    if (this.resting === null) {
      return Number.NEGATIVE_INFINITY;
    }
    this.resting.setLimit(this.concurrency - this.inFlight);
    return this.resting.freeAt(now);
  }
}

function gauge(used: number, limit: number): { used: number; limit?: number } {
  return limit === Number.POSITIVE_INFINITY ? { used } : { used, limit };
}
