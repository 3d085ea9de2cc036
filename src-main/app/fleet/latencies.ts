/** How long the last answers took. Looked at far more often than added to: the figures are kept until the next answer. */
export interface LatencyFigures {
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

export class Latencies {
  readonly #kept: number;
  /** Milliseconds, oldest first. */
  readonly #tookMs: number[] = [];
  #figures: LatencyFigures | null = {};

  /** `kept`: how many of the last answers count. */
  constructor(kept: number) {
    this.#kept = kept;
  }

  add(tookMs: number): void {
    this.#tookMs.push(tookMs);
    if (this.#tookMs.length > this.#kept) {
      this.#tookMs.shift();
    }
    this.#figures = null;
  }

  /** Empty before the first answer. */
  get figures(): LatencyFigures {
    if (this.#figures === null) {
      const sorted = this.#tookMs.toSorted((one, other) => one - other);
      this.#figures = { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) };
    }
    return this.#figures;
  }
}

/** By the nearest rank. */
function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}
