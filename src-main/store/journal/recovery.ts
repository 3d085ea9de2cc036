/** What the last process left under way: what was sent may have been paid for, what was only leased never left. */
import type { AttemptEnd } from '../../engine/ports';
import { stemOfResult } from '../../temporary-name';
import { adoptFile, type Receipt } from './adopt-file';
import type { Db } from '../database/driver';
import type { Note } from '../database/json-column';
import type { RunTally } from '../runs/run-tally';
import { createRemember, receiptOf } from './unfinished-files';

interface ReceiptRecord {
  readonly attempt_id: number;
  readonly job_id: number;
  readonly run_id: number;
  readonly output_dir: string;
  readonly is_asked: number;
  /** Null: nobody gave it up before. */
  readonly job_stem: string | null;
  readonly file: string;
}

export interface RecoveryOptions {
  readonly db: Db;
  readonly tally: RunTally;
  readonly wallNow: () => number;
  readonly note: Note;
  /** The journal's. */
  ended(end: AttemptEnd): void;
}

/** Call inside the tally's transaction. */
export function createRecovery({ db, tally, wallNow, note, ended }: RecoveryOptions) {
  const openRuns = db.prepare<{ id: number }>('SELECT id FROM runs WHERE sent > 0 OR leased > 0');
  const loseAttempts = db.prepare(
    `UPDATE attempts SET state = 'lost'
     WHERE state = 'sent' AND job_id IN (SELECT id FROM jobs WHERE run_id = ? AND state = 'sent')`,
  );
  const moveJobs = db.prepare('UPDATE jobs SET state = ?, failure = NULL WHERE run_id = ? AND state = ?');
  const received = db.prepare<ReceiptRecord>(
    // One that nobody carried before knows what it asked for.
    `SELECT a.id AS attempt_id, a.job_id, j.run_id, runs.output_dir, a.file,
       runs.replaced = 0 AND (u.attempt_id IS NULL OR coalesce(u.digest = j.digest, 0)) AS is_asked,
       CASE WHEN u.attempt_id IS NOT NULL THEN j.stem END AS job_stem
     FROM attempts a JOIN jobs j ON j.id = a.job_id JOIN runs ON runs.id = j.run_id
     LEFT JOIN unfinished_files u ON u.attempt_id = a.id
     WHERE a.state = 'received' AND j.state = 'unknown'`,
  );
  const loseAttempt = db.prepare(`UPDATE attempts SET state = 'lost' WHERE id = ?`);
  const remember = createRemember(db);

  function move(runId: number, from: 'sent' | 'leased', to: 'unknown' | 'pending'): number {
    const { changes } = moveJobs.run(to, runId, from);
    tally.leave({ runId, state: from, failureKind: null }, changes);
    tally.enter({ runId, state: to, failureKind: null }, changes);
    return changes;
  }

  /**
   * Those whose job asks for something else by now are lost, and those whose run another has replaced in its folder: under
   * that name lies that one's result; those whose row has moved are looked for (found-whole.ts). */
  function receivedButNotEnded(mark: string): readonly Receipt[] {
    return received.all().flatMap((record) => {
      const file = receiptOf(record.file);
      if (record.is_asked === 0) {
        loseAttempt.run(record.attempt_id);
      }
      const stem = file === null ? '' : stemOfResult(file.fileName);
      const isElsewhere = record.job_stem !== null && record.job_stem !== stem;
      return file === null || record.is_asked === 0 || isElsewhere
        ? []
        : {
            attemptId: record.attempt_id,
            jobId: record.job_id,
            runId: record.run_id,
            dir: record.output_dir,
            // Its job may have been given another name since.
            stem,
            mark,
            file,
          };
    });
  }

  function tellKept({ dir }: Receipt, fileName: string): void {
    note(`A file that lay in ${dir} where a result was to be is kept, as ${fileName}.`);
  }

  function adopt(receipt: Receipt): void {
    ended({
      attemptId: receipt.attemptId,
      jobId: receipt.jobId,
      runId: receipt.runId,
      endedAt: wallNow(),
      bodySentAt: null,
      tookMs: 0,
      // What it cost went with the process that knew it.
      outcome: { kind: 'done', file: receipt.file, usage: {}, costUsd: null },
      next: { kind: 'done' },
    });
  }

  return {
    /** `mark`: of the library, in the names of its temporary files. */
    recover(mark: string): { unknown: number; released: number } {
      let unknown = 0;
      let released = 0;
      for (const { id } of openRuns.all()) {
        loseAttempts.run(id);
        released += move(id, 'leased', 'pending');
        unknown += move(id, 'sent', 'unknown');
      }
      for (const receipt of receivedButNotEnded(mark)) {
        switch (adoptFile(receipt, (fileName) => tellKept(receipt, fileName))) {
          case 'adopted':
            adopt(receipt);
            unknown -= 1;
            break;
          case 'lost':
            loseAttempt.run(receipt.attemptId);
            break;
          case 'later':
            // It is looked for again before its run goes on, and when the library is opened the next time.
            remember(receipt.attemptId);
        }
      }
      return { unknown: Math.max(0, unknown), released };
    },
  };
}
