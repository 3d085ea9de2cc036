/** Readings of files that were stopped: their rows go, some at a time, for all at once would hold up every other call. */
import type { Access } from './access';
import { rowKey } from './dataset-table';
import type { Db } from './database/driver';
import type { Tables } from './sqlite-store';

export interface StoppedImports {
  /**
   * Takes so many rows of a dataset that is still being read away, and it with the last of them. Answers whether it is gone;
   * one that was read whole stays.
   */
  forgetImport(datasetId: number, rows: number): Promise<boolean>;
}

/** Every method by name, for the store's thread. */
export const STOPPED_IMPORT_METHODS = { forgetImport: true } as const satisfies Record<
  keyof StoppedImports,
  true
>;

export function stoppedImportCalls(
  { db }: Pick<Tables, 'db'>,
  { write }: Pick<Access, 'write'>,
): StoppedImports {
  return { forgetImport: write(createForgetting(db)) };
}

export function createForgetting(db: Db): (datasetId: number, rows: number) => boolean {
  const isImporting = db.prepare('SELECT 1 FROM datasets WHERE id = ? AND importing > 0');
  const removeRows = db.prepare(
    `DELETE FROM dataset_rows WHERE place_key IN
       (SELECT place_key FROM dataset_rows WHERE place_key >= ? AND place_key < ? LIMIT ?)`,
  );
  const remove = db.prepare(
    'DELETE FROM datasets WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM runs WHERE dataset_id = ?1)',
  );
  return (datasetId, rows) => {
    if (isImporting.get(datasetId) === undefined) {
      return true;
    }
    const { changes } = removeRows.run(rowKey(datasetId, 0), rowKey(datasetId + 1, 0), rows);
    if (changes === rows) {
      return false;
    }
    remove.run(datasetId);
    return true;
  };
}
