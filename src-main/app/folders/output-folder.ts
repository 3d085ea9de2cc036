/** The output folder of a run: usable, and not silently replaced by an empty one when its results are elsewhere. */
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import type { Recipe } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { StoredRun } from '../../store/store';

/** Room for what is in flight at once, of large pictures. */
const LEAST_FREE_BYTES = 32 * 1024 ** 2;

/** Makes it where it is not there. Throws a Refusal when it cannot be written to. */
export async function usableFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
  } catch {
    throw new Refusal(
      'BAD_INPUT',
      `Cannot write to ${path}: choose another --output_dir, or give yourself permission to write there.`,
      'outputDir',
    );
  }
}

/**
 * Before a run goes on. A folder that is gone with results in it is most often a disk that is not connected: made anew,
 * it would have all of them paid for again. A disk that is still full would lose what is in flight again, paid for.
 * Throws a Refusal.
 */
export async function outputToGoOn(
  run: Pick<StoredRun, 'outputDir' | 'counts' | 'state'> & { readonly recipe: Pick<Recipe, 'task'> },
): Promise<void> {
  const { outputDir, counts, state, recipe } = run;
  // Answers are in the library: with the folder of a text run only its tables are gone.
  if (counts.done > 0 && recipe.task !== 'text' && !(await exists(outputDir))) {
    const results = counts.done === 1 ? 'one result' : `${counts.done} results`;
    throw new Refusal(
      'BAD_INPUT',
      `${outputDir} is gone, and ${results} with it: connect its disk or move it back, ` +
        'or make an empty folder there to have them sent again.',
      'outputDir',
    );
  }
  await usableFolder(outputDir);
  if (state.kind === 'paused' && state.failure === 'storage') {
    await refuseFullDisk(outputDir);
  }
}

async function refuseFullDisk(outputDir: string): Promise<void> {
  const { bavail, bsize } = await statfs(outputDir);
  const freeBytes = bavail * bsize;
  if (freeBytes < LEAST_FREE_BYTES) {
    const left = (freeBytes / 1024 ** 2).toFixed(1);
    throw new Refusal(
      'BAD_INPUT',
      `The disk of ${outputDir} is still full, with ${left} MB left: free some space, then resume the run.`,
      'outputDir',
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    // What else is wrong with it is told by trying to use it.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}
