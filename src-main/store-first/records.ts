/** Database rows as the program's own records. */
import {
  datasetFormatSchema,
  jobStateSchema,
  recipeSchema,
  runOptionsSchema,
  runStateSchema,
} from '@shared/model/run';
import { failureKindSchema, failureSchema, type Failure } from '@shared/model/failure';
import { providerSchema } from '@shared/model/provider';
import type { Attempt, Counts, Result, RowProblem } from '@shared/model/run';
import type { ReceivedFile } from '../engine/ports';
import type { SqlRow, SqlValue } from './driver';
import type { StoredDataset, StoredJob, StoredRow, StoredRun } from '../store/store';

const MICRO = 1_000_000;

export const toMicro = (usd: number | null): number | null => (usd === null ? null : Math.round(usd * MICRO));
export const fromMicro = (micro: SqlValue): number | null => (micro === null ? null : Number(micro) / MICRO);

export const text = (value: SqlValue | undefined): string => String(value ?? '');
export const number = (value: SqlValue | undefined): number => Number(value ?? 0);
const optionalText = (value: SqlValue | undefined): string | null => (value == null ? null : String(value));
const json = (value: SqlValue | undefined): unknown => JSON.parse(text(value) || 'null');

export function datasetOf(row: SqlRow): StoredDataset {
  return {
    id: number(row['id']),
    name: text(row['name']),
    format: datasetFormatSchema.parse(row['format']),
    columns: json(row['columns']) as string[],
    problems: json(row['problems']) as RowProblem[],
    rows: number(row['rows']),
    importing: row['importing'] === 1,
    sourcePath: optionalText(row['source_path']),
    baseDir: optionalText(row['base_dir']),
    createdAt: number(row['created_at']),
  };
}

export function rowOf(row: SqlRow): StoredRow {
  return {
    row: number(row['row']),
    index: number(row['idx']),
    fields: json(row['fields']) as Record<string, string>,
  };
}

/** `counted` are the run's rows of run_counts. */
export function runOf(row: SqlRow, counted: readonly SqlRow[]): StoredRun {
  const { counts, failures } = countsOf(counted);
  return {
    id: number(row['id']),
    name: text(row['name']),
    datasetId: number(row['dataset_id']),
    recipe: recipeSchema.parse(json(row['recipe'])),
    options: runOptionsSchema.parse(json(row['options'])),
    outputDir: text(row['output_dir']),
    createdAt: number(row['created_at']),
    state: runStateSchema.parse(json(row['state'])),
    counts,
    failures,
    costUsd: fromMicro(row['cost_micro'] ?? 0) ?? 0,
  };
}

export function countsOf(counted: readonly SqlRow[]): Pick<StoredRun, 'counts' | 'failures'> {
  const counts: { -readonly [K in keyof Counts]: number } = {
    pending: 0,
    leased: 0,
    sent: 0,
    done: 0,
    failed: 0,
    unknown: 0,
    cancelled: 0,
  };
  const failures: { -readonly [K in keyof StoredRun['failures']]: number } = {};
  for (const row of counted) {
    const what = text(row['what']);
    const n = number(row['n']);
    if (what.startsWith('failure:')) {
      if (n > 0) {
        failures[failureKindSchema.parse(what.slice('failure:'.length))] = n;
      }
    } else {
      counts[jobStateSchema.parse(what)] = n;
    }
  }
  return { counts, failures };
}

/** Columns of a job with its result, for every query that answers jobs. */
export const JOB_SELECT = `SELECT jobs.*, results.file_name, results.mime_type, results.width, results.height,
  results.size_bytes, results.sha256 FROM jobs LEFT JOIN results ON results.id = jobs.result_id`;

export function jobOf(row: SqlRow): StoredJob {
  const state = jobStateSchema.parse(row['state']);
  const result = row['result_id'] === null ? null : resultOf(row, number(row['result_id']));
  const failure = row['failure'] === null ? null : failureOf(row['failure']);
  return {
    id: number(row['id']),
    runId: number(row['run_id']),
    position: number(row['position']),
    row: number(row['row']),
    index: number(row['idx']),
    variant: number(row['variant']),
    provider: providerSchema.parse(row['provider']),
    model: text(row['model']),
    state,
    stem: text(row['stem']),
    retriesUsed: number(row['retries_used']),
    failure,
    ...(failure === null || state === 'done' ? {} : { failureKind: failure.kind }),
    result,
    ...(result === null ? {} : { resultId: result.id, width: result.width, height: result.height }),
    attempts: number(row['attempts']),
    endpointName: optionalText(row['endpoint_name']),
    seconds: row['took_ms'] === null ? null : number(row['took_ms']) / 1000,
    costUsd: fromMicro(row['cost_micro'] ?? null),
  };
}

export function resultOf(row: SqlRow, id = number(row['id'])): Result {
  return {
    id,
    fileName: text(row['file_name']),
    mimeType: text(row['mime_type']),
    width: number(row['width']),
    height: number(row['height']),
    sizeBytes: number(row['size_bytes']),
    sha256: text(row['sha256']),
  };
}

export function attemptOf(row: SqlRow): Attempt {
  const cost = fromMicro(row['cost_micro'] ?? null);
  return {
    id: number(row['id']),
    number: number(row['number']),
    endpointId: text(row['endpoint_id']),
    endpointName: text(row['endpoint_name']),
    keyTail: text(row['key_tail']),
    sentAt: number(row['sent_at']),
    ...(row['ended_at'] === null ? {} : { endedAt: number(row['ended_at']) }),
    ...(row['failure'] === null ? {} : { failure: failureOf(row['failure']) }),
    ...(cost === null ? {} : { costUsd: cost }),
  };
}

export function fileOf(value: SqlValue | undefined): ReceivedFile {
  return json(value) as ReceivedFile;
}

function failureOf(value: SqlValue | undefined): Failure {
  return failureSchema.parse(json(value));
}
