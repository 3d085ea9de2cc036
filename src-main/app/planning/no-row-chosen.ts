/** A row filter that chooses nothing of its file is a mistake: nothing is claimed for it, and nothing called done. */
import { Refusal } from '../../refusal';
import type { Store, StoredDataset } from '../../store/store';
import { unreadRows } from '../datasets/unread-rows';
import { rowFilter, rowRanges } from './planner';

/** Rows that are chosen and cannot be read are told of as such: somebody is owed them. */
export async function refuseNoRow(
  store: Pick<Store, 'countRows' | 'rows'>,
  dataset: StoredDataset,
  { filterRows }: { readonly filterRows: string },
): Promise<void> {
  if (filterRows.trim() === '' || (await store.countRows(dataset.id, rowRanges({ filterRows }))) > 0) {
    return;
  }
  const unread = await unreadRows(store, dataset, rowFilter({ filterRows }));
  if (unread.count === 0) {
    const { name, id, rows } = dataset;
    const last = rows === 0 ? undefined : (await store.rows(id, rows - 1, 1))[0]?.row;
    const which = last === undefined ? 'has none' : last === 0 ? 'has row 0 alone' : `has rows 0 to ${last}`;
    throw new Refusal(
      'BAD_INPUT',
      `The row filter ${filterRows.trim()} chooses no row: ${name} ${which}, counted from 0.`,
      'filterRows',
    );
  }
}
