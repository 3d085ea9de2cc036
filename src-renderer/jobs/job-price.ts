/** What sending a number of jobs may cost, by the catalogue. Pure. */
import { estimateCost } from '@shared/cost';
import type { CostRange } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import { formatUsdRange } from '../ui/format';

/** US dollars, from the cheapest model's low to the dearest one's high; undefined when a price is not known. */
export function priceOfJobs(
  count: number,
  recipe: Pick<Recipe, 'models' | 'imageSize'>,
  models: readonly CatalogueModel[],
): CostRange | undefined {
  const prices = recipe.models.map((choice) =>
    estimateCost(
      models.find((model) => model.id === choice.model && model.provider === choice.provider),
      recipe.imageSize,
    ),
  );
  const known = prices.filter((price) => price !== undefined);
  if (known.length === 0 || known.length < prices.length) {
    return undefined;
  }
  return {
    low: count * Math.min(...known.map(({ low }) => low)),
    high: count * Math.max(...known.map(({ high }) => high)),
  };
}

/** `about $1.20 to $2.40`, `free`, `price not known`. */
export function priceWords(price: CostRange | undefined): string {
  if (price === undefined) {
    return 'price not known';
  }
  return price.high === 0 ? 'free' : `about ${formatUsdRange(price.low, price.high)}`;
}
