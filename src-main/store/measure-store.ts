/** What was measured of results, and how suspicious it makes them. */
import { type Measures, measuresSchema, suspicionBits, suspicionOf } from '@shared/model/measures';
import type { Access } from './access';
import type { Db } from './database/driver';
import { parseJson } from './database/json-column';
import type { Tables } from './sqlite-store';

/** A present result, and what measuring needs to know of it. */
export interface ResultToMeasure {
  readonly resultId: number;
  readonly jobId: number;
  readonly runId: number;
  readonly row: number;
  readonly fileName: string;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
}

/** A present result that was measured, as duplicates of it are found. */
export interface HashedResult
  extends Pick<ResultToMeasure, 'resultId' | 'jobId' | 'row' | 'fileName' | 'sha256'> {
  readonly hash: string | null;
  /** In its run. */
  readonly position: number;
}

export interface MeasureStore {
  /** Present results that were not measured yet, newest first, with ids below `beforeId` (null: all). */
  unmeasured(beforeId: number | null, limit: number): Promise<readonly ResultToMeasure[]>;
  /** Present results of these jobs that were not measured yet. */
  resultsToMeasure(jobIds: readonly number[]): Promise<readonly ResultToMeasure[]>;
  /** Results that are gone meanwhile are passed over. */
  saveMeasures(all: readonly { readonly resultId: number; readonly measures: Measures }[]): Promise<void>;
  /** Null: not measured yet, or by a version this one does not understand. */
  measures(resultId: number): Promise<Measures | null>;
  /** Of one run, with positions above `afterPosition` (-1: from the first). */
  hashedResults(runId: number, afterPosition: number, limit: number): Promise<readonly HashedResult[]>;
}

/** Every method by name, for the store's thread. */
export const MEASURE_METHODS = {
  unmeasured: true,
  resultsToMeasure: true,
  saveMeasures: true,
  measures: true,
  hashedResults: true,
} as const satisfies Record<keyof MeasureStore, true>;

/** Part of the step of migrations.ts that brought the studio. */
export const MEASURE_SCHEMA = `
-- Null: not measured yet. suspicion_bits: one for each of SUSPICION_KINDS, in their order. suspicion: 0 to 1.
-- phash: 16 hexadecimal digits; null: too even for one.
ALTER TABLE results ADD COLUMN measures TEXT;
ALTER TABLE results ADD COLUMN suspicion_bits INTEGER;
ALTER TABLE results ADD COLUMN suspicion REAL;
ALTER TABLE results ADD COLUMN phash TEXT;
CREATE INDEX results_unmeasured ON results (id) WHERE suspicion_bits IS NULL;
CREATE INDEX results_suspicious ON results (suspicion_bits, suspicion) WHERE suspicion_bits > 0;
`;

export function measureCalls({ db }: Tables, { read, write }: Access): MeasureStore {
  const table = createMeasureTable(db);
  return {
    unmeasured: read(table.unmeasured),
    resultsToMeasure: read(table.resultsToMeasure),
    saveMeasures: write(table.saveMeasures),
    measures: read(table.measures),
    hashedResults: read(table.hashedResults),
  };
}

interface ResultRow {
  readonly id: number;
  readonly job_id: number;
  readonly run_id: number;
  readonly row: number;
  readonly file_name: string;
  readonly mime_type: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly phash: string | null;
  readonly position: number;
}

const COLUMNS = `r.id, r.job_id, j.run_id, j.row, r.file_name, r.mime_type, r.width, r.height, r.sha256, r.phash, j.position`;

/** Jobs asked for in one query: fewer than SQLite takes values. */
const JOBS_AT_ONCE = 500;

function createMeasureTable(db: Db) {
  const before = db.prepare<ResultRow>(
    `SELECT ${COLUMNS} FROM results r INDEXED BY results_unmeasured CROSS JOIN jobs j ON j.id = r.job_id
     WHERE r.suspicion_bits IS NULL AND r.current = 1 AND j.result_id = r.id AND r.id < ? ORDER BY r.id DESC LIMIT ?`,
  );
  const ofJobs = db.prepare<ResultRow>(
    `SELECT ${COLUMNS} FROM json_each(?) AS wanted CROSS JOIN jobs j ON j.id = wanted.value
     CROSS JOIN results r ON r.id = j.result_id WHERE r.suspicion_bits IS NULL`,
  );
  const save = db.prepare(
    'UPDATE results SET measures = ?, suspicion_bits = ?, suspicion = ?, phash = ? WHERE id = ?',
  );
  const find = db.prepare<{ measures: string | null }>('SELECT measures FROM results WHERE id = ?');
  const ofRun = db.prepare<ResultRow>(
    `SELECT ${COLUMNS} FROM jobs j CROSS JOIN results r ON r.id = j.result_id
     WHERE j.run_id = ? AND j.position > ? AND r.suspicion_bits IS NOT NULL AND r.file_name <> ''
     ORDER BY j.position LIMIT ?`,
  );

  return {
    unmeasured: (beforeId: number | null, limit: number): readonly ResultToMeasure[] =>
      before.all(beforeId ?? Number.MAX_SAFE_INTEGER, limit).map(toMeasure),
    resultsToMeasure(jobIds: readonly number[]): readonly ResultToMeasure[] {
      const found: ResultToMeasure[] = [];
      for (let from = 0; from < jobIds.length; from += JOBS_AT_ONCE) {
        const page = JSON.stringify(jobIds.slice(from, from + JOBS_AT_ONCE));
        found.push(...ofJobs.all(page).map(toMeasure));
      }
      return found;
    },
    saveMeasures(all: readonly { readonly resultId: number; readonly measures: Measures }[]): void {
      for (const { resultId, measures } of all) {
        const bits = suspicionBits(measures.suspicions.map(({ kind }) => kind));
        const suspicion = suspicionOf(measures.suspicions);
        save.run(JSON.stringify(measures), bits, suspicion, measures.hash, resultId);
      }
    },
    measures(resultId: number): Measures | null {
      const text = find.get(resultId)?.measures ?? null;
      const parsed = text === null ? null : parseJson(text, measuresSchema);
      return parsed?.kind === 'ok' ? parsed.value : null;
    },
    hashedResults: (runId: number, afterPosition: number, limit: number): readonly HashedResult[] =>
      ofRun.all(runId, afterPosition, limit).map((record) => ({
        ...toMeasure(record),
        hash: record.phash,
        position: record.position,
      })),
  };
}

function toMeasure(record: ResultRow): ResultToMeasure {
  return {
    resultId: record.id,
    jobId: record.job_id,
    runId: record.run_id,
    row: record.row,
    fileName: record.file_name,
    mimeType: record.mime_type,
    width: record.width,
    height: record.height,
    sha256: record.sha256,
  };
}
