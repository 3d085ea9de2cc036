/** The tables of a run: results.csv in input order, whole at each writing, and the copies a user asks for. */
import { join } from 'node:path';
import type { JobState } from '@shared/model/run';
import { writeResultsTable } from '../datasets/results-table';
import type { Store, StoredDataset, StoredRun } from '../store/store';
import { type FinishedJob, withRows } from './results-log';

const PAGE = 500;

/** `failures`: an exact CSV of the jobs that failed or whose outcome is unknown. */
export type TableFormat = 'csv' | 'jsonl' | 'spreadsheet' | 'failures';

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
    failures: 'failures.csv',
  };
  return join(outputDir, names[format]);
}

export async function writeTable(store: Store, target: TableTarget): Promise<void> {
  await writeResultsTable({
    path: target.path,
    format: target.format === 'failures' ? 'csv' : target.format,
    columns: target.dataset.columns,
    rows: target.format === 'failures' ? failedJobs(store, target.run) : jobsInOrder(store, target.run),
  });
}

async function* failedJobs(
  store: Store,
  run: Pick<StoredRun, 'id' | 'datasetId'>,
): AsyncGenerator<FinishedJob> {
  yield* jobsInOrder(store, run, 'failed');
  yield* jobsInOrder(store, run, 'unknown');
}

async function* jobsInOrder(
  store: Store,
  run: Pick<StoredRun, 'id' | 'datasetId'>,
  state?: JobState,
): AsyncGenerator<FinishedJob> {
  const only = state === undefined ? {} : { state };
  for (let offset = 0; ; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE, ...only });
    if (jobs.length === 0) {
      return;
    }
    yield* await withRows({ store, datasetId: run.datasetId }, jobs);
  }
}
