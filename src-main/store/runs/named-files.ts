/** Files outside a run's folder that a command line named for what the run brings: its answers, and its table. */
import type { Access } from '../access';
import type { Tables } from '../sqlite-store';
import { StoreError } from '../store-error';

/** A table as it was when it had been written. */
export interface NamedTable {
  /** Absolute. */
  readonly path: string;
  /** Tells this state of the file from every other. */
  readonly mark: string;
}

export interface NamedFiles {
  /** Where a command line wants the answers of its text run, absolute; null: nowhere. */
  answersFile(runId: number): Promise<string | null>;
  setAnswersFile(runId: number, path: string): Promise<void>;
  /** What was last written there for a run of this output folder, also for one that was replaced; null: nothing. */
  namedTable(outputDir: string, path: string): Promise<NamedTable['mark'] | null>;
  /** Takes the place of what was noted for the run before. */
  setNamedTable(runId: number, table: NamedTable): Promise<void>;
}

/** Every method by name, for the store's thread. */
export const NAMED_FILE_METHODS = {
  answersFile: true,
  setAnswersFile: true,
  namedTable: true,
  setNamedTable: true,
} as const satisfies Record<keyof NamedFiles, true>;

export const ANSWERS_FILE_SCHEMA = `
-- Of a text run of a command line: where its answers go, absolute.
ALTER TABLE runs ADD COLUMN answers_file TEXT;
`;

export const NAMED_TABLE_SCHEMA = `
-- JSON: where the table of a run was last written that was named for it, and the mark of the file then.
ALTER TABLE runs ADD COLUMN named_table TEXT;
`;

export function namedFileCalls({ db }: Tables, { read, write }: Access): NamedFiles {
  const answers = db.prepare<{ path: string | null }>('SELECT answers_file AS path FROM runs WHERE id = ?');
  const setAnswers = db.prepare('UPDATE runs SET answers_file = ? WHERE id = ?');
  const table = db.prepare<{ mark: string | null }>(
    `SELECT named_table ->> 'mark' AS mark FROM runs
     WHERE output_dir = ? AND named_table ->> 'path' = ? ORDER BY id DESC LIMIT 1`,
  );
  const setTable = db.prepare('UPDATE runs SET named_table = ? WHERE id = ?');
  return {
    answersFile: read((runId: number) => {
      const found = answers.get(runId);
      if (found === undefined) {
        throw new StoreError('NOT_FOUND', `Run ${runId} is no longer in the library.`);
      }
      return found.path;
    }),
    setAnswersFile: write((runId: number, path: string) => void setAnswers.run(path, runId)),
    namedTable: read((outputDir: string, path: string) => table.get(outputDir, path)?.mark ?? null),
    setNamedTable: write(
      (runId: number, { path, mark }: NamedTable) => void setTable.run(JSON.stringify({ path, mark }), runId),
    ),
  };
}
