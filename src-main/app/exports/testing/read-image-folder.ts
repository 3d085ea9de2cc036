/**
 * A plain reader of the ImageFolder layout by its rules (https://huggingface.co/docs/datasets/image_dataset): a folder for
 * each split, in it metadata.jsonl whose `*_file_name` and `*_file_names` are paths from that folder to pictures. As the
 * `datasets` library does, it refuses splits whose columns differ, and a file name that is not there.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

export interface ReadItem {
  /** By the column's name without its ending. */
  readonly images: Readonly<Record<string, readonly Buffer[]>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

export async function readImageFolder(
  folder: string,
): Promise<Readonly<Record<string, readonly ReadItem[]>>> {
  const splits: Record<string, ReadItem[]> = {};
  const schemas = new Set<string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const lines = await readLines(join(folder, entry.name));
      schemas.add(schemaOf(lines));
      splits[entry.name] = await Promise.all(lines.map((line) => readItem(join(folder, entry.name), line)));
    }
  }
  if (schemas.size !== 1) {
    throw new Error(`The splits have different columns: ${[...schemas].join(' ')}`);
  }
  return splits;
}

type Line = Readonly<Record<string, unknown>>;

async function readLines(folder: string): Promise<readonly Line[]> {
  const text = await readFile(join(folder, 'metadata.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Of all lines together; a column that some of them lack, or that has nothing in it, is null. */
function schemaOf(lines: readonly Line[]): string {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line)))].sort();
  const types = names.map((name) => {
    const found = new Set(lines.map((line) => typeOf(line[name])));
    found.delete('list of null');
    if (name.endsWith('_file_name') && (found.size !== 1 || !found.has('string'))) {
      throw new Error(`${name} is not a path in every line`);
    }
    return `${name}: ${[...found].sort().join('|') || 'list of null'}`;
  });
  return JSON.stringify(types);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) {
    return `list of ${value.length === 0 ? 'null' : typeof value[0]}`;
  }
  return value === null || value === undefined ? 'null' : typeof value;
}

async function readItem(folder: string, line: Line): Promise<ReadItem> {
  const images: Record<string, Buffer[]> = {};
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(line)) {
    const stem = /^(.+)_file_names?$/.exec(name)?.[1];
    if (stem === undefined) {
      facts[name] = value;
      continue;
    }
    images[stem] = await Promise.all([value].flat().map((file) => readPicture(join(folder, String(file)))));
  }
  return { images, facts };
}

/** It must be a picture. */
async function readPicture(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  await sharp(bytes).stats();
  return bytes;
}
