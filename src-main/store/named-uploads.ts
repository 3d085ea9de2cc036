/** Which uploads the library still names: in datasets and their rows, in runs, in trees and in chains. */
import type { Access } from './access';
import type { Tables } from './sqlite-store';

export interface NamedUploads {
  /**
   * Folders of `uploads` that are named, a part of the library at a time: all but the rows with the first, which comes
   * `after` null, and then rows until `next` is null.
   */
  namedUploads(
    after: number | null,
  ): Promise<{ readonly folders: readonly string[]; readonly next: number | null }>;
}

/** Every method by name, for the store's thread. */
export const UPLOAD_METHODS = { namedUploads: true } as const satisfies Record<keyof NamedUploads, true>;

/** Looked at in one step: some ten milliseconds, in which nothing is journalled. */
const ROWS = 10_000;
/** Before every row. */
const START = -1;
/** As a path has them, also within JSON. */
const FOLDER = /uploads[\\/]+([0-9a-f]{8}-[0-9a-f-]{27})/g;

const ELSEWHERE = `SELECT text FROM (
    SELECT coalesce(source_path, '') || ' ' || coalesce(base_dir, '') AS text FROM datasets
    UNION ALL SELECT recipe || ' ' || options || ' ' || output_dir FROM runs
    UNION ALL SELECT origin || ' ' || coalesce(outcome, '') FROM studio_nodes
    UNION ALL SELECT value FROM studio_chains
  ) WHERE instr(text, 'uploads') > 0`;

export function uploadCalls({ db }: Tables, { read }: Pick<Access, 'read'>): NamedUploads {
  const elsewhere = db.prepare<{ text: string }>(ELSEWHERE);
  const endOfStep = db.prepare<{ place_key: number }>(
    'SELECT place_key FROM dataset_rows WHERE place_key > ? ORDER BY place_key LIMIT 1 OFFSET ?',
  );
  const between = db.prepare<{ text: string }>(
    `SELECT fields AS text FROM dataset_rows WHERE place_key > ? AND place_key <= ? AND instr(fields, 'uploads') > 0`,
  );

  return {
    namedUploads: read((after: number | null) => {
      if (after === null) {
        return { folders: foldersIn(elsewhere.all()), next: START };
      }
      const end = endOfStep.get(after, ROWS - 1)?.place_key ?? null;
      return { folders: foldersIn(between.all(after, end ?? Number.MAX_SAFE_INTEGER)), next: end };
    }),
  };
}

function foldersIn(records: readonly { readonly text: string }[]): readonly string[] {
  return [
    ...new Set(records.flatMap(({ text }) => [...text.matchAll(FOLDER)].flatMap(([, name]) => name ?? []))),
  ];
}
