/** A dataset that the program makes itself, of rows it has. */
import type { Dataset } from '@shared/model/run';
import type { NewDataset, Store, StoredDataset } from '../../store/store';

const PAGE = 500;

export async function madeDataset(
  store: Pick<Store, 'createDataset' | 'addRows' | 'finishDataset'>,
  about: NewDataset & { readonly columns: readonly string[] },
  rows: AsyncIterable<Readonly<Record<string, string>>>,
): Promise<StoredDataset> {
  const { columns, ...given } = about;
  const { id } = await store.createDataset(given);
  let page: { row: number; index: number; fields: Readonly<Record<string, string>> }[] = [];
  let row = 0;
  for await (const fields of rows) {
    page.push({ row, index: row, fields });
    row += 1;
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
