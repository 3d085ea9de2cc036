import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../../datasets/testing/temporary-folder';
import { outputToGoOn, usableFolder } from './output-folder';

const newFolder = temporaryFolders();
const counts = { pending: 1, leased: 0, sent: 0, done: 0, failed: 0, unknown: 0, cancelled: 0 };
const state = { kind: 'finished' } as const;
const PICTURES = { recipe: { task: 'edit' } } as const;
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

it('a folder that is gone with results is not made anew', async () => {
  const outputDir = join(await newFolder(), 'out');
  await expect(
    outputToGoOn({ ...PICTURES, outputDir, state, counts: { ...counts, done: 12 } }),
  ).rejects.toThrow(`${outputDir} is gone, and 12 results with it: connect its disk or move it back`);
  expect(await isThere(outputDir)).toBe(false);
  // What the sentence says: then they are sent again.
  await mkdir(outputDir);
  await expect(
    outputToGoOn({ ...PICTURES, outputDir, state, counts: { ...counts, done: 12 } }),
  ).resolves.toBeUndefined();
});

it('a folder without results is made where it is gone', async () => {
  const outputDir = join(await newFolder(), 'a', 'out');
  await outputToGoOn({ ...PICTURES, outputDir, state, counts });
  expect(await isThere(outputDir)).toBe(true);
});

it('a folder that cannot be made is refused with its name', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  await expect(usableFolder(join(file, 'out'))).rejects.toThrow(/^Cannot write to .*out: choose another/);
});
