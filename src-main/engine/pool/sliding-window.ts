/**
 * A sliding-window log: at most `limit` requests in any span, as the provider's own clock sees it. A place is held
 * from the lease until one span plus a guard after the request's body left the socket; the guard covers the spread of
 * network delays, so that two requests a full span apart here are never closer than the span over there.
 */

/** What providers count per minute over. */
export const MINUTE_MS = 60_000;

/** Covers upload jitter up to its own length; costs 0.2 % of the limit. */
export const NETWORK_GUARD_MS = 120;

const FIRST_CAPACITY = 64;

export class SlidingWindow {
  private limit: number;
  readonly spanMs: number;
  /** Places whose body has not left yet: nobody knows when they will be free. */
  private held = 0;
  /** A ring of the moments bodies left, oldest first. */
  private ring = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private count = 0;

  constructor(limit: number, spanMs: number = MINUTE_MS + NETWORK_GUARD_MS) {
    this.limit = limit;
    this.spanMs = spanMs;
  }

  setLimit(limit: number): void {
    this.limit = limit;
  }

  /** When a place is free: not after `now` means at once; Infinity means not before some held body has left. */
  freeAt(now: number): number {
    this.dropExpired(now);
    const surplus = this.held + this.count - this.limit;
    if (surplus < 0) {
      return Number.NEGATIVE_INFINITY;
    }
    return surplus < this.count ? this.stampAt(surplus) + this.spanMs : Number.POSITIVE_INFINITY;
  }

  /** Places taken now, held and counted ones together. */
  used(now: number): number {
    this.dropExpired(now);
    return this.held + this.count;
  }

  take(): void {
    this.held += 1;
  }

  /** The holder never sent anything. */
  giveBack(): void {
    this.held -= 1;
  }

  /** The holder's body left at `at`. */
  sent(at: number): void {
    this.held -= 1;
    this.add(at);
  }

  /** A body left at `at` for which no place was held. */
  add(at: number): void {
    if (this.count === this.ring.length) {
      // A window without a limit is never asked when it is free: it forgets here.
      this.dropExpired(at);
      if (this.count * 2 > this.ring.length) {
        this.grow();
      }
    }
    this.count += 1;
    // Workers report in nearly the right order: the new stamp sinks past the few that are later.
    let place = this.count - 1;
    while (place > 0 && this.stampAt(place - 1) > at) {
      this.setStamp(place, this.stampAt(place - 1));
      place -= 1;
    }
    this.setStamp(place, at);
  }

  /** The moments counted now, oldest first. */
  *stamps(now: number): Generator<number> {
    this.dropExpired(now);
    for (let place = 0; place < this.count; place += 1) {
      yield this.stampAt(place);
    }
  }

  private dropExpired(now: number): void {
    while (this.count > 0 && this.stampAt(0) + this.spanMs <= now) {
      this.head = (this.head + 1) % this.ring.length;
      this.count -= 1;
    }
  }

  private stampAt(place: number): number {
    return this.ring[(this.head + place) % this.ring.length] ?? 0;
  }

  private setStamp(place: number, at: number): void {
    this.ring[(this.head + place) % this.ring.length] = at;
  }

  private grow(): void {
    const larger = new Float64Array(this.ring.length * 2);
    for (let place = 0; place < this.count; place += 1) {
      larger[place] = this.stampAt(place);
    }
    this.ring = larger;
    this.head = 0;
  }
}
