import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { type Db, openDriver } from '../database/driver';
import { DRIVERS, finishNext, type Library, plannedRun, temporaryLibrary } from '../testing/library-fixture';
import { createGalleryWords } from './gallery-words';

describe.each(DRIVERS)('the words of the gallery on %s', (driver) => {
  let library: Library;
  let db: Db;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    const store = await library.open();
    const run = await plannedRun(store, 1);
    await store.addRows(run.datasetId, [{ row: 0, index: 0, fields: { style: 'ink' } }]);
    await finishNext(store, run.id);
    runId = run.id;
    await store.close();
    db = openDriver(libraryPaths(library.dir).database, driver);
  });
  afterEach(async () => {
    db.close();
    await library.remove();
  });

  it('are taken in again, with their columns, after a step that came to nothing', () => {
    const words = createGalleryWords(db);
    const step = (andThen: () => void): void =>
      db.transaction(() => {
        words.step(10);
        andThen();
      });
    const full = new Error('The disk is full.');
    expect(() =>
      step(() => {
        throw full;
      }),
    ).toThrow(full);
    step(() => undefined);
    // As the next process reads it.
    const later = createGalleryWords(db).hits('style:ink');
    expect(later?.hasRow(runId, 0)).toBe(true);
    expect(later?.hasRow(runId, 1)).toBe(false);
  });
});
