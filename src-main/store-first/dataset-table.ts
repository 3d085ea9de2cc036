/** Datasets and their rows. */
import type { RowProblem } from '@shared/model/run';
import type { Database } from './driver';
import { datasetOf, number, rowOf } from './records';
import type { NewDataset, StoredDataset, StoredRow } from '../store/store';

export function createDatasetTable(database: Database, wallNow: () => number) {
  function dataset(datasetId: number): StoredDataset | null {
    const row = database.prepare('SELECT * FROM datasets WHERE id = ?').get(datasetId);
    return row === undefined ? null : datasetOf(row);
  }

  function existing(datasetId: number): StoredDataset {
    const found = dataset(datasetId);
    if (found === null) {
      throw new Error(`There is no dataset ${datasetId}.`);
    }
    return found;
  }

  return {
    createDataset(given: NewDataset): StoredDataset {
      const { lastId } = database
        .prepare(
          'INSERT INTO datasets (name, format, source_path, base_dir, created_at) VALUES (?, ?, ?, ?, ?)',
        )
        .run(given.name, given.format, given.sourcePath, given.baseDir, wallNow());
      return existing(lastId);
    },
    addRows(datasetId: number, rows: readonly StoredRow[]): void {
      const insert = database.prepare('INSERT OR REPLACE INTO dataset_rows VALUES (?, ?, ?, ?)');
      database.transaction(() => {
        for (const row of rows) {
          insert.run(datasetId, row.row, row.index, JSON.stringify(row.fields));
        }
        database.prepare('UPDATE datasets SET rows = rows + ? WHERE id = ?').run(rows.length, datasetId);
      });
    },
    setColumns(datasetId: number, columns: readonly string[]): void {
      database
        .prepare('UPDATE datasets SET columns = ? WHERE id = ?')
        .run(JSON.stringify(columns), datasetId);
    },
    finishDataset(
      datasetId: number,
      columns: readonly string[],
      problems: readonly RowProblem[],
    ): StoredDataset {
      database
        .prepare('UPDATE datasets SET columns = ?, problems = ?, importing = 0 WHERE id = ?')
        .run(JSON.stringify(columns), JSON.stringify(problems), datasetId);
      return existing(datasetId);
    },
    dataset,
    datasets(): StoredDataset[] {
      return database.prepare('SELECT * FROM datasets ORDER BY id DESC LIMIT 500').all().map(datasetOf);
    },
    rows(datasetId: number, fromRow: number, limit: number): StoredRow[] {
      return database
        .prepare('SELECT * FROM dataset_rows WHERE dataset_id = ? AND row >= ? ORDER BY row LIMIT ?')
        .all(datasetId, fromRow, limit)
        .map(rowOf);
    },
    rowsAt(datasetId: number, rows: readonly number[]): StoredRow[] {
      const select = database.prepare('SELECT * FROM dataset_rows WHERE dataset_id = ? AND row = ?');
      return rows
        .map((row) => select.get(datasetId, row))
        .filter((row) => row !== undefined)
        .map(rowOf);
    },
    /** An import that a crash cut off stays usable as far as it came, and says so. */
    endCutOffImports(): void {
      for (const { id } of database.prepare('SELECT id FROM datasets WHERE importing = 1').all()) {
        const cut = existing(number(id));
        const problem: RowProblem = {
          line: cut.rows,
          severity: 'skipped',
          message: 'Reading was cut off here: open the file again to have all of it.',
        };
        database
          .prepare('UPDATE datasets SET importing = 0, problems = ? WHERE id = ?')
          .run(JSON.stringify([...cut.problems, problem]), cut.id);
      }
    },
  };
}
