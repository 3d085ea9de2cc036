/**
 * What keeps retries from becoming a storm at one endpoint. Each retry takes one token; time brings back one a second,
 * each success a fifth of one. While most requests succeed nobody notices it; while none does, ten retries go at once
 * and then one a second, however many jobs wait.
 */

const MOST_TOKENS = 10;
const TOKENS_PER_SUCCESS = 0.2;
const MS_PER_TOKEN = 1_000;
/** Sums of fifths and thousandths are never quite whole. */
const ROUNDING = 1e-9;

export class RetryBudget {
  private tokens = MOST_TOKENS;
  /** Monotonic moment that `tokens` is true of. */
  private countedAt: number;

  constructor(now: number) {
    this.countedAt = now;
  }

  /** Monotonic moment at which a retry may go; not after `now`: at once. */
  readyAt(now: number): number {
    const missing = 1 - this.tokensAt(now);
    return missing <= ROUNDING ? now : now + missing * MS_PER_TOKEN;
  }

  /** A retry goes. */
  take(now: number): void {
    this.set(this.tokensAt(now) - 1, now);
  }

  /** One that was taken did not go. */
  giveBack(now: number): void {
    this.set(this.tokensAt(now) + 1, now);
  }

  succeeded(now: number): void {
    this.set(this.tokensAt(now) + TOKENS_PER_SUCCESS, now);
  }

  private tokensAt(now: number): number {
    return Math.min(MOST_TOKENS, this.tokens + (now - this.countedAt) / MS_PER_TOKEN);
  }

  private set(tokens: number, now: number): void {
    this.tokens = Math.min(MOST_TOKENS, Math.max(0, tokens));
    this.countedAt = now;
  }
}
