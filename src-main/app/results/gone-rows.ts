/**
 * Rows that a run had in an earlier reading of its input, and that are no longer there: their results are kept under names
 * of their own, and their jobs leave the run until the rows are back. A line that cannot be read is there, and so is a row
 * that a filter leaves out.
 */
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import { keepInFolder, type PlanOver } from './keep-changed';
import type { VersionSource } from './keep-versions';

const PAGE = 500;
/** From so many on, not all of them may be listed (open-dataset.ts). */
const MOST_LISTED = 1000;

type GoneSource = Pick<Store, 'rows' | 'dataset'>;

/** Names for the results of rows that are gone, before the run moves. */
export async function keepGone(
  store: VersionSource & GoneSource & Pick<Store, 'goneJobs'>,
  plan: PlanOver,
): Promise<void> {
  const last = await lastRowOf(store, plan.run.datasetId);
  for (let after = last; after !== null; ) {
    const { jobIds, lastRow } = await store.goneJobs(plan.run.id, after, PAGE);
    await keepInFolder(store, plan, jobIds);
    after = lastRow;
  }
}

/** Takes them out. Answers how many rows. */
export async function leaveOutGone(
  store: GoneSource & Pick<Store, 'leaveOut'>,
  run: Pick<StoredRun, 'id' | 'datasetId'>,
): Promise<number> {
  let rows = 0;
  for (let after = await lastRowOf(store, run.datasetId); after !== null; ) {
    const { left, lastRow } = await store.leaveOut(run.id, after, PAGE);
    rows += left;
    after = lastRow;
  }
  return rows;
}

/** Of an input as it was read, lines that could not be read among them; null: nobody knows. */
async function lastRowOf(store: GoneSource, datasetId: number): Promise<number | null> {
  const dataset = await store.dataset(datasetId);
  const skipped = dataset === null ? MOST_LISTED : skippedLines(dataset);
  if (dataset === null || dataset.importing || skipped >= MOST_LISTED) {
    return null;
  }
  const [last] = dataset.rows === 0 ? [] : await store.rows(datasetId, dataset.rows - 1, 1);
  // Each has its number, read or not: behind the last that was read there may be more.
  return Math.max(last?.row ?? -1, dataset.rows + skipped - 1);
}

function skippedLines({ problems }: StoredDataset): number {
  return problems.filter(({ severity }) => severity === 'skipped').length;
}
