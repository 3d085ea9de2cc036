import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './store';
import { DRIVERS, type Library, temporaryLibrary } from './testing/library-fixture';

describe.each(DRIVERS)('readings that were stopped, on %s', (driver) => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
  });
  afterEach(() => library.remove());

  async function reading(rows: number): Promise<number> {
    const { id } = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    await store.addRows(
      id,
      Array.from({ length: rows }, (_, row) => ({ row, index: row, fields: { prompt: `of ${row}` } })),
    );
    return id;
  }

  it('go some rows at a time, and touch no others', async () => {
    const [before, stopped, after] = [await reading(3), await reading(5), await reading(3)];
    expect(await store.forgetImport(stopped, 2)).toBe(false);
    expect(await store.forgetImport(stopped, 2)).toBe(false);
    expect(await store.dataset(stopped)).toMatchObject({ importing: true });
    expect(await store.forgetImport(stopped, 2)).toBe(true);
    expect(await store.dataset(stopped)).toBeNull();
    expect(await store.rows(stopped, 0, 9)).toEqual([]);
    expect(await store.forgetImport(stopped, 2)).toBe(true);
    for (const other of [before, after]) {
      expect(await store.rows(other, 0, 9)).toHaveLength(3);
    }
  });

  it('stay where they became whole', async () => {
    const id = await reading(3);
    await store.finishDataset(id, ['prompt'], []);
    expect(await store.forgetImport(id, 2)).toBe(true);
    expect(await store.rows(id, 0, 9)).toHaveLength(3);
  });
});
