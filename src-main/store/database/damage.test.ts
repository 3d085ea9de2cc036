/** Damaged databases: found at start, kept as they are, and brought back from the copy of the last clean close. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { backupPath, restoreBackup } from './backup';
import { checkNeed } from './database-check';
import type { Store } from '../store';
import { errorOf, flipPages, PAGE_BYTES } from '../testing/damage';
import { DRIVERS, finishNext, type Library, plannedRun, temporaryLibrary } from '../testing/library-fixture';

const MEGABYTE = 1024 * 1024;

describe.each(DRIVERS)('a library on %s', (driver) => {
  let library: Library;
  let store: Store;
  let database: string;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    database = libraryPaths(library.dir).database;
    ({ id: runId } = await plannedRun(store, 400));
    await finishNext(store, runId);
    await store.close();
  });
  afterEach(() => library.remove());

  it('with flipped bits is refused, kept, and restored from its copy', async () => {
    flipPages(database, 6);
    const bytes = readFileSync(database);
    const error = await errorOf(() => library.open());
    expect(error.code).toBe('CORRUPT');
    expect(error.message).toMatch(
      /brushfleet\.db is damaged \(.+\)\. It is kept as it is; restore its backup of \d{4}-\d\d-\d\d \d\d:\d\d with "brushfleet library restore"\.$/,
    );
    expect(readFileSync(database).equals(bytes)).toBe(true);

    const { keptAs, from } = restoreBackup(library.dir);
    expect(dirname(keptAs ?? '')).toBe(library.dir);
    expect(readFileSync(keptAs ?? '').equals(bytes)).toBe(true);
    expect(Math.abs(from.getTime() - Date.now())).toBeLessThan(60_000);
    store = await library.open();
    expect(await store.counts(runId)).toMatchObject({ done: 1, pending: 399 });
  });

  it('that was cut short is refused', async () => {
    truncateSync(database, statSync(database).size - PAGE_BYTES);
    const error = await errorOf(() => library.open());
    expect(error).toMatchObject({ code: 'CORRUPT' });
    expect(error.message).toContain(database);
  });

  it('without a copy says so, and that is not restored', async () => {
    rmSync(dirname(backupPath(database)), { recursive: true });
    flipPages(database, 6);
    expect((await errorOf(() => library.open())).message).toMatch(
      /there is no backup of it yet\. Move it away/,
    );
    const before = readFileSync(database);
    expect(() => restoreBackup(library.dir)).toThrow(/There is no backup to restore/);
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  it('is not restored from a copy that is damaged, too', async () => {
    flipPages(database, 6);
    flipPages(backupPath(database), 6);
    const before = readFileSync(database);
    expect(() => restoreBackup(library.dir)).toThrow(/is damaged, too \(.+\): nothing was changed/);
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  it('leaves a whole and private copy at each clean close that changed something', async () => {
    const copy = backupPath(database);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(readFileSync(copy).equals(readFileSync(database))).toBe(true);
    store = await library.open();
    await finishNext(store, runId);
    await store.close();
    expect(readFileSync(copy).equals(readFileSync(database))).toBe(true);
    store = await library.open();
    expect(await store.counts(runId)).toMatchObject({ done: 2 });
  });

  it('closes without a copy where none can be made, keeps the old one, and says so', async () => {
    const notes: string[] = [];
    store = await library.open({ onNote: (sentence) => notes.push(sentence) });
    await finishNext(store, runId);
    rmSync(backupPath(database));
    mkdirSync(backupPath(database));
    await store.close();
    expect(notes).toEqual([expect.stringContaining('could not be copied')]);
    expect(existsSync(database)).toBe(true);
    store = await library.open();
    expect(await store.counts(runId)).toMatchObject({ done: 2 });
  });
});

describe('when a database is read whole', () => {
  const large = { sizeBytes: 500 * MEGABYTE, wasUnclean: false, checkedAt: 1000, now: 2000 };
  it.each([
    ['a small one: always, before it is used', { sizeBytes: MEGABYTE }, 'now'],
    ['a large one that was closed cleanly and looked at today: not', {}, 'none'],
    ['a large one of a killed process: beside the work', { wasUnclean: true }, 'aside'],
    ['a large one not looked at for a day', { now: 1000 + 86_400_000 }, 'aside'],
    ['a large one looked at in the future: the clock was wrong', { checkedAt: 3000 }, 'aside'],
  ] as const)('%s', (_, change, need) => {
    expect(checkNeed({ ...large, ...change })).toBe(need);
  });
});
