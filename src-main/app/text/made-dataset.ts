/** A dataset that the program makes itself, of rows it has. */
import type { Dataset } from '@shared/model/run';
import type { NewDataset, Store, StoredDataset, StoredRow } from '../../store/store';

const PAGE = 500;

/** Numbered by its place, unless it says which row of another dataset it goes on with. */
type MadeRow = Pick<StoredRow, 'fields'> & Partial<StoredRow>;

export async function madeDataset(
  store: Pick<Store, 'createDataset' | 'addRows' | 'finishDataset'>,
  about: NewDataset & { readonly columns: readonly string[] },
  rows: AsyncIterable<MadeRow>,
): Promise<StoredDataset> {
  const { columns, ...given } = about;
  const { id } = await store.createDataset(given);
  let page: StoredRow[] = [];
  let place = 0;
  for await (const made of rows) {
    page.push({ row: place, index: place, ...made });
    place += 1;
    if (page.length === PAGE) {
      await store.addRows(id, page);
      page = [];
    }
  }
  await store.addRows(id, page);
  return store.finishDataset(id, columns, []);
}

export function seenDataset({
  id,
  name,
  format,
  columns,
  rows,
  problems,
  importing,
}: StoredDataset): Dataset {
  return { id, name, format, columns, rows, problems, importing };
}
