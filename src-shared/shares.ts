/** How requests are shared out by weights. */

/** Each weight's part of all, between 0 and 1; all 0 where no weight is above 0. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
  return weights.map((weight) => (total === 0 ? 0 : Math.max(0, weight) / total));
}

/**
 * Whole weights between 1 and 10 in proportion to how many requests each can answer in the same time, given the
 * latencies of one probe each (milliseconds; null: the probe failed, its weight is 0).
 */
export function weightsFromLatency(latenciesMs: readonly (number | null)[]): readonly number[] {
  const known = latenciesMs.filter((latency) => latency !== null);
  const fastest = Math.min(...known);
  return latenciesMs.map((latency) =>
    latency === null ? 0 : Math.max(1, Math.round((10 * fastest) / Math.max(1, latency))),
  );
}
