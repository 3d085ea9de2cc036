/**
 * The limits that stand at one place (an endpoint, a key). A lease passes every gate on its way or none: the pool asks
 * all of them with `readyAt` and then reserves at all of them, without a turn of the event loop in between.
 */
import type { Limits } from '@shared/model/endpoint';
import { SlidingWindow } from './sliding-window';

export interface GateLimits extends Limits {
  /** At least this long between two leases, milliseconds. Absent or 0: no interval. */
  readonly minIntervalMs?: number;
}

/** What a gate makes a lease wait for. */
export type GateReason = 'rate' | 'concurrency' | 'minInterval';

/** The standing of a lease that is out, from which a window that is put up late learns what is already under way. */
export interface Passed {
  /** Monotonic; null while the body has not left. */
  readonly sentAt: number | null;
}

export class Gate {
  inFlight = 0;
  private window: SlidingWindow | null = null;
  private concurrency = Number.POSITIVE_INFINITY;
  private minIntervalMs = 0;
  private lastLeaseAt = Number.NEGATIVE_INFINITY;

  /** New limits apply at once, to requests already under way too. */
  setLimits(limits: GateLimits, outstanding: readonly Passed[]): void {
    this.concurrency = limits.concurrency || Number.POSITIVE_INFINITY;
    this.minIntervalMs = limits.minIntervalMs ?? 0;
    const perMinute = limits.requestsPerMinute || 0;
    if (perMinute === 0) {
      this.window = null;
    } else if (this.window === null) {
      this.window = new SlidingWindow(perMinute);
      for (const passed of outstanding) {
        this.window.take();
        if (passed.sentAt !== null) {
          this.window.sent(passed.sentAt);
        }
      }
    } else {
      this.window.setLimit(perMinute);
    }
  }

  /** Not after `now`: open. Infinity: not before something in flight moves on. */
  readyAt(now: number): number {
    if (this.inFlight >= this.concurrency) {
      return Number.POSITIVE_INFINITY;
    }
    const interval = this.lastLeaseAt + this.minIntervalMs;
    return this.window === null ? interval : Math.max(interval, this.window.freeAt(now));
  }

  /** Why it is closed; asked only when it is. */
  closedBy(now: number): GateReason {
    if (this.inFlight >= this.concurrency) {
      return 'concurrency';
    }
    return this.window !== null && this.window.freeAt(now) > now ? 'rate' : 'minInterval';
  }

  reserve(now: number): void {
    this.inFlight += 1;
    this.lastLeaseAt = now;
    this.window?.take();
  }

  bodySent(at: number): void {
    this.window?.sent(at);
  }

  neverSent(): void {
    this.window?.giveBack();
  }

  answered(): void {
    this.inFlight -= 1;
  }
}
