/** Latencies as image providers have them: most near the mean, some much longer. */
import type { Random } from '../ports';

/** Draws from a lognormal distribution of the given mean; `sigma` is that of the logarithm. */
export function lognormal(random: Random, mean: number, sigma: number): () => number {
  return () => {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return mean * Math.exp(sigma * gauss - (sigma * sigma) / 2);
  };
}
