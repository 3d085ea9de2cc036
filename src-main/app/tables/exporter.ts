/** The tables of a run: results.csv in input order, whole at each writing, and the copies a user asks for. */
import { join } from 'node:path';
import type { JobState } from '@shared/model/run';
import type { TableFormat } from '@shared/model/table-format';
import { answerShape } from '../../datasets/answer-columns';
import { writeResultsTables } from '../../datasets/results-table';
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import { exportFailure } from '../exports/export-failure';
import { asTold, type FinishedJob, type RowSource } from './results-log';

const PAGE = 200;
const PAGES_AHEAD = 2;

export interface TableTarget {
  readonly run: Pick<StoredRun, 'id' | 'outputDir' | 'datasetId' | 'recipe'>;
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
    reviewed: 'reviewed.csv',
    accepted: 'accepted.csv',
  };
  return join(outputDir, names[format]);
}

/** Where the user says. Throws a Refusal for what the disk refuses. */
export async function writeTable(store: TableSource, target: TableTarget): Promise<void> {
  const { run, dataset, format, path } = target;
  try {
    await writeTables(store, { run, dataset, files: [{ format, path }] });
  } catch (error) {
    throw exportFailure(error, path);
  }
}

type TableSource = Pick<Store, 'jobs' | 'jobsAfter'> & RowSource;

export interface TableTargets extends Pick<TableTarget, 'run' | 'dataset'> {
  /** Of the same jobs: those of some of the jobs stand alone. */
  readonly files: readonly Pick<TableTarget, 'format' | 'path'>[];
}

/** Several tables of a run in one reading of it: all of them are replaced, or none. */
export async function writeTables(store: TableSource, { run, dataset, files }: TableTargets): Promise<void> {
  const { pages, withReviews } = contentOf(store, run, files[0]?.format ?? 'csv');
  await writeResultsTables({
    files: files.map(({ format, path }) => ({
      format: format === 'jsonl' || format === 'spreadsheet' ? format : 'csv',
      path,
    })),
    columns: dataset.columns,
    withReviews,
    answers: answerShape(run.recipe),
    pages,
  });
}

function contentOf(
  store: TableSource,
  run: TableRun,
  format: TableFormat,
): { readonly pages: AsyncGenerator<Page>; readonly withReviews: boolean } {
  switch (format) {
    case 'failures':
      return { pages: failedPages(store, run), withReviews: false };
    case 'reviewed':
      return { pages: pagesIn(store, run, 'done'), withReviews: true };
    case 'accepted':
      return { pages: acceptedPages(store, run), withReviews: true };
    case 'csv':
    case 'jsonl':
    case 'spreadsheet':
      return { pages: pagesInOrder(store, run), withReviews: false };
  }
}

async function* acceptedPages(store: TableSource, run: TableRun): AsyncGenerator<Page> {
  for await (const page of pagesIn(store, run, 'done')) {
    yield page.filter(({ job }) => job.review?.verdict === 'accepted' && job.isTrashed !== true);
  }
}

type TableRun = Pick<StoredRun, 'id' | 'datasetId' | 'recipe'>;
type Page = readonly FinishedJob[];

async function* failedPages(store: TableSource, run: TableRun): AsyncGenerator<Page> {
  yield* pagesIn(store, run, 'failed');
  yield* pagesIn(store, run, 'unknown');
}

/** Jobs enter and leave a state while their run goes on, so each page goes on behind the last; it is read while that is written. */
async function* pagesIn(store: TableSource, run: TableRun, state: JobState): AsyncGenerator<Page> {
  const pageAfter = (afterPosition: number): Promise<Page> => {
    const page = store
      .jobsAfter({ runId: run.id, state, afterPosition, limit: PAGE })
      .then((jobs) => asTold({ store, ...run }, jobs));
    // It is awaited only once the page before it is written, if that succeeds.
    page.catch(() => undefined);
    return page;
  };
  for (let page = await pageAfter(-1); ; ) {
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    const coming = pageAfter(last.job.position);
    yield page;
    page = await coming;
  }
}

/** All of them, each at its place whatever becomes of it. */
async function* pagesInOrder(store: TableSource, run: TableRun): AsyncGenerator<Page> {
  const pageAt = async (offset: number): Promise<Page> => {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE });
    return asTold({ store, ...run }, jobs);
  };
  const ahead = (offset: number): Promise<Page> => {
    const page = pageAt(offset);
    // It is awaited only once the page before it is written, if that succeeds.
    page.catch(() => undefined);
    return page;
  };
  // The store reads on while a page is written, and while another is on its way between the threads.
  const coming: Promise<Page>[] = [];
  for (let offset = 0; ; offset += PAGE) {
    coming.push(ahead(offset));
    if (coming.length <= PAGES_AHEAD) {
      continue;
    }
    const page = await coming.shift();
    if (page === undefined || page.length === 0) {
      return;
    }
    yield page;
  }
}
