/** The first rows of a run, sent alone, so that a person may look at them before the rest is paid for. */
import type { Run } from './model/run';

/** Position in the plan before which a job is sent; Infinity: all are. The jobs of one row stand together. */
export function canaryEnd({ recipe, options }: Pick<Run, 'recipe' | 'options'>): number {
  return options.canary === undefined
    ? Number.POSITIVE_INFINITY
    : options.canary * recipe.models.length * recipe.variants;
}
