/** New folders for what a run or an export brings: nothing is ever written among what lies there already. */
import { lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTurns } from '@shared/in-turn';

const inTurn = createTurns();
/** By this process: one that is still empty is not given to somebody else. */
const handedOut = new Set<string>();

/** `name`, `name-2`, `name-3`: every run of the window has a folder of its own. It is there, unless it cannot be made. */
export function freshFolderIn(base: string, name: string): Promise<string> {
  return inTurn(async () => {
    // What keeps it from being made is told by whoever writes there.
    await mkdir(base, { recursive: true }).catch(() => undefined);
    for (let n = 1; ; n += 1) {
      const path = join(base, numbered(name, n));
      if (await isClaimed(path)) {
        handedOut.add(path);
        return path;
      }
    }
  });
}

/** A folder that is whole comes under the first such name that is free: nobody ever sees it there before. */
export function moveToFresh(from: string, base: string, name: string): Promise<string> {
  return inTurn(async () => {
    for (let n = 1; ; n += 1) {
      const path = join(base, numbered(name, n));
      if (!(await isThere(path)) && (await isMoved(from, path))) {
        return path;
      }
    }
  });
}

/** As a file system takes it. */
export function folderName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .trim()
      .slice(0, 80) || 'run'
  );
}

const numbered = (name: string, n: number): string =>
  n === 1 ? folderName(name) : `${folderName(name)}-${n}`;

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}

/** False: another program has made one of that name just now. */
async function isMoved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (await isThere(to)) {
      return false;
    }
    throw error;
  }
}

/** Made here and now, it is nobody else's; an empty one may be what an earlier start of the program left. */
async function isClaimed(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    return !isThere || (!handedOut.has(path) && (await isEmpty(path)));
  }
}

/** Beside a run's own folder, for one that goes on from it. */
export function freshFolderBeside(outputDir: string, name: string): Promise<string> {
  return freshFolderIn(dirname(outputDir), name);
}

/** Also where there is no such folder. */
export async function isEmpty(path: string): Promise<boolean> {
  return readdir(path).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
