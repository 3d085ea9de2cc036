import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store/store';
import { type Library, temporaryLibrary } from '../../store/testing/library-fixture';
import { createImporter, type Importer } from './importer';

let folder: string;
let library: Library;
let store: Store;
let importer: Importer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-importer-'));
  library = temporaryLibrary('node');
  store = await library.open();
  importer = importerOn(store);
});
afterEach(async () => {
  await library.remove();
  await rm(folder, { recursive: true, force: true });
});

function importerOn(given: Store): Importer {
  return createImporter({
    store: given,
    embeddedDir: join(folder, 'embedded'),
    pastedDir: join(folder, 'pasted'),
    newId: () => 'id',
    onProgress: () => undefined,
    onError: () => undefined,
  });
}

const path = (): string => join(folder, 'cats.csv');
const lines = (rows: number): string =>
  ['prompt', ...Array.from({ length: rows }, (_, row) => `cat ${row}`)].join('\n');
const again = async () => (await importer.start({ path: path(), reuse: true })).whole;

describe('loose pictures', () => {
  it('are rows in natural order, read where they lie', async () => {
    const names = Array.from({ length: 1203 }, (_, at) => `IMG ${at}.png`);
    const dataset = await importer.pictures(
      '1,203 pictures',
      names.toReversed().map((name) => join(folder, name)),
    );
    expect(dataset).toMatchObject({ rows: 1203, baseDir: folder, sourcePath: null, columns: ['image_path'] });
    expect(await store.rows(dataset.id, 1201, 5)).toEqual([
      { row: 1201, index: 1201, fields: { image_path: 'IMG 1201.png' } },
      { row: 1202, index: 1202, fields: { image_path: 'IMG 1202.png' } },
    ]);
  });

  it('of several folders are refused: a run may read all of what its dataset stands in', async () => {
    const paths = [join(folder, 'a', '1.png'), join(folder, 'b', '1.png')];
    await expect(importer.pictures('2 pictures', paths)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('are in 2 folders'),
    });
    expect(await store.datasets()).toEqual([]);
  });
});

describe('a folder of pictures', () => {
  it('is taken once more with those of the folders in it, under its name', async () => {
    await mkdir(join(folder, 'set'));
    await Promise.all(['1.png', 'set/2.png'].map((name) => writeFile(join(folder, name), '')));
    const { id, ...own } = await (await importer.start({ path: folder, name: 'Mine' })).whole;
    expect(own.rows).toBe(1);
    expect(own.problems).toMatchObject([{ about: 'folders' }]);
    const { id: deepId } = await importer.withFolders(id);
    expect(deepId).not.toBe(id);
    const deep = await importer.whole(deepId);
    expect(deep).toMatchObject({ name: 'Mine', rows: 2, baseDir: folder, problems: [] });
    expect((await store.rows(deepId, 0, 9)).map(({ fields }) => fields)).toEqual([
      { image_path: '1.png' },
      { image_path: 'set/2.png' },
    ]);
    expect((await store.dataset(id))?.rows).toBe(1);
  });

  it('alone has folders to take in', async () => {
    const prompts = await importer.prompts('words', ['a cat']);
    for (const id of [prompts.id, 99]) {
      await expect(importer.withFolders(id)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});

describe('a file that is read again', () => {
  it('keeps every row of many batches in file order', async () => {
    await writeFile(path(), lines(3500));
    const { id, rows } = await again();
    expect(rows).toBe(3500);
    expect(await store.rows(id, 3499, 5)).toEqual([
      { row: 3499, index: 3499, fields: { prompt: 'cat 3499' } },
    ]);
  });

  it('is known by its state, and read anew once that changes', async () => {
    await writeFile(path(), lines(3));
    const first = await again();
    expect((await again()).id).toBe(first.id);
    await writeFile(path(), lines(4));
    expect((await again()).rows).toBe(4);
    const touched = await again();
    await utimes(path(), new Date(), new Date(0));
    expect((await again()).id).not.toBe(touched.id);
  });

  it('is read anew by who asks for no earlier reading, or for another format', async () => {
    await writeFile(path(), lines(3));
    const first = await again();
    expect((await (await importer.start({ path: path() })).whole).id).not.toBe(first.id);
    const asText = await (await importer.start({ path: path(), format: 'txt', reuse: true })).whole;
    expect(asText.rows).toBe(4);
  });

  it('is not known by a state it left while it was read', async () => {
    await writeFile(path(), lines(3));
    const changing = importerOn({
      ...store,
      addRows: async (...rows) => {
        await store.addRows(...rows);
        await writeFile(path(), lines(7));
      },
    });
    const torn = await (await changing.start({ path: path(), reuse: true })).whole;
    expect((await again()).id).not.toBe(torn.id);
    expect((await again()).rows).toBe(7);
  });
});
