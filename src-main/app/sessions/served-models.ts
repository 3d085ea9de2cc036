/** Which endpoints serve the models a session was asked for: they come and go while it is open. */
import type { ModelChoice } from '@shared/model/run';

export interface ServedModels {
  /** Whether one of these has other endpoints than when it was asked for last. */
  haveChanged(models: readonly ModelChoice[]): boolean;
}

/** Callers may ask for any names: with more, all are forgotten. */
const MOST_MODELS = 100;

export function createServedModels(endpointsFor: (model: ModelChoice) => readonly string[]): ServedModels {
  const served = new Map<string, string>();
  let hasForgotten = false;

  function hasChanged(model: ModelChoice): boolean {
    const name = `${model.provider} ${model.model}`;
    const now = endpointsFor(model).join('\n');
    const before = served.get(name);
    served.set(name, now);
    // Of one that was forgotten nobody knows whether they have changed.
    return before === undefined ? hasForgotten : before !== now;
  }

  return {
    haveChanged(models) {
      if (served.size > MOST_MODELS) {
        served.clear();
        hasForgotten = true;
      }
      return models.filter(hasChanged).length > 0;
    },
  };
}
