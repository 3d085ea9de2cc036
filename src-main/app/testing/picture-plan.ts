/** What a command line asks of one folder, as most tests of it ask: a picture of each prompt, one after the other. */
import { join } from 'node:path';
import type { Recipe } from '@shared/model/run';
import type { FolderPlan, FolderRunHooks, RunEnd } from '../runs/folder-plan';
import { FolderRun } from '../runs/folder-run';
import { ONE_AT_A_TIME, type TestLibrary } from './test-library';

/** Each prompt as it stands, of the one model that the painter's scene has. */
export const PICTURE_RECIPE: Recipe = {
  task: 't2i',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
};

export const NOBODY_LISTENS: FolderRunHooks = {
  onNote: () => undefined,
  onProgress: () => undefined,
  onJob: () => undefined,
};

/** Into `out` of the library's folder, and on with what is done there, unless told otherwise. */
export function picturePlan(
  { folder }: Pick<TestLibrary, 'folder'>,
  given: Pick<FolderPlan, 'source'> & Partial<FolderPlan>,
): FolderPlan {
  return {
    name: 'pictures',
    task: 't2i',
    recipe: PICTURE_RECIPE,
    options: ONE_AT_A_TIME,
    outputDir: join(folder, 'out'),
    resume: true,
    adopt: false,
    ...given,
  };
}

/** Its end, and what it told meanwhile. */
export async function runPlan(
  { app }: Pick<TestLibrary, 'app'>,
  plan: FolderPlan,
): Promise<{ readonly end: RunEnd; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const end = await new FolderRun(app).run(plan, {
    ...NOBODY_LISTENS,
    onNote: (note) => notes.push(note),
  });
  return { end, notes };
}
