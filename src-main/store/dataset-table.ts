/** Datasets and their rows. */
import { z } from 'zod';
import type { RowRange } from '@shared/row-filter';
import { datasetFormatSchema, type RowProblem, rowProblemSchema } from '@shared/model/run';
import type { Db } from './database/driver';
import { type Note, readJson } from './database/json-column';
import { StoreError } from './store-error';
import type { NewDataset, StoredDataset, StoredRow } from './store';

/** One integer names a row: its dataset in the high part, so that rows of a dataset lie together in file order. */
export const ROWS_PER_DATASET = 2 ** 32;
export const rowKey = (datasetId: number, row: number): number => datasetId * ROWS_PER_DATASET + row;

const columnsSchema = z.array(z.string());
const problemsSchema = z.array(rowProblemSchema);

interface DatasetRecord {
  readonly id: number;
  readonly name: string;
  readonly format: string;
  readonly source_path: string | null;
  readonly base_dir: string | null;
  readonly columns: string;
  readonly problems: string;
  readonly rows: number;
  readonly importing: number;
  readonly created_at: number;
}

interface RowRecord {
  readonly row_key: number;
  readonly idx: number;
  readonly fields: string;
}

/** What the column `importing` says of a reading whose rows are on their way out; 1: it is being read, 0: it is whole. */
export const GIVEN_UP = 2;

export function createDatasetTable(db: Db, { wallNow, note }: { wallNow: () => number; note: Note }) {
  const insert = db.prepare(
    'INSERT INTO datasets (name, format, source_path, base_dir, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const insertRow = db.prepare(
    'INSERT INTO dataset_rows (place_key, row_key, idx, fields) VALUES (?, ?, ?, ?)',
  );
  const grow = db.prepare('UPDATE datasets SET rows = rows + ? WHERE id = ?');
  const setColumns = db.prepare('UPDATE datasets SET columns = ? WHERE id = ?');
  const finish = db.prepare(
    'UPDATE datasets SET columns = ?, problems = ?, source_mark = ?, importing = 0 WHERE id = ?',
  );
  const bySource = db.prepare<DatasetRecord>(
    `SELECT * FROM datasets WHERE source_path = ? AND source_mark = ? AND importing = 0 ORDER BY id DESC LIMIT 1`,
  );
  const one = db.prepare<DatasetRecord>(`SELECT * FROM datasets WHERE id = ? AND importing <> ${GIVEN_UP}`);
  const all = db.prepare<DatasetRecord>(
    `SELECT * FROM datasets WHERE importing <> ${GIVEN_UP} ORDER BY id DESC`,
  );
  const page = db.prepare<RowRecord>(
    'SELECT row_key, idx, fields FROM dataset_rows WHERE place_key >= ? AND place_key < ? ORDER BY place_key LIMIT ?',
  );
  const rowAt = db.prepare<RowRecord>('SELECT row_key, idx, fields FROM dataset_rows WHERE row_key = ?');
  const keyAt = db.prepare<{ row_key: number }>('SELECT row_key FROM dataset_rows WHERE place_key = ?');
  const countKeys = db.prepare<{ rows: number }>(
    'SELECT count(*) AS rows FROM dataset_rows WHERE row_key >= ? AND row_key < ?',
  );
  const isUsed = db.prepare('SELECT 1 FROM runs WHERE dataset_id = ? LIMIT 1');
  const removeRows = db.prepare('DELETE FROM dataset_rows WHERE place_key >= ? AND place_key < ?');
  const remove = db.prepare('DELETE FROM datasets WHERE id = ?');
  const cutOff = db.prepare<{ id: number }>('SELECT id FROM datasets WHERE importing > 0');
  const giveUp = db.prepare(`UPDATE datasets SET importing = ${GIVEN_UP} WHERE id = ?`);
  const endImport = db.prepare('UPDATE datasets SET importing = 0 WHERE id = ?');

  function toDataset(record: DatasetRecord): StoredDataset {
    const what = `Dataset ${record.id}`;
    return {
      id: record.id,
      name: record.name,
      format: datasetFormatSchema.parse(record.format),
      sourcePath: record.source_path,
      baseDir: record.base_dir,
      columns: readJson(record.columns, columnsSchema, { what: `The columns of ${what}`, note }) ?? [],
      problems: readJson(record.problems, problemsSchema, { what: `The remarks on ${what}`, note }) ?? [],
      rows: record.rows,
      importing: record.importing === 1,
      createdAt: record.created_at,
    };
  }

  function existing(datasetId: number): StoredDataset {
    const record = one.get(datasetId);
    if (record === undefined) {
      throw new StoreError('NOT_FOUND', `Dataset ${datasetId} is no longer in the library.`);
    }
    return toDataset(record);
  }

  function drop(datasetId: number): void {
    removeRows.run(rowKey(datasetId, 0), rowKey(datasetId + 1, 0));
    remove.run(datasetId);
  }

  return {
    createDataset(given: NewDataset): StoredDataset {
      const { lastId } = insert.run(given.name, given.format, given.sourcePath, given.baseDir, wallNow());
      return existing(lastId);
    },
    addRows(datasetId: number, rows: readonly StoredRow[]): void {
      let place = existing(datasetId).rows;
      for (const { row, index, fields } of rows) {
        insertRow.run(rowKey(datasetId, place), rowKey(datasetId, row), index, JSON.stringify(fields));
        place += 1;
      }
      grow.run(rows.length, datasetId);
    },
    setColumns: (datasetId: number, columns: readonly string[]): void =>
      void setColumns.run(JSON.stringify(columns), datasetId),
    finishDataset(
      datasetId: number,
      columns: readonly string[],
      problems: readonly RowProblem[],
      sourceMark: string | null = null,
    ): StoredDataset {
      finish.run(JSON.stringify(columns), JSON.stringify(problems), sourceMark, datasetId);
      return existing(datasetId);
    },
    dataset(datasetId: number): StoredDataset | null {
      const record = one.get(datasetId);
      return record === undefined ? null : toDataset(record);
    },
    datasetFrom(sourcePath: string, sourceMark: string): StoredDataset | null {
      const record = bySource.get(sourcePath, sourceMark);
      return record === undefined ? null : toDataset(record);
    },
    datasets: (): readonly StoredDataset[] => all.all().map(toDataset),
    rows: (datasetId: number, fromRow: number, limit: number): readonly StoredRow[] =>
      page
        .all(rowKey(datasetId, fromRow), rowKey(datasetId + 1, 0), limit)
        .map((record) => toRow(datasetId, record)),
    rowsAt(datasetId: number, rows: readonly number[]): readonly StoredRow[] {
      return rows.flatMap((row) => {
        const record = rowAt.get(rowKey(datasetId, row));
        return record === undefined ? [] : [toRow(datasetId, record)];
      });
    },
    countRows(datasetId: number, ranges: readonly RowRange[]): number {
      const rows = one.get(datasetId)?.rows ?? 0;
      const last = rowKey(datasetId, rows - 1);
      // Where the last row has the number of its place, none is missing, and nothing needs to be counted.
      const isWhole = keyAt.get(last)?.row_key === last;
      const below = (row: number): number => Math.min(row, isWhole ? rows : ROWS_PER_DATASET);
      const countIn = (from: number, to: number): number =>
        isWhole ? to - from : (countKeys.get(rowKey(datasetId, from), rowKey(datasetId, to))?.rows ?? 0);
      return ranges.reduce((sum, { from, to }) => sum + countIn(below(from), below(to)), 0);
    },
    /** Forgets a dataset that no run refers to. */
    dropUnused(datasetId: number): void {
      if (isUsed.get(datasetId) === undefined) {
        drop(datasetId);
      }
    },
    /**
     * One that no run refers to is there for nobody from here on: its rows go some at a time, and what a crash leaves of
     * them with those of half-read files. Answers whether it is so.
     */
    giveUp(datasetId: number): boolean {
      const isFree = isUsed.get(datasetId) === undefined;
      if (isFree) {
        giveUp.run(datasetId);
      }
      return isFree;
    },
    /** A half-read file is of no use and can be read again; one that a run refers to stays as it is. */
    endCutOffImports(): void {
      for (const { id } of cutOff.all()) {
        if (isUsed.get(id) === undefined) {
          drop(id);
        } else {
          endImport.run(id);
        }
      }
    },
  };
}

function toRow(datasetId: number, record: RowRecord): StoredRow {
  const row = record.row_key - rowKey(datasetId, 0);
  return { row, index: record.idx, fields: fieldsOf(record.fields, `Row ${row} of dataset ${datasetId}`) };
}

/** Only addRows writes this column, from the same type; a disk that loses bits may have changed it since. */
function fieldsOf(text: string, what: string): StoredRow['fields'] {
  try {
    return JSON.parse(text) as StoredRow['fields'];
  } catch {
    throw new StoreError(
      'CORRUPT',
      `${what} in the library cannot be read: the library is damaged; restore its backup with brushfleet library restore.`,
    );
  }
}
