/** The tables of a run: results.csv in input order, whole at each writing, and the copies a user asks for. */
import { join } from 'node:path';
import { writeResultsTable } from '../datasets/results-table';
import type { Store, StoredDataset, StoredRun } from '../store/store';
import { type FinishedJob, withRows } from './results-log';

const PAGE = 500;

export type TableFormat = 'csv' | 'jsonl' | 'spreadsheet';

export interface TableTarget {
  readonly run: Pick<StoredRun, 'id' | 'outputDir' | 'datasetId'>;
  readonly dataset: Pick<StoredDataset, 'columns'>;
  readonly format: TableFormat;
  /** Absolute; written whole under a temporary name, then renamed. */
  readonly path: string;
}

export function resultsPath(outputDir: string, format: TableFormat): string {
  const names: Readonly<Record<TableFormat, string>> = {
    csv: 'results.csv',
    jsonl: 'results.jsonl',
    spreadsheet: 'results-for-spreadsheets.csv',
  };
  return join(outputDir, names[format]);
}

export async function writeTable(store: Store, target: TableTarget): Promise<void> {
  await writeResultsTable({
    path: target.path,
    format: target.format,
    columns: target.dataset.columns,
    rows: jobsInOrder(store, target.run),
  });
}

async function* jobsInOrder(
  store: Store,
  run: Pick<StoredRun, 'id' | 'datasetId'>,
): AsyncGenerator<FinishedJob> {
  for (let offset = 0; ; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE });
    if (jobs.length === 0) {
      return;
    }
    yield* await withRows({ store, datasetId: run.datasetId }, jobs);
  }
}
