/** A database too large to be read before it is used: read beside the work, by a thread of its own. */
import { statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { backupPath } from './backup';
import { openStore } from '../store-client';
import { errorOf, flipLastPages } from '../testing/damage';
import { DRIVERS, finishNext, plannedRun, temporaryLibrary } from '../testing/library-fixture';

const MEGABYTE = 1024 * 1024;
const LARGE = 70 * MEGABYTE;

describe.each(DRIVERS)('a large library on %s', (driver) => {
  it('is read while it works already; once it is known to be damaged it is used and copied no more', async () => {
    const library = temporaryLibrary(driver);
    const database = libraryPaths(library.dir).database;
    const notes: string[] = [];
    const open = () =>
      openStore({ libraryDir: library.dir, driver, onNote: (sentence) => notes.push(sentence) });
    try {
      let store = await open();
      const run = await plannedRun(store, 10);
      await store.addRows(run.datasetId, [{ row: 0, index: 0, fields: { prompt: 'x'.repeat(LARGE) } }]);
      await store.close();

      // Never read yet. Sound: what is written beside the check counts, and is copied at the close.
      let copied = statSync(backupPath(database)).mtimeMs;
      store = await open();
      await finishNext(store, run.id);
      await expect
        .poll(
          async () => {
            await store.close();
            const now = statSync(backupPath(database)).mtimeMs;
            store = await open();
            return now;
          },
          { interval: 700, timeout: 40_000 },
        )
        .toBeGreaterThan(copied);
      expect(await store.counts(run.id)).toMatchObject({ done: 1 });
      await store.close();
      expect(notes).toEqual([]);

      flipLastPages(database);
      // Read today and closed cleanly since: not read again. What a killed process leaves behind changes that.
      writeFileSync(`${database}-wal`, 'cut off');
      copied = statSync(backupPath(database)).mtimeMs;
      store = await open();
      await expect.poll(() => notes.join(), { timeout: 40_000 }).toMatch(/is damaged \(/);
      expect(await errorOf(() => store.counts(run.id))).toMatchObject({ code: 'CORRUPT' });
      await store.close();
      expect(statSync(backupPath(database)).mtimeMs).toBe(copied);
    } finally {
      await library.remove();
    }
  });
});
