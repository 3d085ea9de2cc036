/** Damage within a cell: SQLite checks its pages, not what is written in them. */
import { expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { openDatabase } from './open-database';
import { DRIVERS, temporaryLibrary } from '../testing/library-fixture';

it.each(DRIVERS)('a row that lost a bit is named, with the way back, on %s', async (driver) => {
  const library = temporaryLibrary(driver);
  try {
    let store = await library.open();
    const source = { name: 'cats', format: 'csv', sourcePath: '/cats.csv', baseDir: '/' } as const;
    const { id } = await store.createDataset(source);
    await store.addRows(id, [{ row: 4, index: 4, fields: { prompt: 'a cat' } }]);
    await store.finishDataset(id, ['prompt'], []);
    await store.close();
    const { db } = openDatabase(libraryPaths(library.dir).database, { driver });
    db.exec(`UPDATE dataset_rows SET fields = replace(fields, ':', ';')`);
    db.close();
    store = await library.open();
    await expect(store.rows(id, 0, 10)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/^Row 4 of dataset \d+ .* cannot be read.*library restore\.$/),
    });
  } finally {
    await library.remove();
  }
});
