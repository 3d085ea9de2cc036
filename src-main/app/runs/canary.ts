/** The first rows of a run, sent alone, so that a person may look at them before the rest is paid for. */
import type { Run, RunState } from '@shared/model/run';

type Planned = Pick<Run, 'recipe' | 'options'>;

/** Position in the plan before which a job is sent; Infinity: all are. The jobs of one row stand together. */
export function canaryEnd({ recipe, options }: Planned): number {
  return options.canary === undefined
    ? Number.POSITIVE_INFINITY
    : options.canary * recipe.models.length * recipe.variants;
}

/** What the run becomes when its first rows are through and others are left. */
export function canaryPause(rows: number, left: number): Extract<RunState, { kind: 'paused' }> {
  const first = rows === 1 ? 'The first row is' : `The first ${rows} rows are`;
  const rest = left === 1 ? 'the one remaining job' : `the remaining ${left} jobs`;
  return { kind: 'paused', reason: `${first} finished: check the results, then continue with ${rest}.` };
}
