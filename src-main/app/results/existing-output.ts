/** What a folder holds that a person has chosen for the results of a run. */
import type { ExistingOutput } from '@shared/model/plan';
import type { Store, StoredRun } from '../../store/store';
import { foundPictures, type LookedAt } from './adopt-results';
import { changedAt } from '../folders/picture-folders';
import { rowFilter } from '../planning/planner';
import { recipeChanges } from '../planning/recipe-changes';

export interface ChosenOutput {
  readonly plan: Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>;
  /** Absolute. */
  readonly outputDir: string;
}

/** The last folder that was looked into: a plan is asked for again with every change of the form. */
interface Remembered {
  readonly key: string;
  readonly found: Promise<LookedAt>;
}

const remembered = new WeakMap<Pick<Store, 'rows'>, Remembered>();

/** Null: nothing that the run would meet. */
export async function existingOutput(
  store: Pick<Store, 'runAt' | 'rows' | 'dataset'>,
  { plan, outputDir }: ChosenOutput,
): Promise<ExistingOutput | null> {
  const run = await store.runAt(outputDir);
  if (run !== null) {
    const changes = [...recipeChanges(run.recipe, plan.recipe)];
    return { kind: 'run', runId: run.id, name: run.name, changes };
  }
  // Answers leave no files that could be taken for results.
  if (plan.recipe.task === 'text' || !isReadable(plan.options)) {
    return null;
  }
  const { whole, torn } = await picturesFor(store, { plan, outputDir });
  return whole + torn === 0 ? null : { kind: 'pictures', whole, torn };
}

async function picturesFor(
  store: Pick<Store, 'rows' | 'dataset'>,
  { plan, outputDir }: ChosenOutput,
): Promise<LookedAt> {
  const { models, variants, outputNameColumn } = plan.recipe;
  const { filterRows } = plan.options;
  const rows = (await store.dataset(plan.datasetId))?.rows;
  // All that the names of results follow from.
  const key = JSON.stringify([
    outputDir,
    plan.datasetId,
    rows,
    filterRows,
    models,
    variants,
    outputNameColumn ?? null,
  ]);
  const before = remembered.get(store);
  if (before?.key === key && (await isUnchanged(before.found))) {
    return before.found;
  }
  const found = foundPictures(store, plan, outputDir);
  remembered.set(store, { key, found });
  return found;
}

/** Whoever plans the run says what is wrong with its filter. */
function isReadable(options: ChosenOutput['plan']['options']): boolean {
  try {
    rowFilter(options);
    return true;
  } catch {
    return false;
  }
}

async function isUnchanged(found: Promise<LookedAt>): Promise<boolean> {
  try {
    for (const [path, at] of (await found).folders) {
      if ((await changedAt(path)) !== at) {
        return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}
