/** What a cap on cost cannot hold back: requests whose price nobody knows before their answer. Pure. */
import type { CostRange } from '@shared/cost';
import type { Caps } from '@shared/model/run';

export interface PricedModel {
  readonly model: string;
  /** Of one picture; undefined: not known. */
  readonly price: CostRange | undefined;
}

/** One sentence each, for a plan; none where every price is known or no cost is capped. `caps`: of the run and the day. */
export function capWarnings(models: readonly PricedModel[], caps: readonly Caps[]): readonly string[] {
  const unpriced = [...new Set(models.filter(({ price }) => price === undefined).map(({ model }) => model))];
  const open = caps.filter(({ costUsd, requests }) => costUsd !== undefined && requests === undefined);
  if (unpriced.length === 0 || open.length === 0) {
    return [];
  }
  const names = unpriced.length === 1 ? `${unpriced[0]} is` : `${unpriced.join(', ')} are`;
  const price = unpriced.length === 1 ? 'The price of' : 'The prices of';
  return [
    `${price} ${names} not known: a cap on cost counts only what the answers report. ` +
      'Cap the requests too, or enter the price under Settings.',
  ];
}
