/** What the gallery searches in, where a run's file is read again: a cell that nothing reads is searched all the same. */
import { ROWS_PER_DATASET } from '../dataset-table';
import type { Db } from '../database/driver';

/** Of a run that moves to another reading of its rows: the words of those that say something else are taken in again. */
export function createNewCells(db: Db) {
  const note = db.prepare(
    `INSERT OR IGNORE INTO gallery_stale (job_id) SELECT j.id FROM jobs j
     CROSS JOIN dataset_rows now ON now.row_key = ?1 * ${ROWS_PER_DATASET} + j.row
     LEFT JOIN dataset_rows before ON before.row_key = ?2 * ${ROWS_PER_DATASET} + j.row
     WHERE j.run_id = ?3 AND now.fields IS NOT before.fields`,
  );
  return (runId: number, moved: { readonly before: number; readonly after: number }): void => {
    if (moved.before !== moved.after) {
      note.run(moved.after, moved.before, runId);
    }
  };
}
