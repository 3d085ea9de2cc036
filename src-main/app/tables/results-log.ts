/** results.jsonl, growing live: a line for each job that ended, written in batches while its run is under way. */
import { join } from 'node:path';
import type { Recipe } from '@shared/model/run';
import type { TextResult } from '@shared/model/text';
import { answerShape } from '../../datasets/answer-columns';
import { openResultsJsonl, type ResultsJsonl } from '../../datasets/results-jsonl';
import type { Clock } from '../../engine/ports';
import type { Store, StoredJob, StoredRow } from '../../store/store';
import type { JobUsage } from '../../store/runs/usage-store';

const INTERVAL_MS = 200;
const BATCH = 500;

export interface FinishedJob {
  readonly job: StoredJob;
  readonly row: StoredRow;
  /** Of a text run. */
  readonly answer?: TextResult | null;
  readonly usage?: JobUsage | null;
}

export interface ResultsLog {
  ended(jobId: number): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface ResultsLogOptions {
  readonly store: Pick<Store, 'jobsById'> & RowSource;
  readonly clock: Clock;
  readonly outputDir: string;
  readonly datasetId: number;
  readonly columns: readonly string[];
  readonly recipe: Pick<Recipe, 'text'>;
  /** Hears of each job once its line is written. */
  onJobs(jobs: readonly FinishedJob[]): void;
  /** A crash had cut off the last line, which is dropped: one sentence. */
  onTorn?(sentence: string): void;
  onError(error: unknown): void;
}

export async function openResultsLog(options: ResultsLogOptions): Promise<ResultsLog> {
  const path = join(options.outputDir, 'results.jsonl');
  const file: ResultsJsonl = await openResultsJsonl(path, options.columns, {
    answers: answerShape(options.recipe),
  });
  if (file.droppedBytes > 0) {
    options.onTorn?.(
      `The last line of ${path} was cut off (${file.droppedBytes} bytes) and is dropped; every whole line stays.`,
    );
  }
  let waiting: number[] = [];
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    cancelTimer?.();
    cancelTimer = null;
    const jobIds = waiting;
    waiting = [];
    writing = writing.then(() => write(jobIds)).catch(options.onError);
    return writing;
  }

  async function write(jobIds: readonly number[]): Promise<void> {
    for (let from = 0; from < jobIds.length; from += BATCH) {
      const finished = await asTold(options, await options.store.jobsById(jobIds.slice(from, from + BATCH)));
      await file.append(finished);
      options.onJobs(finished);
    }
  }

  return {
    ended(jobId) {
      waiting.push(jobId);
      cancelTimer ??= options.clock.setTimer(INTERVAL_MS, () => void flush());
    },
    flush,
    async close() {
      await flush();
      await file.close();
    },
  };
}

/** Of a text run answers are read, too. */
export type RowSource = Pick<Store, 'rowsAt' | 'answersOf' | 'usagesOf'>;

/** Joins jobs of a run with all that its tables tell of them. */
export async function asTold(
  source: {
    readonly store: RowSource;
    readonly datasetId: number;
    readonly recipe: Pick<Recipe, 'text'>;
  },
  jobs: readonly StoredJob[],
): Promise<readonly FinishedJob[]> {
  const finished = await withRows(source, jobs);
  if (source.recipe.text === undefined) {
    return finished;
  }
  const ids = jobs.map(({ id }) => id);
  const [answers, usages] = await Promise.all([source.store.answersOf(ids), source.store.usagesOf(ids)]);
  return finished.map((one) => ({
    ...one,
    answer: answers.get(one.job.id) ?? null,
    usage: usages.get(one.job.id) ?? null,
  }));
}

/** Joins jobs with the rows they came from. */
export async function withRows(
  source: { readonly store: Pick<Store, 'rowsAt'>; readonly datasetId: number },
  jobs: readonly StoredJob[],
): Promise<readonly FinishedJob[]> {
  const wanted = [...new Set(jobs.map((job) => job.row))];
  const rows = new Map(
    (await source.store.rowsAt(source.datasetId, wanted)).map((row) => [row.row, row] as const),
  );
  return jobs.map((job) => ({
    job,
    row: rows.get(job.row) ?? { row: job.row, index: job.index, fields: {} },
  }));
}
