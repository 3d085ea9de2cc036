/**
 * Sessions that nobody comes back to. One for which nothing was ever sent is of no worth to anybody and leaves nothing
 * behind; one that sent something stays in the journal, for what it cost.
 */
import type { Access } from '../access';
import { createDatasetTable } from '../dataset-table';
import { createJobPlan } from '../runs/job-plan';
import type { Tables } from '../sqlite-store';

export interface UnsentSessions {
  /** Forgets a session with its run, jobs and rows; answers its folder, null: something of it was sent or waits. */
  forgetUnsent(runId: number): Promise<string | null>;
  /**
   * Sessions whose names begin so, and whose callers went with their process: what waits in them is cancelled, and those
   * for which nothing was ever sent are forgotten. Answers the folders of these.
   */
  endSessions(prefix: string, exceptRunIds: readonly number[]): Promise<readonly string[]>;
}

/** Every method by name, for the store's thread. */
export const UNSENT_METHODS = { forgetUnsent: true, endSessions: true } as const satisfies Record<
  keyof UnsentSessions,
  true
>;

interface SessionRecord {
  readonly id: number;
  readonly dataset_id: number;
  readonly output_dir: string;
  readonly requests: number;
}

export function unsentCalls(
  { db, tally, jobIds, wallNow, note }: Tables,
  { write }: Pick<Access, 'write'>,
): UnsentSessions {
  const { cancelPending } = createJobPlan(db, tally, jobIds);
  const { dropUnused } = createDatasetTable(db, { wallNow, note });
  const columns = 'id, dataset_id, output_dir, requests';
  const one = db.prepare<SessionRecord>(`SELECT ${columns} FROM runs WHERE id = ? AND origin = 'session'`);
  const named = db.prepare<SessionRecord>(
    `SELECT ${columns} FROM runs WHERE origin = 'session' AND substr(name, 1, length(?1)) = ?1
       AND (pending > 0 OR requests = 0) AND id NOT IN (SELECT value FROM json_each(?2))`,
  );
  const isWorthKeeping = db.prepare(
    `SELECT 1 FROM jobs WHERE run_id = ? AND (attempts > 0 OR state NOT IN ('cancelled', 'failed')) LIMIT 1`,
  );
  const dropFailures = db.prepare('DELETE FROM run_failures WHERE run_id = ?');
  const dropJobs = db.prepare('DELETE FROM jobs WHERE run_id = ?');
  const dropRun = db.prepare('DELETE FROM runs WHERE id = ?');
  // The number of a job that is gone may be given again: its words are to be taken in then.
  const lowerCursor = db.prepare(
    'UPDATE gallery_cursor SET job_id = min(job_id, (SELECT coalesce(max(id), 0) FROM jobs))',
  );

  function forget({ id, dataset_id: datasetId, requests }: SessionRecord): boolean {
    if (requests > 0 || isWorthKeeping.get(id) !== undefined) {
      return false;
    }
    dropFailures.run(id);
    dropJobs.run(id);
    dropRun.run(id);
    dropUnused(datasetId);
    lowerCursor.run();
    return true;
  }

  return {
    forgetUnsent: write((runId: number) => {
      const session = one.get(runId);
      return session !== undefined && forget(session) ? session.output_dir : null;
    }),
    endSessions: write((prefix: string, exceptRunIds: readonly number[]) =>
      named.all(prefix, JSON.stringify(exceptRunIds)).flatMap((session) => {
        cancelPending(session.id);
        return forget(session) ? session.output_dir : [];
      }),
    ),
  };
}
