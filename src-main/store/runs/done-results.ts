/**
 * The files that done jobs must have, page by page, and since when they are known to be whole. An answer of a text job
 * is whole by being in the library.
 */
import type { Db } from '../database/driver';
import type { DoneResult } from '../store';

interface DoneRecord {
  readonly id: number;
  readonly position: number;
  readonly result_id: number | null;
  readonly file_name: string | null;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly modified_ms: number | null;
}

export function createDoneResults(db: Db) {
  const page = db.prepare<DoneRecord>(
    `SELECT j.id, j.position, r.id AS result_id, r.file_name, r.size_bytes, r.sha256, r.modified_ms
     FROM jobs j LEFT JOIN results r ON r.id = j.result_id
     WHERE j.run_id = ? AND j.state = 'done' AND j.position > ? AND r.answer IS NULL ORDER BY j.position LIMIT ?`,
  );
  const confirm = db.prepare('UPDATE results SET modified_ms = ? WHERE id = ?');
  return {
    doneResults: (runId: number, afterPosition: number, limit: number): readonly DoneResult[] =>
      page.all(runId, afterPosition, limit).map(toDoneResult),
    confirmResults(seen: readonly { readonly resultId: number; readonly wholeAt: number }[]): void {
      for (const { resultId, wholeAt } of seen) {
        confirm.run(Math.round(wholeAt), resultId);
      }
    },
  };
}

function toDoneResult(record: DoneRecord): DoneResult {
  const { id, position, result_id, file_name, size_bytes, sha256, modified_ms } = record;
  const file =
    file_name === null ? null : { fileName: file_name, sizeBytes: size_bytes, sha256, wholeAt: modified_ms };
  return { jobId: id, position, resultId: result_id, file };
}
