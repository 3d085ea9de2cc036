/** The output folder of a run: usable, and not silently replaced by an empty one when its results are elsewhere. */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { Refusal } from '../refusal';
import type { StoredRun } from '../store/store';

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
 * it would have all of them paid for again. Throws a Refusal.
 */
export async function outputToGoOn({
  outputDir,
  counts,
}: Pick<StoredRun, 'outputDir' | 'counts'>): Promise<void> {
  if (counts.done > 0 && !(await exists(outputDir))) {
    const results = counts.done === 1 ? 'one result' : `${counts.done} results`;
    throw new Refusal(
      'BAD_INPUT',
      `${outputDir} is gone, and ${results} with it: connect its disk or move it back, ` +
        'or make an empty folder there to have them sent again.',
      'outputDir',
    );
  }
  await usableFolder(outputDir);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    // What else is wrong with it is told by trying to use it.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}
