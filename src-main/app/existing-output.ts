/** What a folder holds that a person has chosen for the results of a run. */
import type { ExistingOutput } from '@shared/contract';
import type { Store, StoredRun } from '../store/store';
import { foundPictures } from './adopt-results';
import { recipeChanges } from './planner';

export interface ChosenOutput {
  readonly plan: Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>;
  /** Absolute. */
  readonly outputDir: string;
}

/** Null: nothing that the run would meet. */
export async function existingOutput(
  store: Pick<Store, 'runAt' | 'rows'>,
  { plan, outputDir }: ChosenOutput,
): Promise<ExistingOutput | null> {
  const run = await store.runAt(outputDir);
  if (run !== null) {
    const changes = [...recipeChanges(run.recipe, plan.recipe)];
    return { kind: 'run', runId: run.id, name: run.name, changes };
  }
  const found = await foundPictures(store, plan, outputDir);
  return found.whole + found.torn === 0 ? null : { kind: 'pictures', ...found };
}
