/** The names under which jobs that were never sent will put their results, many at a time: a run may have a million. */
import type { Access } from '../access';
import type { Db } from '../database/driver';
import type { Tables } from '../sqlite-store';
import type { NewJob } from '../store';

/** A job of a plan, be it in the library or not. */
export type PlannedAsk = Pick<NewJob, 'row' | 'model' | 'variant' | 'stem'>;

export interface StemPage {
  /** Below the output folder, without extension. */
  readonly stems: readonly string[];
  /** Of the last job of this page. */
  readonly lastPosition: number;
}

export interface RecordedPlace {
  readonly runId: number;
  readonly row: number;
}

export interface RecordedPage {
  /** Below the output folder. */
  readonly names: readonly string[];
  /** Null: there are no more. */
  readonly next: RecordedPlace | null;
}

export interface UnsentStems {
  /**
   * In the order of the run, of jobs after `afterPosition` that are pending, were never sent and have no result; not those
   * whose names are of results of a run that this one has replaced in its folder. Null: there are no more.
   */
  unsentStems(runId: number, afterPosition: number, limit: number): Promise<StemPage | null>;
  /** Of jobs as they are planned, the names of those that `unsentStems` would have, or that are not in the library yet. */
  neverSent(runId: number, jobs: readonly PlannedAsk[]): Promise<readonly string[]>;
  /**
   * Names of what is done in the output folder of a run, earlier results and those of runs that it has replaced there too;
   * of so many rows after `after` (null: from the start). A million of them at once would hold up all else for seconds.
   */
  recordedNames(runId: number, after: RecordedPlace | null, rows: number): Promise<RecordedPage>;
}

/** Every method by name, for the store's thread. */
export const UNSENT_STEM_METHODS = {
  unsentStems: true,
  neverSent: true,
  recordedNames: true,
} as const satisfies Record<keyof UnsentStems, true>;

export function unsentStemCalls({ db }: Pick<Tables, 'db'>, { read }: Pick<Access, 'read'>): UnsentStems {
  return {
    unsentStems: read(createUnsentStems(db)),
    neverSent: read(createNeverSent(db)),
    recordedNames: read(createRecordedNames(db)),
  };
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

const OF_ASK =
  'row = ?2 AND variant = ?3 AND model_id = (SELECT id FROM models WHERE provider = ?4 AND model = ?5)';

function createNeverSent(db: Db) {
  const find = db.prepare<{ unsent: number }>(
    `SELECT state = 'pending' AND attempts = 0 AND result_id IS NULL AS unsent FROM jobs WHERE run_id = ?1 AND ${OF_ASK}`,
  );
  const replaced = db.prepare(
    `SELECT 1 FROM jobs WHERE run_id IN (
         SELECT r.id FROM runs n JOIN runs r ON r.output_dir = n.output_dir AND r.id < n.id WHERE n.id = ?1)
       AND ${OF_ASK} AND stem = ?6 AND result_id IS NOT NULL`,
  );
  return (runId: number, jobs: readonly PlannedAsk[]): readonly string[] =>
    jobs
      .filter(({ row, variant, model: { provider, model }, stem }) => {
        const job = find.get(runId, row, variant, provider, model);
        const isUnsent = job === undefined || job.unsent === 1;
        return isUnsent && replaced.get(runId, row, variant, provider, model, stem) === undefined;
      })
      .map(({ stem }) => stem);
}

function createRecordedNames(db: Db) {
  const runFrom = db.prepare<{ id: number | null }>(
    `SELECT min(o.id) AS id FROM runs n JOIN runs o ON o.output_dir = n.output_dir WHERE n.id = ? AND o.id >= ?`,
  );
  const lastRow = db.prepare<{ row: number | null }>(
    'SELECT max(row) AS row FROM (SELECT row FROM jobs WHERE run_id = ? AND row > ? ORDER BY row LIMIT ?)',
  );
  const ofRows = db.prepare<{ names: string }>(
    `SELECT json_group_array(r.file_name) AS names FROM jobs j INDEXED BY jobs_by_ask
     CROSS JOIN results r ON r.job_id = j.id
     WHERE j.run_id = ? AND j.row > ? AND j.row <= ? AND j.state = 'done' AND r.file_name <> ''`,
  );
  return (runId: number, after: RecordedPlace | null, rows: number): RecordedPage => {
    const id = runFrom.get(runId, after?.runId ?? 0)?.id ?? null;
    if (id === null) {
      return { names: [], next: null };
    }
    const row = after?.runId === id ? after.row : -1;
    const last = lastRow.get(id, row, rows)?.row ?? null;
    if (last === null) {
      return { names: [], next: { runId: id + 1, row: -1 } };
    }
    const { names = '[]' } = ofRows.get(id, row, last) ?? {};
    return { names: JSON.parse(names) as readonly string[], next: { runId: id, row: last } };
  };
}
