/**
 * Sends jobs of a run again: as they were, in the same run; or, where something else is asked of them, as a run of
 * their own over exactly these jobs. A recipe is never mixed.
 */
import type { RerunRequest } from '@shared/contract';
import type { ModelChoice, Recipe, Run } from '@shared/model/run';
import { parseTemplate, unknownColumns } from '@shared/template';
import { Refusal } from '../../refusal';
import type { Requeue, Store, StoredJob, StoredRun } from '../../store/store';
import { refuseOthersKeys } from '../fleet/lent-keys';
import { chosenJobs } from '../planning/job-choice';
import { recipeChanges } from '../planning/recipe-changes';
import { inFolder } from '../folders/folder-turns';
import { usableFolder } from '../folders/output-folder';
import { requeuePages } from './requeue-pages';
import { type AgainRuns, runAgain } from './run-again';
import { startMade } from './start-made';
import type { Runs } from './runs';

const PAGE = 1000;

/** A run that is yet to be made. */
export type AskedRun = Pick<StoredRun, 'datasetId' | 'recipe' | 'options'>;

export interface RerunParts {
  readonly store: Store;
  readonly runs: AgainRuns & Pick<Runs, 'setOptions'>;
  /** What keeps such a run from being sent, one sentence each; empty: nothing does. */
  blockersOf(asked: AskedRun): Promise<readonly string[]>;
  /** An empty folder of this name beside the run's own. */
  freshFolder(beside: string, name: string): Promise<string>;
}

export async function rerun(
  { store, runs, freshFolder, blockersOf }: RerunParts,
  request: RerunRequest,
): Promise<Run> {
  const run = await runs.found(request.runId);
  refuseOthersKeys(run);
  const which = requeueOf(request.which);
  const { endpointIds } = request.changes ?? {};
  const recipe = changedRecipe(run.recipe, request.changes ?? {});
  if (recipeChanges(run.recipe, recipe).length === 0) {
    if (endpointIds !== undefined) {
      await runs.setOptions(run.id, { endpointIds });
    }
    return runAgain({ store, runs }, run.id, { which, requeue: (left) => store.requeue(run.id, left) });
  }
  await refuseUnknownColumns(store, run, recipe);
  const chosen = await foundJobs(store, run, which);
  if (chosen.jobs === 0) {
    throw new Refusal('BAD_INPUT', 'These jobs have already been sent again.');
  }
  // Of a judge, these are a part: what it says of all pictures stays what leads to its scores.
  const { canary: _canary, payer: _payer, chosen: _chosen, judges: _judges, ...options } = run.options;
  const rows = rangesOf(chosen.rows);
  const only = chosenJobs(recipe, rows, (model, variant) => rangesOf(chosen.rowsOf(model, variant)));
  const asked = {
    datasetId: run.datasetId,
    recipe,
    options: {
      ...options,
      filterRows: rows,
      ...(only === undefined ? {} : { chosen: only }),
      ...(endpointIds === undefined ? {} : { endpointIds }),
    },
  };
  const [blocker] = await blockersOf(asked);
  if (blocker !== undefined) {
    throw new Refusal('BAD_INPUT', blocker);
  }
  const outputDir = await freshFolder(run.outputDir, `${run.name}-again`);
  const make = async (): Promise<StoredRun> => {
    await usableFolder(outputDir);
    return store.createRun({ name: `${run.name}, again`, ...asked, outputDir });
  };
  return inFolder(store, outputDir, () => startMade(runs, make));
}

/** Better now than as a failure of every row. */
async function refuseUnknownColumns(store: Store, { datasetId }: StoredRun, recipe: Recipe): Promise<void> {
  const columns = (await store.dataset(datasetId))?.columns ?? [];
  const unknown = unknownColumns(parseTemplate(recipe.instruction), [...columns, 'index']);
  if (unknown.length > 0) {
    throw new Refusal(
      'BAD_INPUT',
      `The instruction names columns the dataset lacks: ${unknown.join(', ')}.`,
      'instruction',
    );
  }
}

function requeueOf(which: RerunRequest['which']): Requeue {
  if (which.kind !== 'failed') {
    return which;
  }
  const { failureKind, message } = which;
  return {
    kind: 'failed',
    ...(failureKind === undefined ? {} : { failureKind }),
    ...(message === undefined ? {} : { message }),
  };
}

function changedRecipe(recipe: Recipe, changes: NonNullable<RerunRequest['changes']>): Recipe {
  const { models, imageSize, aspectRatio, instruction } = changes;
  const { width: _width, height: _height, ...unsized } = recipe;
  // A size by name or ratio takes the place of one by pixels; a blank one is the model's own choice.
  const changed = {
    ...(imageSize === undefined && aspectRatio === undefined ? recipe : unsized),
    ...(models === undefined ? {} : { models }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(instruction === undefined ? {} : { instruction }),
  };
  if (changed.imageSize === '') {
    delete changed.imageSize;
  }
  if (changed.aspectRatio === '') {
    delete changed.aspectRatio;
  }
  return changed;
}

interface FoundJobs {
  readonly jobs: number;
  /** Ascending. */
  readonly rows: readonly number[];
  /** Of one model and variant; ascending. */
  rowsOf(model: ModelChoice, variant: number): readonly number[];
}

/** Told apart by row, model and variant; a model that the run did not ask takes every row and variant among them. */
async function foundJobs(store: Store, run: StoredRun, which: Requeue): Promise<FoundJobs> {
  const rows = new Set<number>();
  const asked = new Map<string, Set<number>>();
  let count = 0;
  for await (const jobs of requeuePages(store, { runId: run.id, which }, PAGE)) {
    for (const job of jobs) {
      count += 1;
      rows.add(job.row);
      for (const ask of [askOf(job.variant, modelOf(job)), askOf(job.variant, null)]) {
        asked.set(ask, (asked.get(ask) ?? new Set()).add(job.row));
      }
    }
  }
  const known = new Set(run.recipe.models.map((model) => nameOf(model)));
  return {
    jobs: count,
    rows: ascending(rows),
    rowsOf: (model, variant) =>
      ascending(asked.get(askOf(variant, known.has(nameOf(model)) ? model : null)) ?? []),
  };
}

function ascending(rows: Iterable<number>): readonly number[] {
  return [...rows].sort((one, other) => one - other);
}

function modelOf({ provider, model }: StoredJob): ModelChoice {
  return { provider, model };
}

function nameOf({ provider, model }: ModelChoice): string {
  return `${provider}/${model}`;
}

function askOf(variant: number, model: ModelChoice | null): string {
  return `${variant} ${model === null ? '' : nameOf(model)}`;
}

/** As a row filter writes it: `0:3,7` are the rows 0, 1, 2 and 7. `rows` ascending. */
export function rangesOf(rows: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < rows.length; ) {
    const first = rows[at] ?? 0;
    let end = first + 1;
    at += 1;
    while (rows[at] === end) {
      end += 1;
      at += 1;
    }
    ranges.push(end === first + 1 ? `${first}` : `${first}:${end}`);
  }
  return ranges.join(',');
}
