/** What a run has used of its caps when it starts or goes on. */
import type { ModelChoice } from '@shared/model/run';
import type { RunAccount } from '../engine/runs/budget';
import type { StoredRun } from '../store/store';

type AccountedRun = Pick<StoredRun, 'id' | 'recipe' | 'options' | 'counts' | 'costUsd' | 'requests'>;

/**
 * Requests of unknown outcome may have been charged, and count as if they were, at the highest price: else each crash
 * would let as much pass as was in flight. `priceOf`: US dollars of one request at most; null: not known.
 */
export function runAccount(
  run: AccountedRun,
  priceOf: (model: ModelChoice, imageSize?: string) => number | null,
): RunAccount {
  const price = (model: ModelChoice): number | null => priceOf(model, run.recipe.imageSize);
  const highest = Math.max(0, ...run.recipe.models.map((model) => price(model) ?? 0));
  return {
    id: run.id,
    costUsd: run.costUsd + run.counts.unknown * highest,
    requests: run.requests,
    caps: run.options.caps ?? {},
    price,
  };
}
