/**
 * How recent errors lower an endpoint's weight: effective weight = weight x 2^-level, with a level from 0 to 4.
 * An error adds 2, a success takes a quarter of the level away, and every 12 s take 1 away, so that an endpoint is
 * whole again 48 s after its last error at the latest. It multiplies, so it works at weight 1 as at weight 100. With a
 * steady share of errors the level settles where gains and losses meet: at 5 % near 0.4 (three quarters of the
 * weight), at 20 % near 2 (a quarter), from 33 % on at the cap (a sixteenth).
 */

const ERROR_ADDS = 2;
const SUCCESS_KEEPS = 0.75;
const MAX_LEVEL = 4;
const MS_PER_LEVEL = 12_000;

export class Penalty {
  private level = 0;
  private levelAt = 0;

  failed(now: number): void {
    this.set(Math.min(MAX_LEVEL, this.at(now) + ERROR_ADDS), now);
  }

  succeeded(now: number): void {
    this.set(this.at(now) * SUCCESS_KEEPS, now);
  }

  forget(): void {
    this.level = 0;
  }

  /** Between 1/16 and 1. */
  factor(now: number): number {
    return this.level === 0 ? 1 : 2 ** -this.at(now);
  }

  private at(now: number): number {
    return Math.max(0, this.level - (now - this.levelAt) / MS_PER_LEVEL);
  }

  private set(level: number, now: number): void {
    this.level = level;
    this.levelAt = now;
  }
}
