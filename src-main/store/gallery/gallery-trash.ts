/** Emptying the trash: what stands in it, and forgetting what the system's own trash has taken. */
import { join } from 'node:path';
import type { Db } from '../database/driver';
import { EMPTY_JOB, IN_TRASH } from '../runs/emptied';
import { groupOf } from '../runs/job-plan';
import type { RunTally } from '../runs/run-tally';

export interface TrashedFiles {
  readonly jobId: number;
  readonly runId: number;
  readonly outputDir: string;
  /** Of its result and of earlier versions. */
  readonly paths: readonly string[];
}

/**
 * What is under way will have another result. And where another run has taken the folder over, its pictures have these
 * names by now.
 */
const CAN_GO = `j.${IN_TRASH} AND j.state IN ('done', 'failed', 'unknown') AND runs.replaced = 0`;

export function createGalleryTrash(db: Db, tally: RunTally) {
  const trashed = db.prepare<{ id: number; run_id: number; output_dir: string }>(
    `SELECT j.id, j.run_id, runs.output_dir FROM jobs j CROSS JOIN runs ON runs.id = j.run_id
     WHERE ${CAN_GO} AND j.id > ? ORDER BY j.id LIMIT ?`,
  );
  const files = db.prepare<{ file_name: string }>(
    `SELECT file_name FROM results WHERE job_id = ? AND file_name <> ''`,
  );
  const standing = db.prepare<{ run_id: number; state: string; failure_kind: string | null }>(
    `SELECT j.run_id, j.state, j.failure_kind FROM jobs j CROSS JOIN runs ON runs.id = j.run_id
     WHERE j.id = ? AND ${CAN_GO}`,
  );
  const emptyJob = db.prepare(`UPDATE jobs SET ${EMPTY_JOB} WHERE id = ?`);
  const dropResults = db.prepare('DELETE FROM results WHERE job_id = ?');
  const dropTags = db.prepare('DELETE FROM job_tags WHERE job_id = ?');

  return {
    /** After `afterId`, ascending. */
    files: (afterId: number, limit: number): readonly TrashedFiles[] =>
      trashed.all(afterId, limit).map(({ id, run_id, output_dir }) => ({
        jobId: id,
        runId: run_id,
        outputDir: output_dir,
        paths: files.all(id).map(({ file_name }) => join(output_dir, file_name)),
      })),
    /**
     * Their files are gone for good: the jobs are cancelled, since a job that is done without its file would be sent,
     * and paid for, again.
     */
    forget(jobIds: readonly number[]): number {
      let count = 0;
      for (const jobId of jobIds) {
        const job = standing.get(jobId);
        if (job !== undefined) {
          tally.leave(groupOf(job.run_id, job.state, job.failure_kind));
          tally.enter({ runId: job.run_id, state: 'cancelled', failureKind: null });
          emptyJob.run(jobId);
          dropResults.run(jobId);
          dropTags.run(jobId);
          count += 1;
        }
      }
      return count;
    },
  };
}
