/**
 * How many requests an endpoint bears at once, found from its answers: additive increase, multiplicative decrease.
 * Latency says nothing here (a large picture is slow at an idle provider), so only 429 and 503 lower the number.
 */
import type { Adaptive } from '@shared/model/endpoint';

const FIRST_LIMIT = 4;
const DECREASE = 0.7;

export class AdaptiveConcurrency {
  private mode: Adaptive = 'off';
  /** What was set by a person; Infinity: nothing. */
  private ceiling = Number.POSITIVE_INFINITY;
  private value = Number.POSITIVE_INFINITY;
  /** One more per success, which doubles the number with each round of answers, until the first congestion. */
  private isSlowStart = true;
  /** Monotonic, of the last decrease: answers to older leases tell of a number that no longer holds. */
  private decreasedAt = Number.NEGATIVE_INFINITY;

  /** Requests in flight at most: a whole number from 1 on, or Infinity. */
  get limit(): number {
    return this.value === Number.POSITIVE_INFINITY ? this.value : Math.floor(this.value);
  }

  /** `ceiling`: the concurrency that was set, Infinity without one. Setting the same again changes nothing. */
  setMode(mode: Adaptive, ceiling: number): void {
    if (mode !== this.mode) {
      this.mode = mode;
      this.isSlowStart = mode === 'on';
      this.decreasedAt = Number.NEGATIVE_INFINITY;
      this.value = mode === 'on' ? FIRST_LIMIT : ceiling;
    } else if (mode === 'ceiling' && this.value === this.ceiling) {
      this.value = ceiling;
    }
    this.ceiling = ceiling;
    this.value = mode === 'off' ? Number.POSITIVE_INFINITY : Math.min(this.value, ceiling);
  }

  /** `inFlight`: without the answered one. */
  succeeded(leasedAt: number, inFlight: number): void {
    // A number that is not used proves nothing about a higher one; answers that come together leave half of it empty.
    const isUsed = (inFlight + 1) * 2 > this.value;
    if (this.mode === 'off' || leasedAt <= this.decreasedAt || !isUsed || this.value >= this.ceiling) {
      return;
    }
    const step = this.isSlowStart ? 1 : 1 / this.value;
    this.value = Math.min(this.ceiling, this.value + step);
  }

  /** The endpoint refused for its load (429, 503); `inFlight`: without the refused one. */
  congested(now: number, leasedAt: number, inFlight: number): void {
    if (this.mode === 'off' || leasedAt <= this.decreasedAt) {
      return;
    }
    // Without a number that was set, what was under way is the only one known.
    const from = this.value === Number.POSITIVE_INFINITY ? inFlight + 1 : this.value;
    this.value = Math.max(1, from * DECREASE);
    this.isSlowStart = false;
    this.decreasedAt = now;
  }
}
