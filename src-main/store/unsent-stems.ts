/** The names under which jobs that were never sent will put their results, many at a time: a run may have a million. */
import type { Access } from './access';
import type { Db } from './driver';
import type { Tables } from './sqlite-store';

export interface StemPage {
  /** Below the output folder, without extension. */
  readonly stems: readonly string[];
  /** Of the last job of this page. */
  readonly lastPosition: number;
}

export interface UnsentStems {
  /**
   * In the order of the run, of jobs after `afterPosition` that are pending, were never sent and have no result; not those
   * whose names are of results of a run that this one has replaced in its folder. Null: there are no more.
   */
  unsentStems(runId: number, afterPosition: number, limit: number): Promise<StemPage | null>;
}

/** Every method by name, for the store's thread. */
export const UNSENT_STEM_METHODS = { unsentStems: true } as const satisfies Record<keyof UnsentStems, true>;

export function unsentStemCalls({ db }: Pick<Tables, 'db'>, { read }: Pick<Access, 'read'>): UnsentStems {
  return { unsentStems: read(createUnsentStems(db)) };
}

interface PageRecord {
  /** JSON: one text of many names costs a tenth of as many records. */
  readonly stems: string;
  readonly last: number | null;
}

function createUnsentStems(db: Db) {
  const page = db.prepare<PageRecord>(
    `SELECT json_group_array(stem) AS stems, max(position) AS last FROM (
       SELECT stem, position FROM jobs j
       WHERE run_id = ?1 AND state = 'pending' AND position > ?2 AND attempts = 0 AND result_id IS NULL
         AND NOT EXISTS (
           SELECT 1 FROM jobs b
           WHERE b.run_id IN (
               SELECT r.id FROM runs n JOIN runs r ON r.output_dir = n.output_dir AND r.id < n.id WHERE n.id = ?1)
             AND b.row = j.row AND b.model_id = j.model_id AND b.variant = j.variant
             AND b.stem = j.stem AND b.result_id IS NOT NULL)
       ORDER BY position LIMIT ?3)`,
  );
  return (runId: number, afterPosition: number, limit: number): StemPage | null => {
    const { stems = '[]', last = null } = page.get(runId, afterPosition, limit) ?? {};
    return last === null ? null : { stems: JSON.parse(stems) as readonly string[], lastPosition: last };
  };
}
