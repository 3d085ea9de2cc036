/**
 * The tables of a run replace what lies at their place. Those that no run of this library wrote are somebody's (another
 * library's, an earlier program's, any file that was named): they are kept under names of their own before it is made.
 */
import { lstat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { marksSameFile, sourceMark } from '../../datasets/source-mark';
import { moveAside } from '../../move-aside';
import type { Store } from '../../store/store';
import { exportFailure } from '../exports/export-failure';
import { resultsPath } from './exporter';
import { refuseClaimed } from '../folders/folder-claims';

export interface TablePlaces {
  readonly outputDir: string;
  /** Where results.csv goes, when not into the output folder. */
  readonly csvPath?: string | undefined;
  /** Whether this library has a run in that folder: then its tables there are that one's. */
  readonly isOwn: boolean;
}

/**
 * Answers one sentence for each that was kept. Throws a Refusal for what the disk refuses, and where another run has
 * begun to write into the folder.
 */
export async function keepTablesBefore(
  store: Pick<Store, 'namedTable'>,
  places: TablePlaces,
): Promise<readonly string[]> {
  const { outputDir, csvPath, isOwn } = places;
  const notes: string[] = [];
  // Both of them, also where results.csv is to go elsewhere: whoever goes on with the run from the window has it there.
  const inFolder = [resultsPath(outputDir, 'csv'), resultsPath(outputDir, 'jsonl')];
  const isNamed = csvPath !== undefined && !inFolder.includes(csvPath);
  const named = isNamed && !(await isAsWritten(store, outputDir, csvPath)) ? [csvPath] : [];
  for (const path of [...(isOwn ? [] : inFolder), ...named]) {
    if (await isFilled(path)) {
      // It may have begun since this folder was looked into: what lies there now would be its own.
      await refuseClaimed(outputDir);
      notes.push(`${path} was there before, and is not of this run: it is kept, as ${await kept(path)}.`);
    }
  }
  return notes;
}

/** A run of that folder wrote it, and nobody has touched it since. */
async function isAsWritten(
  store: Pick<Store, 'namedTable'>,
  outputDir: string,
  path: string,
): Promise<boolean> {
  const [mark, present] = [await store.namedTable(outputDir, path), await sourceMark({ path })];
  return mark !== null && present !== null && marksSameFile(mark, present);
}

/** `results.before-1.csv`, the name alone. */
async function kept(path: string): Promise<string> {
  const { dir, name, ext } = parse(path);
  try {
    return basename(await moveAside(path, (number) => join(dir, `${name}.before-${number}${ext}`)));
  } catch (error) {
    throw exportFailure(error, join(dirname(path), `${name}.before-1${ext}`));
  }
}

/** A link stays what it leads to, and what is no file holds nothing. */
async function isFilled(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}
