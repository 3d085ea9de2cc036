/** Jobs, attempts and results as screens and exports read them: pages whose cost does not grow with the run. */
import { join } from 'node:path';
import { type FailureKind, failureKindSchema } from '@shared/model/failure';
import type { Attempt, Counts, JobState, JobTile, Result } from '@shared/model/run';
import type { Db, SqlValue, Statement } from '../database/driver';
import {
  failureOf,
  JOB_COLUMNS,
  JOB_JOINS,
  type JobRecord,
  type ResultRecord,
  toResult,
  toStoredJob,
} from './job-record';
import { fromMicroUsd } from '../money';
import type { StoredJob } from '../store';

export interface JobQuery {
  readonly runId: number;
  readonly offset: number;
  readonly limit: number;
  readonly state?: JobState;
  readonly failureKind?: FailureKind;
}

/** A walk in the order of the run, page after page, that tells no job twice and passes over none, whatever changes meanwhile. */
export interface JobWalk extends Pick<JobQuery, 'runId' | 'limit' | 'state'> {
  /** Of the last job it told; -1: from the first. */
  readonly afterPosition: number;
}

/** More groups than this are no help in triage. */
const MOST_GROUPS = 500;

interface AttemptRecord {
  readonly id: number;
  readonly number: number;
  readonly endpoint_id: string;
  readonly endpoint_name: string;
  readonly key_tail: string;
  /** Null: as the job names it. */
  readonly other_model: string | null;
  readonly sent_at: number;
  readonly ended_at: number | null;
  readonly failure: string | null;
  readonly cost_micro_usd: number | null;
}

/** A job that shows what its failure is about. */
export type FailureExample = Pick<JobTile, 'id' | 'position' | 'row' | 'index'>;

interface FailureGroup {
  readonly kind: FailureKind;
  readonly message: string;
  readonly count: number;
  readonly examples: FailureExample[];
}

type Totals = Pick<{ counts(runId: number): Counts }, 'counts'>;

export function createJobPages(db: Db, runs: Totals) {
  const turnOf = db.prepare<{ turn: string | null }>('SELECT turn FROM results WHERE id = ?');
  const slice = db.prepare<JobRecord>(
    `SELECT ${JOB_COLUMNS} FROM jobs j ${JOB_JOINS}
     WHERE j.run_id = ? AND j.position >= ? AND j.position < ? ORDER BY j.position`,
  );
  const inStateAfter = db.prepare<JobRecord>(
    `SELECT ${JOB_COLUMNS} FROM jobs j ${JOB_JOINS}
     WHERE j.run_id = ? AND j.state = ? AND j.position > ? ORDER BY j.position LIMIT ?`,
  );
  const byState = pageOf(db, 'run_id = ? AND state = ? AND position >= 0');
  const byFailure = pageOf(db, `run_id = ? AND failure_kind = ? AND state = 'failed'`);
  const byBoth = pageOf(db, 'run_id = ? AND state = ? AND failure_kind = ?');
  const countFailure = db.prepare<{ count: number }>(
    'SELECT count FROM run_failures WHERE run_id = ? AND kind = ?',
  );
  const countBoth = db.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM jobs WHERE run_id = ? AND state = ? AND failure_kind = ?',
  );
  const one = db.prepare<JobRecord>(`SELECT ${JOB_COLUMNS} FROM jobs j ${JOB_JOINS} WHERE j.id = ?`);
  const attemptsOf = db.prepare<AttemptRecord>(
    `SELECT a.*, nullif(a.model, m.model) AS other_model FROM attempts a
     JOIN jobs j ON j.id = a.job_id JOIN models m ON m.id = j.model_id
     WHERE a.job_id = ? ORDER BY a.number, a.id`,
  );
  const groups = db.prepare<{ kind: string; message: string; count: number }>(
    `SELECT failure_kind AS kind, failure_text AS message, count(*) AS count FROM jobs
     WHERE run_id = ? AND state = 'failed' GROUP BY failure_kind, failure_text ORDER BY count DESC, kind, message
     LIMIT ${MOST_GROUPS}`,
  );
  // Of a row's jobs SQLite names the one whose position is the least.
  const examplesOf = db.prepare<FailureExample>(
    `SELECT id, min(position) AS position, row, idx AS "index" FROM jobs
     WHERE run_id = ? AND state = 'failed' AND failure_kind = ? AND failure_text = ?
     GROUP BY row ORDER BY row LIMIT 5`,
  );
  const resultById = db.prepare<ResultRecord & { job_id: number; output_dir: string }>(
    `SELECT r.id AS result_id, r.file_name, r.mime_type, r.width, r.height, r.size_bytes, r.sha256, r.job_id, runs.output_dir
     FROM results r JOIN jobs j ON j.id = r.job_id JOIN runs ON runs.id = j.run_id WHERE r.id = ?`,
  );

  function jobs(query: JobQuery): { total: number; jobs: readonly StoredJob[] } {
    const { runId, offset, limit, state, failureKind } = query;
    if (state === undefined && failureKind === undefined) {
      const total = Object.values(runs.counts(runId)).reduce((sum, count) => sum + count, 0);
      return { total, jobs: slice.all(runId, offset, offset + limit).map(toStoredJob) };
    }
    const { total, find, values } = filter(runId, state, failureKind);
    return { total, jobs: find({ offset, limit, total }, ...values).map(toStoredJob) };
  }

  function jobsAfter({ runId, state, afterPosition, limit }: JobWalk): readonly StoredJob[] {
    const from = afterPosition + 1;
    const records =
      state === undefined
        ? slice.all(runId, from, from + limit)
        : inStateAfter.all(runId, state, afterPosition, limit);
    return records.map(toStoredJob);
  }

  function filter(runId: number, state: JobQuery['state'], failureKind: FailureKind | undefined) {
    if (failureKind === undefined) {
      const wanted = state ?? 'failed';
      return { total: runs.counts(runId)[wanted], find: byState, values: [runId, wanted] };
    }
    if (state === undefined || state === 'failed') {
      const total = countFailure.get(runId, failureKind)?.count ?? 0;
      return { total, find: byFailure, values: [runId, failureKind] };
    }
    const total = countBoth.get(runId, state, failureKind)?.count ?? 0;
    return { total, find: byBoth, values: [runId, state, failureKind] };
  }

  function job(jobId: number): StoredJob | null {
    const record = one.get(jobId);
    return record === undefined ? null : toStoredJob(record);
  }

  return {
    jobs,
    jobsAfter,
    job,
    /** In the order asked for; ids without a job are left out. */
    jobsById: (jobIds: readonly number[]): readonly StoredJob[] => jobIds.flatMap((id) => job(id) ?? []),
    attempts: (jobId: number): readonly Attempt[] => attemptsOf.all(jobId).map(toAttempt),
    failureGroups: (runId: number): readonly FailureGroup[] =>
      groups.all(runId).map(({ kind, message, count }) => ({
        kind: failureKindSchema.parse(kind),
        message,
        count,
        examples: [...examplesOf.all(runId, kind, message)],
      })),
    resultTurn: (resultId: number): string | null => turnOf.get(resultId)?.turn ?? null,
    /** Null of a text job's result, too: it has no file. */
    result(resultId: number): { result: Result; path: string; jobId: number } | null {
      const record = resultById.get(resultId);
      return record === undefined || record.file_name === ''
        ? null
        : {
            result: toResult(record),
            path: join(record.output_dir, record.file_name),
            jobId: record.job_id,
          };
    },
  };
}

interface PageRequest {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

type FindPage = (page: PageRequest, ...values: readonly SqlValue[]) => readonly JobRecord[];

/**
 * Ids are skipped in an index that holds nothing else, and from the nearer end, so that the last page of many is as quick
 * as the first; only the page's own rows are fetched.
 */
function pageOf(db: Db, where: string): FindPage {
  const inDirection = (direction: 'ASC' | 'DESC'): Statement<JobRecord> =>
    db.prepare<JobRecord>(`SELECT ${JOB_COLUMNS} FROM
     (SELECT id FROM jobs WHERE ${where} ORDER BY position ${direction} LIMIT ? OFFSET ?) AS page
     CROSS JOIN jobs j ON j.id = page.id ${JOB_JOINS} ORDER BY j.position`);
  const forward = inDirection('ASC');
  const backward = inDirection('DESC');
  return ({ offset, limit, total }, ...values) => {
    const length = Math.min(limit, total - offset);
    if (length <= 0) {
      return [];
    }
    const after = total - offset - length;
    return offset <= after ? forward.all(...values, length, offset) : backward.all(...values, length, after);
  };
}

function toAttempt(record: AttemptRecord): Attempt {
  const failure = failureOf(record.failure);
  const costUsd = fromMicroUsd(record.cost_micro_usd);
  return {
    id: record.id,
    number: record.number,
    endpointId: record.endpoint_id,
    endpointName: record.endpoint_name,
    keyTail: record.key_tail,
    ...(record.other_model === null ? {} : { model: record.other_model }),
    sentAt: record.sent_at,
    ...(record.ended_at === null ? {} : { endedAt: record.ended_at }),
    ...(failure === null ? {} : { failure }),
    ...(costUsd === null ? {} : { costUsd }),
  };
}
