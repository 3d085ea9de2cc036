/** What the gallery searches in, where a run's file is read again: a cell that nothing reads is searched all the same. */
import { ROWS_PER_DATASET } from '../dataset-table';
import type { Db } from '../database/driver';

/**
 * Of a run that has moved to another reading of its rows: the words of those that say something else are taken in again. Of
 * so many jobs behind a row; answers the last row, null: there are no more.
 */
export function createNewCells(db: Db) {
  const lastOf = db.prepare<{ row: number | null }>(
    `SELECT max(row) AS row FROM (SELECT row FROM jobs WHERE run_id = ? AND row > ? ORDER BY row LIMIT ?)`,
  );
  const note = db.prepare(
    `INSERT OR IGNORE INTO gallery_stale (job_id) SELECT j.id FROM jobs j INDEXED BY jobs_by_ask
     CROSS JOIN dataset_rows now ON now.row_key = ?1 * ${ROWS_PER_DATASET} + j.row
     LEFT JOIN dataset_rows before ON before.row_key = ?2 * ${ROWS_PER_DATASET} + j.row
     WHERE j.run_id = ?3 AND j.row > ?4 AND j.row <= ?5 AND now.fields IS NOT before.fields`,
  );
  return (
    runId: number,
    moved: { readonly before: number; readonly after: number },
    page: { readonly after: number; readonly jobs: number },
  ): number | null => {
    const last = lastOf.get(runId, page.after, page.jobs)?.row ?? null;
    if (last !== null) {
      note.run(moved.after, moved.before, runId, page.after, last);
    }
    return last;
  };
}
