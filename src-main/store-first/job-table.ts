/** Jobs as screens and exports read them, and their way back to pending. */
import type { Attempt, JobTile, Result } from '@shared/model/run';
import type { FailureKind } from '@shared/model/failure';
import { failureKindSchema } from '@shared/model/failure';
import { join } from 'node:path';
import type { PendingJob } from '../engine/ports';
import type { Database, SqlValue } from './driver';
import { attemptOf, JOB_SELECT, jobOf, number, resultOf, text } from './records';
import type { GalleryPage, JobQuery, Store, StoredJob } from '../store/store';

export type Requeued = Parameters<Store['requeue']>[1];

export function createJobTable(database: Database) {
  function jobs(query: JobQuery): { total: number; jobs: StoredJob[] } {
    const { where, values } = filterOf(query);
    const total = number(
      database.prepare(`SELECT count(*) AS n FROM jobs WHERE ${where}`).get(...values)?.['n'],
    );
    const page = database
      .prepare(`${JOB_SELECT} WHERE ${where} ORDER BY jobs.position LIMIT ? OFFSET ?`)
      .all(...values, query.limit, query.offset);
    return { total, jobs: page.map(jobOf) };
  }

  function job(jobId: number): StoredJob | null {
    const row = database.prepare(`${JOB_SELECT} WHERE jobs.id = ?`).get(jobId);
    return row === undefined ? null : jobOf(row);
  }

  return {
    jobs,
    job,
    jobsById: (jobIds: readonly number[]): StoredJob[] => jobIds.map(job).filter((found) => found !== null),
    pending(runId: number, afterId: number, limit: number): PendingJob[] {
      return database
        .prepare(
          "SELECT id, provider, model, retries_used FROM jobs WHERE run_id = ? AND state = 'pending' AND id > ? ORDER BY id LIMIT ?",
        )
        .all(runId, afterId, limit)
        .map((row) => ({
          id: number(row['id']),
          runId,
          model: {
            provider: row['provider'] === 'openai' ? 'openai' : 'google_genai',
            model: text(row['model']),
          },
          retriesUsed: number(row['retries_used']),
        }));
    },
    attempts(jobId: number): Attempt[] {
      return database
        .prepare('SELECT * FROM attempts WHERE job_id = ? ORDER BY id')
        .all(jobId)
        .map(attemptOf);
    },
    requeue(runId: number, which: Requeued): number {
      const again = "UPDATE jobs SET state = 'pending', retries_used = 0 WHERE run_id = ?";
      switch (which.kind) {
        case 'all':
          return database.prepare(`${again} AND state NOT IN ('pending', 'sent')`).run(runId).changes;
        case 'unknown':
          return database.prepare(`${again} AND state = 'unknown'`).run(runId).changes;
        case 'failed':
          return which.failureKind === undefined
            ? database.prepare(`${again} AND state = 'failed'`).run(runId).changes
            : database
                .prepare(`${again} AND state = 'failed' AND failure_kind = ?`)
                .run(runId, which.failureKind).changes;
        case 'jobs': {
          const one = database.prepare(`${again} AND id = ? AND state NOT IN ('pending', 'sent')`);
          return database.transaction(() =>
            which.jobIds.reduce((sum, jobId) => sum + one.run(runId, jobId).changes, 0),
          );
        }
      }
    },
    failureGroups(
      runId: number,
    ): { kind: FailureKind; message: string; count: number; exampleJobId: number }[] {
      return database
        .prepare(
          `SELECT failure_kind, json_extract(failure, '$.message') AS message, count(*) AS n, min(id) AS example
           FROM jobs WHERE run_id = ? AND state = 'failed' GROUP BY 1, 2 ORDER BY n DESC LIMIT 200`,
        )
        .all(runId)
        .map((row) => ({
          kind: failureKindSchema.parse(row['failure_kind']),
          message: text(row['message']),
          count: number(row['n']),
          exampleJobId: number(row['example']),
        }));
    },
    gallery(offset: number, limit: number): GalleryPage {
      const total = database.prepare('SELECT count(*) AS n FROM jobs WHERE result_id IS NOT NULL').get();
      const page = database
        .prepare(
          `${JOB_SELECT} WHERE jobs.result_id IS NOT NULL ORDER BY jobs.result_id DESC LIMIT ? OFFSET ?`,
        )
        .all(limit, offset);
      return { total: number(total?.['n']), jobs: page.map((row) => tile(jobOf(row))) };
    },
    result(resultId: number): { result: Result; path: string; jobId: number } | null {
      const row = database
        .prepare(
          'SELECT results.*, runs.output_dir FROM results JOIN runs ON runs.id = results.run_id WHERE results.id = ?',
        )
        .get(resultId);
      if (row === undefined) {
        return null;
      }
      const result = resultOf(row);
      return { result, path: join(text(row['output_dir']), result.fileName), jobId: number(row['job_id']) };
    },
  };
}

function filterOf(query: JobQuery): { where: string; values: SqlValue[] } {
  const parts = ['jobs.run_id = ?'];
  const values: SqlValue[] = [query.runId];
  if (query.state !== undefined) {
    parts.push('jobs.state = ?');
    values.push(query.state);
  }
  if (query.failureKind !== undefined) {
    parts.push("jobs.failure_kind = ? AND jobs.state = 'failed'");
    values.push(query.failureKind);
  }
  return { where: parts.join(' AND '), values };
}

function tile({
  stem,
  provider,
  retriesUsed,
  failure,
  result,
  attempts,
  endpointName,
  seconds,
  costUsd,
  ...rest
}: StoredJob): JobTile {
  return rest;
}
