/** The pictures in an output folder, by the stems that jobs have. Only folders that a stem leads to are ever listed. */
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { nullIfGone, Unreadable } from '../results/unreadable';

const PICTURE = /\.(png|jpe?g|webp|gif)$/i;
/** Output names may lead to as many folders as there are rows. */
const REMEMBERED_FOLDERS = 256;
const ENTRIES_AT_ONCE = 1024;

/** File names of one folder, by their stem. */
type Listing = ReadonlyMap<string, readonly string[]>;

export interface PictureFolders {
  /** Paths below the output folder, one for each ending under which a picture of that stem lies there. */
  named(stem: string): Promise<readonly string[]>;
  /** What was listed and when it had changed: while that stays, so do the answers. */
  marks(): ReadonlyMap<string, number>;
}

export function createPictureFolders(outputDir: string): PictureFolders {
  const listings = new Map<string, Promise<Listing>>();
  const marks = new Map<string, number>();

  async function list(folder: string): Promise<Listing> {
    const path = join(outputDir, folder);
    // Before it is listed: what comes meanwhile makes the mark old.
    marks.set(path, await changedAt(path));
    const listing = new Map<string, string[]>();
    for await (const { name } of entriesOf(path)) {
      if (PICTURE.test(name)) {
        const stem = stemOf(name);
        listing.set(stem, [...(listing.get(stem) ?? []), folder === '' ? name : `${folder}/${name}`]);
      }
    }
    return listing;
  }

  return {
    async named(stem) {
      const folder = posix.dirname(stem) === '.' ? '' : posix.dirname(stem);
      const listing = listings.get(folder) ?? list(folder);
      listings.set(folder, listing);
      if (listings.size > REMEMBERED_FOLDERS) {
        listings.delete(listings.keys().next().value ?? '');
      }
      return (await listing).get(posix.basename(stem)) ?? [];
    },
    marks: () => marks,
  };
}

export interface Visitor {
  /** Below the output folder, which is the empty path; and when it had last changed, in milliseconds since 1970. */
  folder?(path: string, changedAt: number): void;
  /** Below the output folder. */
  picture?(path: string): void;
}

/**
 * Goes through all that lies below a folder, be there a stem that leads to it or not. False: it was not gone through to
 * the end, for there are too many folders to look into, or one that cannot be.
 */
export async function visitBelow(outputDir: string, visitor: Visitor): Promise<boolean> {
  const folders = [''];
  for (let at = 0; at < folders.length; at += 1) {
    const folder = folders[at] ?? '';
    if (at >= REMEMBERED_FOLDERS) {
      return false;
    }
    const path = join(outputDir, folder);
    // Before it is listed: what comes meanwhile makes the time old.
    visitor.folder?.(folder, await changedAt(path));
    try {
      for await (const entry of entriesOf(path)) {
        const below = posix.join(folder, entry.name);
        if (PICTURE.test(entry.name)) {
          visitor.picture?.(below);
        }
        if (!entry.isFile()) {
          folders.push(below);
        }
      }
    } catch (error) {
      if (error instanceof Unreadable) {
        return false;
      }
      throw error;
    }
  }
  return true;
}

/** The name of a picture without its ending. */
export function stemOf(fileName: string): string {
  return fileName.replace(PICTURE, '');
}

/** Whether a folder holds anything that could be, or lead to, a picture. */
export async function mayHoldPictures(outputDir: string): Promise<boolean> {
  for await (const entry of entriesOf(outputDir)) {
    if (!entry.isFile() || PICTURE.test(entry.name)) {
      return true;
    }
  }
  return false;
}

/**
 * Answers whether a folder below `outputDir` is there, by what lies above it: names may lead to a million that were
 * never made, and to ask for each takes too long.
 */
export function createFoldersBelow(outputDir: string): (folder: string) => Promise<boolean> {
  const below = new Map<string, Promise<ReadonlySet<string>>>();

  async function list(folder: string): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for await (const entry of entriesOf(join(outputDir, folder))) {
      // A link may lead to one.
      if (!entry.isFile()) {
        names.add(entry.name);
      }
    }
    return names;
  }

  async function isThere(folder: string): Promise<boolean> {
    if (folder === '.') {
      return true;
    }
    const above = posix.dirname(folder);
    if (!(await isThere(above))) {
      return false;
    }
    const names = below.get(above) ?? list(above);
    below.set(above, names);
    return (await names).has(posix.basename(folder));
  }

  return isThere;
}

/**
 * A part at a time: a folder of a million files would hold up everything else. Nothing where no folder is; throws an
 * Unreadable where one cannot be read.
 */
async function* entriesOf(path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(path, { bufferSize: ENTRIES_AT_ONCE });
  } catch (error) {
    nullIfGone(error, path);
  }
}

/** Milliseconds since 1970; NaN, which is never the same twice, where it cannot be told; -1 where nothing is. */
export async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? -1 : Number.NaN),
  );
}
