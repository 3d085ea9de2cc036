/** What a run of pictures has left in its folder, where each picture is as wide as its prompt is long. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';

type Line = Readonly<Record<string, string>>;

/** Of results.csv; no cell of it needs quotes. */
export async function tableOf(folder: string): Promise<readonly Line[]> {
  const text = await readFile(join(folder, 'results.csv'), 'utf8');
  const [names = [], ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])));
}

/** In pixels. */
export async function widthOf(folder: string, name: string): Promise<number> {
  return (await sharp(join(folder, name)).metadata()).width;
}

/** A line for each of these rows, in their order, and each its own picture. */
export async function expectTable(folder: string, rows: readonly string[]): Promise<void> {
  const lines = await tableOf(folder);
  expect(lines.map((line) => line['prompt'])).toEqual(rows);
  expect(await Promise.all(lines.map((line) => widthOf(folder, line['output_image'] ?? '')))).toEqual(
    rows.map((row) => row.length),
  );
  expect(new Set(lines.map((line) => line['output_image'])).size).toBe(rows.length);
}
