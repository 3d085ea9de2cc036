/** How many tokens the next request of a model will use, judged by its last ones. */

/** Before a model has answered: a prompt and a small picture, so that a first burst does not run into a limit. */
const FIRST_GUESS = 1_500;
const NEWEST_SHARE = 0.2;
/** Guessing a little high costs less than a refusal. */
const MARGIN = 1.1;

export class TokenEstimates {
  private readonly means = new Map<string, number>();

  of(model: string): number {
    const mean = this.means.get(model);
    return mean === undefined ? FIRST_GUESS : Math.ceil(mean * MARGIN);
  }

  learn(model: string, tokens: number | undefined): void {
    if (tokens !== undefined) {
      const before = this.means.get(model) ?? tokens;
      this.means.set(model, before + NEWEST_SHARE * (tokens - before));
    }
  }
}
