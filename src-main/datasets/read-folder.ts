/** A folder of images as rows: one a file, in natural order (`2.png` before `10.png`). */
import { readdir } from 'node:fs/promises';
import { extname, join, posix } from 'node:path';
import { referenceCell } from '@shared/columns';
import { IMAGE_EXTENSIONS } from '@shared/image-endings';
import { DatasetError, type FolderDepth } from './dataset-source';
import { note, type RawEvent } from './raw-event';

export const PATH_COLUMN = 'image_path';

export interface FolderListing {
  /** Names of files with the ending of an image. */
  readonly images: readonly string[];
  /** Names of `*.parquet` files. */
  readonly parquet: readonly string[];
  /** Names of the folders in it; none that a link leads to, so that no way goes round. */
  readonly folders: readonly string[];
  /** A run has its results there. */
  readonly holdsResults: boolean;
}

/** What lies directly in the folder, hidden names left out; images and folders in natural order, Parquet files by name. */
export async function listFolder(path: string): Promise<FolderListing> {
  const shown = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const names = shown.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const endsWith = (extensions: readonly string[]): string[] =>
    names.filter((name) => extensions.includes(extname(name).slice(1).toLowerCase()));
  return {
    images: endsWith(IMAGE_EXTENSIONS).sort(naturally),
    parquet: endsWith(['parquet']).sort(byName),
    folders: shown
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(naturally),
    holdsResults: names.includes('results.jsonl'),
  };
}

/** Paths are relative to the folder, with slashes. */
export async function* readImageFolder(
  path: string,
  name: string,
  depth: FolderDepth,
): AsyncGenerator<RawEvent> {
  const { images, folders } = await listFolder(path);
  const isNone = images.length === 0;
  yield { kind: 'columns', columns: [PATH_COLUMN] };
  if (depth === 'all' || (depth === 'allIfNone' && isNone && folders.length > 0)) {
    yield* picturesBelow(path, name);
    return;
  }
  const within = folders.length === 1 ? 'The folder in it is' : `The ${folders.length} folders in it are`;
  if (isNone) {
    throw new DatasetError(
      `The folder "${name}" holds no images (${IMAGE_EXTENSIONS.join(', ')}) and no Parquet files.${folders.length === 0 ? '' : ` ${within} not looked into: choose one of those.`}`,
    );
  }
  if (folders.length > 0) {
    const message = `${within} left out: only pictures that lie directly in "${name}" become rows.`;
    yield { kind: 'problem', problem: { line: 1, severity: 'note', message, about: 'folders' } };
  }
  for (const [row, fields] of pictureRows(images).entries()) {
    yield rowOf(row, fields);
  }
}

/** A folder that was taken by mistake, such as the whole disk, is not looked through for ever. */
const MOST_FOLDERS = 20_000;

/** A folder's own pictures, then those of each folder in it. */
async function* picturesBelow(root: string, name: string): AsyncGenerator<RawEvent> {
  const waiting = [''];
  let row = 0;
  for (let looked = 0; waiting.length > 0; looked += 1) {
    if (looked === MOST_FOLDERS) {
      yield note(row + 1, `Only the first ${MOST_FOLDERS} folders in "${name}" were looked into.`);
      break;
    }
    const folder = waiting.pop() ?? '';
    const listing = await listFolder(join(root, folder)).catch(() => null);
    if (listing === null) {
      yield note(row + 1, `The folder "${folder}" cannot be read: its pictures are left out.`);
    } else if (listing.holdsResults && folder !== '') {
      // Else what was made of these pictures would be paid for as if it was one of them.
      yield note(row + 1, `The folder "${folder}" holds results of a run: its pictures are left out.`);
    } else {
      for (const fields of pictureRows(listing.images.map((image) => posix.join(folder, image)))) {
        yield rowOf(row, fields);
        row += 1;
      }
      waiting.push(...listing.folders.map((one) => posix.join(folder, one)).toReversed());
    }
  }
  if (row === 0) {
    throw new DatasetError(
      `Neither the folder "${name}" nor the folders in it hold images (${IMAGE_EXTENSIONS.join(', ')}).`,
    );
  }
}

function rowOf(row: number, fields: Readonly<Record<string, string>>): RawEvent {
  return { kind: 'row', line: row + 1, row, defaultIndex: row, fields };
}

/** The fields of a row for each of these files, in natural order. */
export function pictureRows(names: readonly string[]): readonly Readonly<Record<string, string>>[] {
  return [...names].sort(naturally).map((name) => ({ [PATH_COLUMN]: referenceCell(name) }));
}

export async function parquetPathsOf(path: string): Promise<string[]> {
  return (await listFolder(path)).parquet.map((name) => join(path, name));
}

/** A locale of its own, so that every machine numbers the same folder alike. */
const collator = new Intl.Collator('en', { numeric: true });

function naturally(a: string, b: string): number {
  return collator.compare(a, b) || byName(a, b);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
