/**
 * Tokens of the last minute. A request takes its place with an estimate; when its answer says what it really used, the
 * estimate gives way to that, counted from the answer on, because no provider says when exactly it counts.
 */
import { MINUTE_MS, NETWORK_GUARD_MS } from './sliding-window';

export interface Spent {
  readonly at: number;
  readonly tokens: number;
}

export class TokenWindow {
  /** Per minute; Infinity: no limit. */
  limit = Number.POSITIVE_INFINITY;
  private readonly spanMs: number;
  /** Estimates of requests under way. */
  private held = 0;
  private counted = 0;
  /** Oldest first, from `head` on. */
  private readonly log: Spent[] = [];
  private head = 0;

  constructor(spanMs: number = MINUTE_MS + NETWORK_GUARD_MS) {
    this.spanMs = spanMs;
  }

  used(now: number): number {
    this.dropExpired(now);
    return this.held + this.counted;
  }

  /**
   * When `tokens` more fit; Infinity: not before something under way has been answered. One request that is larger
   * than the whole limit goes alone: nothing else could ever serve it.
   */
  freeAt(now: number, tokens: number): number {
    if (this.limit === Number.POSITIVE_INFINITY) {
      return Number.NEGATIVE_INFINITY;
    }
    let surplus = this.used(now) + Math.min(tokens, this.limit) - this.limit;
    if (surplus <= 0) {
      return Number.NEGATIVE_INFINITY;
    }
    for (let place = this.head; place < this.log.length; place += 1) {
      const spent = this.log[place];
      surplus -= spent?.tokens ?? 0;
      if (surplus <= 0) {
        return (spent?.at ?? now) + this.spanMs;
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  take(tokens: number): void {
    this.held += tokens;
  }

  /** The holder of `estimate` was answered at `at`, and used `tokens`. */
  spend(estimate: number, tokens: number, at: number): void {
    this.held -= estimate;
    if (tokens > 0) {
      this.log.push({ at, tokens });
      this.counted += tokens;
    }
  }

  /** What is counted now, oldest first. */
  entries(now: number): readonly Spent[] {
    this.dropExpired(now);
    return this.log.slice(this.head);
  }

  private dropExpired(now: number): void {
    for (let spent = this.log[this.head]; spent !== undefined; spent = this.log[this.head]) {
      if (spent.at + this.spanMs > now) {
        break;
      }
      this.counted -= spent.tokens;
      this.head += 1;
    }
    if (this.head > 256 && this.head * 2 > this.log.length) {
      this.log.splice(0, this.head);
      this.head = 0;
    }
  }
}
