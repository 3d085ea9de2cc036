/**
 * Requests since the provider's last daily reset. The reset is found by the wall clock once, at the start of a day, and
 * then waited for by the monotonic one: a step of the wall clock neither ends a day early nor prolongs it.
 */
import type { Clock } from '../ports';
import { nextDailyReset, RESET_GUARD_MS } from './next-daily-reset';

/** Longer than any day with a change to or from summer time, shorter than two. */
const LONGEST_DAY_MS = 26 * 3_600_000;

export class DayCounter {
  /** Infinity: no limit. */
  limit = Number.POSITIVE_INFINITY;
  private readonly clock: Clock;
  private zone: string;
  private count = 0;
  /** Monotonic. */
  private resetsAt = Number.NEGATIVE_INFINITY;
  private startedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, zone: string) {
    this.clock = clock;
    this.zone = zone;
  }

  setZone(zone: string): void {
    if (zone !== this.zone) {
      this.zone = zone;
      this.resetsAt = this.nextReset();
    }
  }

  used(now: number): number {
    this.turn(now);
    return this.count;
  }

  /** When a request of today fits: at once, or at the next reset. */
  freeAt(now: number): number {
    if (this.limit === Number.POSITIVE_INFINITY) {
      return Number.NEGATIVE_INFINITY;
    }
    this.turn(now);
    return this.count < this.limit ? Number.NEGATIVE_INFINITY : this.resetsAt;
  }

  take(now: number): void {
    this.turn(now);
    this.count += 1;
  }

  /** The request of `takenAt` was never sent. */
  giveBack(takenAt: number, now: number): void {
    this.turn(now);
    if (this.count > 0 && takenAt >= this.startedAt) {
      this.count -= 1;
    }
  }

  /** Requests of earlier sessions, sent from `fromWall` on. */
  add(requests: number, fromWall: number, now: number): void {
    this.turn(now);
    const resetWall = this.clock.wallNow() + this.resetsAt - now;
    if (fromWall >= nextDailyReset(resetWall - RESET_GUARD_MS - LONGEST_DAY_MS, this.zone)) {
      this.count += requests;
    }
  }

  absorb(other: DayCounter, now: number): void {
    this.turn(now);
    this.count += other.used(now);
  }

  private turn(now: number): void {
    if (now >= this.resetsAt) {
      this.count = 0;
      this.startedAt = this.resetsAt;
      this.resetsAt = this.nextReset();
    }
  }

  private nextReset(): number {
    const wall = this.clock.wallNow();
    // Within the guard after midnight it is still the old day.
    return this.clock.now() + nextDailyReset(wall - RESET_GUARD_MS, this.zone) + RESET_GUARD_MS - wall;
  }
}
