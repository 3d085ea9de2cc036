/** What a run has used of its caps when it starts or goes on. */
import type { ModelChoice } from '@shared/model/run';
import type { RunAccount } from '../../engine/runs/budget';
import type { StoredRun } from '../../store/store';

type AccountedRun = Pick<StoredRun, 'id' | 'recipe' | 'options' | 'costUsd' | 'maybeCharged' | 'requests'>;

/**
 * What may have been charged counts as if it were: else each crash would let as much pass as was in flight, and each
 * session as much as timed out. What was sent before its price was known counts at the highest that the run has now.
 * `priceOf`: US dollars of one request at most; null: not known.
 */
export function runAccount(
  run: AccountedRun,
  priceOf: (model: ModelChoice, recipe: StoredRun['recipe']) => number | null,
): RunAccount {
  const price = (model: ModelChoice): number | null => priceOf(model, run.recipe);
  const highest = Math.max(0, ...run.recipe.models.map((model) => price(model) ?? 0));
  return {
    id: run.id,
    costUsd: run.costUsd,
    maybeUsd: run.maybeCharged.costUsd + run.maybeCharged.unpriced * highest,
    requests: run.requests,
    caps: run.options.caps ?? {},
    price,
  };
}
