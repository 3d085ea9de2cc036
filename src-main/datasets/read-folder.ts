/** A folder of images as rows: one a file, in natural order (`2.png` before `10.png`). */
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { referenceCell } from '@shared/columns';
import { IMAGE_EXTENSIONS } from '@shared/image-endings';
import { DatasetError } from './dataset-source';
import { note, type RawEvent } from './raw-event';

export const PATH_COLUMN = 'image_path';

export interface FolderListing {
  /** Names of files with the ending of an image. */
  readonly images: readonly string[];
  /** Names of `*.parquet` files. */
  readonly parquet: readonly string[];
  /** How many folders lie in it, which nothing is taken from. */
  readonly folders: number;
}

/** Files directly in the folder, hidden ones left out; images in natural order, Parquet files by name. */
export async function listFolder(path: string): Promise<FolderListing> {
  const shown = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const names = shown.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const endsWith = (extensions: readonly string[]): string[] =>
    names.filter((name) => extensions.includes(extname(name).slice(1).toLowerCase()));
  return {
    images: endsWith(IMAGE_EXTENSIONS).sort(naturally),
    parquet: endsWith(['parquet']).sort(byName),
    folders: shown.length - names.length,
  };
}

/** Paths are relative to the folder. */
export async function* readImageFolder(path: string, name: string): AsyncGenerator<RawEvent> {
  const { images, folders } = await listFolder(path);
  const within = folders === 1 ? 'The folder in it is' : `The ${folders} folders in it are`;
  if (images.length === 0) {
    throw new DatasetError(
      `The folder "${name}" holds no images (${IMAGE_EXTENSIONS.join(', ')}) and no Parquet files.${folders === 0 ? '' : ` ${within} not looked into: choose one of those.`}`,
    );
  }
  yield { kind: 'columns', columns: [PATH_COLUMN] };
  if (folders > 0) {
    yield note(1, `${within} left out: only pictures that lie directly in "${name}" become rows.`);
  }
  for (const [row, fields] of pictureRows(images).entries()) {
    yield { kind: 'row', line: row + 1, row, defaultIndex: row, fields };
  }
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
