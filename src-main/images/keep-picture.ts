/**
 * A whole picture where a result is to be, and which is not that result: somebody has worked on it, or it was paid for
 * elsewhere. It gets a name of its own, and at every moment it stands whole under one.
 */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import type { ReceivedFile } from '../engine/ports';
import { moveAside } from '../move-aside';
import { hasHash } from './file-sha256';
import { readWholeImage } from './whole-image';

/** `found`: nobody knew of it. `changed`: it was the result before. */
type Why = 'found' | 'changed';

/**
 * `000002.changed.png`, below the output folder; null: it is no whole picture, and stays. Rejects with what the file
 * system says.
 */
export async function keepPicture(outputDir: string, fileName: string, why: Why): Promise<string | null> {
  const path = join(outputDir, fileName);
  return (await readWholeImage(path)) === null ? null : named(outputDir, fileName, why);
}

/**
 * Before a result takes its name: what lies there is kept unless it is the same, or empty. Null: the name may be taken.
 * Where nothing lies, one look. Rejects where the name must not be taken.
 */
export async function makeRoom(
  outputDir: string,
  { fileName, sizeBytes, sha256 }: Pick<ReceivedFile, 'fileName' | 'sizeBytes' | 'sha256'>,
): Promise<string | null> {
  const path = join(outputDir, fileName);
  const found = await lstat(path).catch(nullIfMissing);
  if (found === null || needsNoName(found)) {
    return null;
  }
  const isSame = found.isFile() && found.size === sizeBytes && (await hasHash(path, sha256));
  return isSame ? null : named(outputDir, fileName, 'found');
}

/**
 * Whether what lies where a result is to be may stay as it is. What is cut off for one program is whole for another:
 * nothing that holds anything is thrown away.
 */
export function needsNoName(found: Stats): boolean {
  // A hard link: the file survives under its other name. An earlier process that died between link and unlink leaves one.
  const hasAnother = found.nlink > 1;
  const isEmpty = found.isFile() && found.size === 0;
  // A folder is not replaced: the rename over it is refused.
  return hasAnother || isEmpty || found.isDirectory();
}

/** The first, the second ... name by which it may be kept. */
export function keptName(fileName: string, why: Why, number: number): string {
  const { dir, name, ext } = posix.parse(fileName);
  return posix.join(dir, `${name}.${why}${number === 1 ? '' : `-${number}`}${ext}`);
}

async function named(outputDir: string, fileName: string, why: Why): Promise<string> {
  const nth = (number: number): string => join(outputDir, keptName(fileName, why, number));
  const aside = await moveAside(join(outputDir, fileName), nth);
  return posix.join(posix.dirname(fileName), basename(aside));
}

function nullIfMissing(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return null;
  }
  throw error;
}
