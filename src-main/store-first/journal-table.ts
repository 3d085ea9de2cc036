/** Attempts: written before they are sent, when their file is whole, and when their outcome is known. */
import type { AttemptEnd, AttemptStart, ReceivedFile } from '../engine/ports';
import type { Database } from './driver';
import { fileOf, number, text, toMicro } from './records';

/** A file that is whole but whose rename nobody saw. */
export interface OpenReceipt {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  readonly outputDir: string;
  readonly stem: string;
  readonly file: ReceivedFile;
}

export function createJournalTable(database: Database, wallNow: () => number) {
  function sent(
    attempts: readonly (AttemptStart & { readonly endpointName?: string; readonly keyTail?: string })[],
  ): void {
    const add = database.prepare(
      `INSERT INTO attempts (id, job_id, run_id, number, endpoint_id, endpoint_name, key_id, key_tail, sent_at, outcome)
       VALUES (?, ?, ?, (SELECT attempts + 1 FROM jobs WHERE id = ?), ?, ?, ?, ?, ?, 'sent')`,
    );
    const mark = database.prepare(
      "UPDATE jobs SET state = 'sent', attempts = attempts + 1, endpoint_name = ? WHERE id = ?",
    );
    for (const one of attempts) {
      const name = one.endpointName ?? one.endpointId;
      add.run(
        one.attemptId,
        one.jobId,
        one.runId,
        one.jobId,
        one.endpointId,
        name,
        one.keyId,
        one.keyTail ?? '',
        one.sentAt,
      );
      mark.run(name, one.jobId);
    }
  }

  function received(attemptId: number, file: ReceivedFile): void {
    database
      .prepare("UPDATE attempts SET outcome = 'received', file = ? WHERE id = ?")
      .run(JSON.stringify(file), attemptId);
  }

  function ended(end: AttemptEnd): void {
    const { outcome } = end;
    const failure = outcome.kind === 'failed' ? JSON.stringify(outcome.failure) : null;
    const cost = outcome.kind === 'done' ? toMicro(outcome.costUsd) : null;
    database
      .prepare('UPDATE attempts SET ended_at = ?, outcome = ?, failure = ?, cost_micro = ? WHERE id = ?')
      .run(end.endedAt, outcome.kind, failure, cost, end.attemptId);
    if (cost !== null) {
      database.prepare('UPDATE runs SET cost_micro = cost_micro + ? WHERE id = ?').run(cost, end.runId);
    }
    if (outcome.kind === 'done') {
      done(end, outcome.file, cost);
      return;
    }
    const kind = outcome.kind === 'failed' ? outcome.failure.kind : null;
    const counted = end.next.kind === 'again' && end.next.counted ? 1 : 0;
    // The failure is set before the state: the counters read it when the state changes.
    database
      .prepare(
        'UPDATE jobs SET failure_kind = ?, failure = ?, retries_used = retries_used + ?, took_ms = ? WHERE id = ?',
      )
      .run(kind, failure, counted, Math.round(end.tookMs), end.jobId);
    const states = { again: 'pending', failed: 'failed', unknown: 'unknown', done: 'done' } as const;
    database.prepare('UPDATE jobs SET state = ? WHERE id = ?').run(states[end.next.kind], end.jobId);
  }

  function done(
    end: Pick<AttemptEnd, 'jobId' | 'runId' | 'tookMs'>,
    file: ReceivedFile,
    cost: number | null,
  ): void {
    const { lastId } = database
      .prepare(
        `INSERT INTO results (job_id, run_id, file_name, mime_type, width, height, size_bytes, sha256, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        end.jobId,
        end.runId,
        file.fileName,
        file.mimeType,
        file.width,
        file.height,
        file.sizeBytes,
        file.sha256,
        wallNow(),
      );
    database
      .prepare(
        `UPDATE jobs SET state = 'done', failure = NULL, result_id = ?, took_ms = ?,
         cost_micro = CASE WHEN ? IS NULL THEN cost_micro ELSE coalesce(cost_micro, 0) + ? END WHERE id = ?`,
      )
      .run(lastId, Math.round(end.tookMs), cost, cost, end.jobId);
  }

  return {
    sent,
    received,
    ended,
    lastAttemptId: (): number => number(database.prepare('SELECT max(id) AS n FROM attempts').get()?.['n']),
    openReceipts(): OpenReceipt[] {
      return database
        .prepare(
          `SELECT attempts.id, attempts.job_id, attempts.run_id, attempts.file, runs.output_dir, jobs.stem FROM attempts
           JOIN runs ON runs.id = attempts.run_id JOIN jobs ON jobs.id = attempts.job_id
           WHERE attempts.outcome = 'received'`,
        )
        .all()
        .map((row) => ({
          attemptId: number(row['id']),
          jobId: number(row['job_id']),
          runId: number(row['run_id']),
          outputDir: text(row['output_dir']),
          stem: text(row['stem']),
          file: fileOf(row['file']),
        }));
    },
    /** The file of a receipt has its final name: the job is done after all. */
    adopt(receipt: OpenReceipt): void {
      database.transaction(() => {
        database
          .prepare("UPDATE attempts SET outcome = 'done', ended_at = ? WHERE id = ?")
          .run(wallNow(), receipt.attemptId);
        done({ jobId: receipt.jobId, runId: receipt.runId, tookMs: 0 }, receipt.file, null);
      });
    },
    /** What was sent and never heard of again may have been paid for. */
    markUnknown(): number {
      return database.transaction(() => {
        database
          .prepare("UPDATE attempts SET outcome = 'lost', ended_at = ? WHERE outcome IN ('sent', 'received')")
          .run(wallNow());
        return database.prepare("UPDATE jobs SET state = 'unknown' WHERE state = 'sent'").run().changes;
      });
    },
    releaseLeased: (): number =>
      database.prepare("UPDATE jobs SET state = 'pending' WHERE state = 'leased'").run().changes,
  };
}
