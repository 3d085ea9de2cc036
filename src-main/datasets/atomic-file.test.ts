import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAtomically, writeAtomically } from './atomic-file';
import { temporaryFolders } from './testing/temporary-folder';

const newFolder = temporaryFolders();

async function placed(): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await newFolder();
  const path = join(folder, 'a.txt');
  await writeFile(path, 'old');
  return { folder, path };
}

describe.each([
  [
    'written through a handle',
    (path: string, end: () => void) =>
      writeAtomically(path, async (handle) => {
        await handle.writeFile('new');
        return end();
      }),
  ],
  [
    'made by its path',
    (path: string, end: () => void) =>
      makeAtomically(path, async (draft) => {
        await writeFile(draft, 'new');
        return end();
      }),
  ],
])('a file %s', (_how, make) => {
  it('takes the place of what was there once it is whole', async () => {
    const { folder, path } = await placed();
    await make(path, () => undefined);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves what was there where it does not become whole', async () => {
    const { folder, path } = await placed();
    const failing = make(path, () => {
      throw new Error('full');
    });
    await expect(failing).rejects.toThrow('full');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});

it('is as read-only as what it is a copy of', async () => {
  const folder = await newFolder();
  const source = join(folder, 'source');
  const path = join(folder, 'copy');
  await writeFile(source, 'mine');
  await chmod(source, 0o444);
  await makeAtomically(path, (draft) => copyFile(source, draft));
  expect(await readFile(path, 'utf8')).toBe('mine');
  expect((await stat(path)).mode & 0o200).toBe(0);
});
