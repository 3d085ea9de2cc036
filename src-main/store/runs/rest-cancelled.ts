/**
 * Whoever cancels a run cancels all of its rows, also those that no job was made of yet. What its planning adds from then
 * on is cancelled, whatever state the run comes to, until somebody asks for these rows.
 */
import type { Db } from '../database/driver';

export const REST_CANCELLED_SCHEMA = `
-- 1: jobs that planning adds to it are cancelled.
ALTER TABLE runs ADD COLUMN rest_cancelled INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET rest_cancelled = 1
  WHERE CASE WHEN json_valid(state) THEN state ->> 'kind' END = 'finished'
    AND (planned_digest IS NULL OR planned_digest = 'moved')
    AND (cancelled > 0 OR pending + leased + sent + done + failed + unknown = 0);
`;

/** Call inside the tally's transaction. */
export function createRestCancelled(db: Db) {
  const find = db.prepare<{ rest_cancelled: number }>('SELECT rest_cancelled FROM runs WHERE id = ?');
  const set = db.prepare('UPDATE runs SET rest_cancelled = ? WHERE id = ?');
  return {
    set: (runId: number, isCancelled: boolean): void => void set.run(isCancelled ? 1 : 0, runId),
    /** Of a job that comes into the run, or is to ask for something else. */
    stateOfNew: (runId: number): 'pending' | 'cancelled' =>
      find.get(runId)?.rest_cancelled === 1 ? 'cancelled' : 'pending',
  };
}
