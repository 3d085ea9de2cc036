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
import { type JobChoice, planRun, recipeChanges } from '../planning/planner';
import { usableFolder } from '../folders/output-folder';
import { type AgainRuns, runAgain } from './run-again';
import type { Runs } from './runs';

const PAGE = 1000;

export interface RerunParts {
  readonly store: Store;
  readonly runs: AgainRuns & Pick<Runs, 'setOptions'>;
  /** An empty folder of this name beside the run's own. */
  freshFolder(beside: string, name: string): Promise<string>;
}

export async function rerun({ store, runs, freshFolder }: RerunParts, request: RerunRequest): Promise<Run> {
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
  const chosen = await chosenJobs(store, run, which);
  if (chosen.jobs === 0) {
    throw new Refusal('BAD_INPUT', 'None of these jobs is left: they have gone again meanwhile.');
  }
  const { canary: _canary, payer: _payer, ...options } = run.options;
  const outputDir = await freshFolder(run.outputDir, `${run.name}-again`);
  await usableFolder(outputDir);
  const made = await store.createRun({
    name: `${run.name}, again`,
    datasetId: run.datasetId,
    recipe,
    options: {
      ...options,
      filterRows: rangesOf(chosen.rows),
      ...(endpointIds === undefined ? {} : { endpointIds }),
    },
    outputDir,
  });
  const { begun, whole } = planRun(store, made, { only: chosen.includes });
  await begun;
  return runs.start(made, { planned: whole });
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

interface ChosenJobs {
  readonly jobs: number;
  /** Ascending. */
  readonly rows: readonly number[];
  readonly includes: JobChoice;
}

/** Told apart by row, model and variant; a model that the run did not ask takes every row and variant among them. */
async function chosenJobs(store: Store, run: StoredRun, which: Requeue): Promise<ChosenJobs> {
  const rows = new Set<number>();
  const asks = new Set<string>();
  let count = 0;
  for (let after = 0; ; ) {
    const jobIds = await store.jobIds(run.id, which, after, PAGE);
    for (const job of await store.jobsById(jobIds)) {
      count += 1;
      rows.add(job.row);
      asks.add(askOf(job, modelOf(job)));
      asks.add(askOf(job, null));
    }
    const last = jobIds.at(-1);
    if (last === undefined) {
      break;
    }
    after = last;
  }
  const known = new Set(run.recipe.models.map((model) => nameOf(model)));
  return {
    jobs: count,
    rows: [...rows].sort((one, other) => one - other),
    includes: (job) => asks.has(askOf(job, known.has(nameOf(job.model)) ? job.model : null)),
  };
}

function modelOf({ provider, model }: StoredJob): ModelChoice {
  return { provider, model };
}

function nameOf({ provider, model }: ModelChoice): string {
  return `${provider}/${model}`;
}

function askOf({ row, variant }: { row: number; variant: number }, model: ModelChoice | null): string {
  return `${row} ${variant} ${model === null ? '' : nameOf(model)}`;
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
