import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../library';
import { openStoreInProcess } from '../store/sqlite-store';
import { StoreError } from '../store/store-error';
import { type DamageChoice, type DamageQuestion, mendLibrary } from './damaged-library';

let libraryDir = '';
beforeEach(async () => {
  libraryDir = await mkdtemp(join(tmpdir(), 'brushfleet-damaged-'));
});
afterEach(() => rm(libraryDir, { recursive: true, force: true }));

const database = () => libraryPaths(libraryDir).database;
const open = () => openStoreInProcess({ libraryDir });

function damage(): unknown {
  try {
    open();
  } catch (error) {
    return error;
  }
  throw new Error('The library is not damaged.');
}

async function mend(choice: DamageChoice, error = damage()) {
  const asked: DamageQuestion[] = [];
  const told: string[] = [];
  const shown: string[] = [];
  const mended = await mendLibrary(error, {
    libraryDir,
    ask: async (question) => {
      asked.push(question);
      return choice;
    },
    showFolder: (path) => shown.push(path),
    tell: (sentence) => told.push(sentence),
  });
  return { mended, asked, told, shown };
}

async function withBackup(): Promise<void> {
  const store = open();
  await store.createDataset({ name: 'cats', format: 'csv', sourcePath: null, baseDir: null });
  await store.close();
  await writeFile(database(), 'SQLite format 3\0 and then nothing of use');
}

describe('a damaged library', () => {
  it('is restored from its copy, and what was damaged is kept', async () => {
    await withBackup();
    const { mended, asked } = await mend('restore');
    expect(mended).toBe(true);
    expect(asked).toEqual([
      { sentence: expect.stringContaining(database()) as string, backup: expect.any(Date) as Date },
    ]);
    const store = open();
    expect((await store.datasets()).map(({ name }) => name)).toEqual(['cats']);
    await store.close();
    expect(await readdir(libraryDir)).toContain('brushfleet.damaged-1.db');
  });

  it('is restored in the same way where its database is gone', async () => {
    await withBackup();
    await rm(database());
    const { mended, asked } = await mend('restore');
    expect(mended).toBe(true);
    expect(asked).toEqual([
      {
        sentence: expect.stringContaining('is missing or empty') as string,
        backup: expect.any(Date) as Date,
      },
    ]);
    const store = open();
    expect((await store.datasets()).map(({ name }) => name)).toEqual(['cats']);
    await store.close();
  });

  it('is left as it is when its user says so', async () => {
    await withBackup();
    expect(await mend('showFolder')).toMatchObject({ mended: false, shown: [libraryDir] });
    expect(await mend('quit')).toMatchObject({ mended: false, shown: [] });
    expect(damage()).toBeInstanceOf(StoreError);
  });

  it('without a copy says so', async () => {
    await writeFile(database(), 'no database at all, but long enough to be one'.repeat(9));
    const { mended, asked, told } = await mend('restore');
    expect(mended).toBe(false);
    expect(asked[0]?.backup).toBeNull();
    expect(told).toEqual([expect.stringContaining('There is no backup to restore')]);
  });

  it('is not what any other failure is', async () => {
    await expect(mend('restore', new StoreError('NEWER_SCHEMA', 'Too new.'))).rejects.toThrow('Too new.');
  });
});
