/**
 * What may have been charged without anybody knowing how much: each attempt counts at its price from its sending on,
 * and no more once its cost is known or it was not charged. So what a killed process had under way counts on by itself,
 * in the sums of its run and of its quarter of an hour, and no start has to look at attempts.
 */
import { mayBeCharged } from '@shared/model/failure';
import type { AttemptOutcome } from '../../engine/ports';

/** Of attempts whose cost never came. */
export interface MaybeCharged {
  /** Of those that had a price when they were sent. */
  readonly costUsd: number;
  /** How many had none, and nobody knows what became of them. */
  readonly unpriced: number;
}

export const MAYBE_CHARGED_SCHEMA = `
-- The most it may cost, as it was when it was sent; null: nobody knew.
ALTER TABLE attempts ADD COLUMN price_micro_usd INTEGER;
-- Of attempts whose cost never came: their prices, and how many had none.
ALTER TABLE runs ADD COLUMN maybe_micro_usd INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN maybe_unpriced INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET maybe_unpriced = unknown + sent;
ALTER TABLE sent_quarters ADD COLUMN maybe_micro_usd INTEGER NOT NULL DEFAULT 0;
`;

/** Whether an attempt that ended so counts no more as one that may have been charged. */
export function isSettled(
  outcome: AttemptOutcome,
  { cost, price }: { readonly cost: number | null; readonly price: number | null },
): boolean {
  if (cost !== null || (outcome.kind === 'failed' && !mayBeCharged(outcome.failure))) {
    return true;
  }
  return price === null && outcome.kind !== 'lost';
}
