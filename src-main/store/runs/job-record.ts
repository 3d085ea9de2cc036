/** A job as its row in the database, and as the rest of the program knows it. */
import { type Failure, failureSchema } from '@shared/model/failure';
import { suspicionsOf } from '@shared/model/measures';
import { type JobState, jobStateSchema, type JobTile, type Result } from '@shared/model/run';
import { type Provider, providerSchema } from '@shared/model/provider';
import { parseJson } from '../database/json-column';
import { fromMicroUsd } from '../money';
import { isInTrash } from './emptied';
import { OWN_OF_ROW } from './own-instruction';
import { reviewOf } from '../review-table';
import type { StoredJob } from '../store';
import { StoreError } from '../store-error';

export interface ResultRecord {
  readonly result_id: number;
  readonly file_name: string;
  readonly mime_type: string;
  readonly width: number;
  readonly height: number;
  readonly size_bytes: number;
  readonly sha256: string;
}

/** Null: not measured yet. */
interface SuspicionRecord {
  readonly suspicion: number | null;
  readonly suspicion_bits: number | null;
}

/** Of a job without a result all columns of the result are null. */
export type JobRecord = {
  readonly id: number;
  readonly run_id: number;
  readonly position: number;
  readonly row: number;
  readonly idx: number;
  readonly variant: number;
  readonly provider: string;
  readonly model: string;
  readonly stem: string;
  readonly state: string;
  readonly retries_used: number;
  readonly attempts: number;
  readonly endpoint_name: string | null;
  readonly took_ms: number | null;
  readonly cost_micro_usd: number | null;
  readonly failure: string | null;
  readonly review: string | null;
  readonly trashed_at: number | null;
  readonly instruction: string | null;
} & ((ResultRecord & SuspicionRecord) | { readonly result_id: null });

/** Follows `FROM jobs j`. CROSS JOIN: SQLite keeps this order and looks the others up by their key. */
export const JOB_JOINS = 'CROSS JOIN models m ON m.id = j.model_id LEFT JOIN results r ON r.id = j.result_id';

export const JOB_COLUMNS = `j.id, j.run_id, j.position, j.row, j.idx, j.variant, m.provider, m.model, j.stem, j.state,
  j.retries_used, j.attempts, j.endpoint_name, j.took_ms, j.cost_micro_usd, j.failure, j.review, j.trashed_at, ${OWN_OF_ROW},
  r.id AS result_id, r.file_name, r.mime_type, r.width, r.height, r.size_bytes, r.sha256, r.suspicion, r.suspicion_bits`;

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(providerSchema.options.map((name) => [name, name]));
const STATES: ReadonlyMap<string, JobState> = new Map(jobStateSchema.options.map((name) => [name, name]));

/** A look-up where a schema would do: tables are made of millions of these. */
function known<T>(values: ReadonlyMap<string, T>, text: string): T {
  const value = values.get(text);
  if (value === undefined) {
    throw new StoreError(
      'UNEXPECTED_STATE',
      `A job in the library is "${text}", which this version does not know.`,
    );
  }
  return value;
}

export function toStoredJob(record: JobRecord): StoredJob {
  return {
    ...toTile(record),
    stem: record.stem,
    provider: known(PROVIDERS, record.provider),
    retriesUsed: record.retries_used,
    failure: failureOf(record.failure),
    result: record.result_id === null ? null : toResult(record),
    attempts: record.attempts,
    endpointName: record.endpoint_name,
    seconds: record.took_ms === null ? null : record.took_ms / 1000,
    costUsd: fromMicroUsd(record.cost_micro_usd),
    review: reviewOf(record.review),
    ...(isInTrash(record.trashed_at) ? { isTrashed: true } : {}),
    instruction: record.instruction,
  };
}

export function toTile(record: JobRecord): JobTile {
  const failure = failureOf(record.failure);
  const review = reviewOf(record.review);
  return {
    id: record.id,
    runId: record.run_id,
    position: record.position,
    row: record.row,
    index: record.idx,
    variant: record.variant,
    model: record.model,
    state: known(STATES, record.state),
    ...(failure === null ? {} : { failureKind: failure.kind }),
    ...(review?.verdict === undefined ? {} : { verdict: review.verdict }),
    ...(review?.rating === undefined ? {} : { rating: review.rating }),
    ...(record.result_id === null
      ? {}
      : { resultId: record.result_id, width: record.width, height: record.height, ...suspicionIn(record) }),
  };
}

function suspicionIn({ suspicion, suspicion_bits: bits }: SuspicionRecord) {
  return {
    ...(suspicion === null ? {} : { suspicion }),
    ...(bits === null || bits === 0 ? {} : { suspicions: suspicionsOf(bits) }),
  };
}

export function toResult(record: ResultRecord): Result {
  return {
    id: record.result_id,
    fileName: record.file_name,
    mimeType: record.mime_type,
    width: record.width,
    height: record.height,
    sizeBytes: record.size_bytes,
    sha256: record.sha256,
  };
}

/** A failure of a kind this version does not know is still a failure: it is shown as what it most resembles. */
export function failureOf(text: string | null): Failure | null {
  if (text === null) {
    return null;
  }
  const parsed = parseJson(text, failureSchema);
  return parsed.kind === 'ok'
    ? parsed.value
    : {
        kind: 'malformed',
        message: 'The record of this failure was written by another version of Brushfleet.',
      };
}
