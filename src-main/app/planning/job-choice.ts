/** Jobs that were chosen one by one: their run is of these alone, whoever goes on with it and plans the rest. */
import type { ChosenJobs, ModelChoice, Recipe, RunOptions } from '@shared/model/run';
import { parseRowFilter } from '@shared/row-filter';
import type { NewJob } from '../../store/store';

type Ask = Pick<ChosenJobs, 'provider' | 'model' | 'variant'>;

/** Whether a job of the rows of a run is one of those. */
export function jobChoice({
  chosen,
}: Pick<RunOptions, 'chosen'>): (job: Pick<NewJob, 'row' | 'model' | 'variant'>) => boolean {
  if (chosen === undefined) {
    return () => true;
  }
  const filters = new Map(chosen.map((one) => [nameOf(one), parseRowFilter(one.rows)]));
  return ({ row, model, variant }) => {
    const filter = filters.get(nameOf({ ...model, variant }));
    return filter?.kind === 'ok' && filter.includes(row);
  };
}

/** `rowsOf` answers those of one model and variant, as a row filter names them; blank: none. Undefined: it is all of `rows`. */
export function chosenJobs(
  recipe: Pick<Recipe, 'models' | 'variants'>,
  rows: string,
  rowsOf: (model: ModelChoice, variant: number) => string,
): RunOptions['chosen'] {
  const asks = asksOf(recipe).map((ask) => ({ ...ask, rows: rowsOf(ask, ask.variant) }));
  return asks.every((ask) => ask.rows === rows) ? undefined : asks.filter((ask) => ask.rows !== '');
}

/** As a command widens it that asks for all jobs of some rows, too. Undefined: nothing of the run is left out. */
export function widened(
  { recipe, options: { chosen } }: { readonly recipe: Recipe; readonly options: Pick<RunOptions, 'chosen'> },
  filterRows: string,
): RunOptions['chosen'] {
  if (chosen === undefined || filterRows.trim() === '') {
    return undefined;
  }
  const before = new Map(chosen.map((one) => [nameOf(one), `${one.rows},`]));
  return asksOf(recipe).map((ask) => ({ ...ask, rows: `${before.get(nameOf(ask)) ?? ''}${filterRows}` }));
}

function asksOf({ models, variants }: Pick<Recipe, 'models' | 'variants'>): readonly Ask[] {
  return models.flatMap(({ provider, model }) =>
    Array.from({ length: variants }, (_, variant) => ({ provider, model, variant })),
  );
}

function nameOf({ provider, model, variant }: Ask): string {
  return `${variant} ${provider}/${model}`;
}
