import type { ModelChoice } from '@shared/model/run';

/** Why a model without a price is not sent under a cap on cost. `cap`: which one, as in "the daily cost cap". */
export function unpricedSentence({ model }: Pick<ModelChoice, 'model'>, cap: string): string {
  return `The price of ${model} is not known, so ${cap} cannot be enforced: enter the price in Settings under "Models you added", or remove the cap.`;
}
