import type { ModelChoice } from '@shared/model/run';

/** Why a model without a price is not sent under a cap on cost. */
export function unpricedSentence({ model }: Pick<ModelChoice, 'model'>, whose: string): string {
  return `The price of ${model} is not known, so the cap on the cost of ${whose} cannot hold: enter the price in Settings under "Models you added", or lift the cap.`;
}
