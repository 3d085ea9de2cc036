/**
 * Attempts that nobody carries any more: each may have left a file on its way, under a name of its own
 * (temporary-name.ts). They stand here until somebody has looked.
 */
import { z } from 'zod';
import { type JobState, jobStateSchema } from '@shared/model/run';
import type { ReceivedFile } from '../../engine/ports';
import { stemOfResult } from '../../temporary-name';
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { parseJson } from '../database/json-column';
import type { Tables } from '../sqlite-store';

export interface UnfinishedFile {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  /** Of its run, absolute. */
  readonly outputDir: string;
  /** As its job was called when the attempt was lost, when its answer came whole, or when a place was last looked for. */
  readonly stems: readonly string[];
  /** As its job is called now: its row may have moved since. */
  readonly jobStem: string;
  readonly jobState: JobState;
  /** Its job asks for the same still, and its run has its folder: what came of it may become the result. */
  readonly isAsked: boolean;
  /** Its job is done with what was asked here, or nobody knows that it was not: what came of it is wanted no more. */
  readonly isAnswered: boolean;
  /** It was sent by a program before, which named its files without the library. */
  readonly isFormer: boolean;
  /** Its answer had come whole: it is known by its hash, under whichever of its names it lies. */
  readonly receipt: ReceivedFile | null;
}

export interface UnfinishedStore {
  /** In the order of their numbers; `runId` null: of all runs. */
  unfinishedFiles(
    runId: number | null,
    afterAttemptId: number,
    limit: number,
  ): Promise<readonly UnfinishedFile[]>;
  /** Nothing of these is left. */
  noUnfinishedFiles(attemptIds: readonly number[]): Promise<void>;
  /** The answer of a lost attempt lies whole on disk: it may end with it. False: its job is unknown no more. */
  foundWhole(attemptId: number, file: ReceivedFile): Promise<boolean>;
}

/** Every method by name, for the store's thread. */
export const UNFINISHED_METHODS = {
  unfinishedFiles: true,
  noUnfinishedFiles: true,
  foundWhole: true,
} as const satisfies Record<keyof UnfinishedStore, true>;

export const UNFINISHED_SCHEMA = `
CREATE TABLE unfinished_files (attempt_id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, stem TEXT NOT NULL) STRICT;
INSERT INTO unfinished_files
  SELECT a.id, j.run_id, j.stem FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id WHERE a.state = 'lost';
-- By whatever an attempt is lost: its process or its worker died, or its file was not found again.
CREATE TRIGGER attempts_lost AFTER UPDATE OF state ON attempts WHEN new.state = 'lost' BEGIN
  INSERT OR IGNORE INTO unfinished_files SELECT new.id, run_id, stem FROM jobs WHERE id = new.job_id;
END;
`;

/** Failures that may come after the first byte of a picture has: what its removal left behind goes, too. */
const AFTER_A_PICTURE = `('network', 'timeout', 'malformed', 'blocked', 'no_image', 'storage')`;

export const WHOSE_FILES_SCHEMA = `
-- Attempts up to this one named their files without the library.
CREATE TABLE former_names (up_to INTEGER NOT NULL) STRICT;
INSERT INTO former_names SELECT coalesce(max(id), 0) FROM attempts;
INSERT OR IGNORE INTO unfinished_files
  SELECT a.id, j.run_id, j.stem FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id
  WHERE a.state = 'failed' AND CASE WHEN json_valid(a.failure) THEN a.failure ->> 'kind' END IN ${AFTER_A_PICTURE};
DROP TRIGGER attempts_lost;
CREATE TRIGGER attempts_over AFTER UPDATE OF state ON attempts
WHEN new.state = 'lost' OR (new.state = 'failed' AND new.failure ->> 'kind' IN ${AFTER_A_PICTURE}) BEGIN
  INSERT OR IGNORE INTO unfinished_files SELECT new.id, run_id, stem FROM jobs WHERE id = new.job_id;
END;
`;

export const ASKED_DIGEST_SCHEMA = `
-- What the attempt asked for, as its job's digest told it; null: nobody knows.
ALTER TABLE unfinished_files ADD COLUMN digest TEXT;
UPDATE unfinished_files SET digest =
  (SELECT j.digest FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE a.id = attempt_id AND j.attempts = a.number);
DROP TRIGGER attempts_over;
CREATE TRIGGER attempts_over AFTER UPDATE OF state ON attempts
WHEN new.state = 'lost' OR (new.state = 'failed' AND new.failure ->> 'kind' IN ${AFTER_A_PICTURE}) BEGIN
  -- One that was given up for another attempt may have asked for something else.
  INSERT OR IGNORE INTO unfinished_files
    SELECT new.id, run_id, stem, CASE WHEN state IN ('sent', 'unknown') THEN digest END FROM jobs WHERE id = new.job_id;
END;
`;

const REMEMBER_UNFINISHED = `
  -- One that was given up for another attempt may have asked for something else.
  INSERT OR IGNORE INTO unfinished_files
    SELECT new.id, run_id, stem, CASE WHEN state IN ('sent', 'unknown') THEN digest END FROM jobs WHERE id = new.job_id;`;

/**
 * A trigger of its own for each: where a trigger calls a function, SQLite copies every page that its statement changes,
 * to undo it alone, and every step of every attempt is a change of state.
 */
export const LOST_OR_FAILED_SCHEMA = `
DROP TRIGGER attempts_over;
-- By whatever an attempt is lost.
CREATE TRIGGER attempts_lost AFTER UPDATE OF state ON attempts WHEN new.state = 'lost'
BEGIN ${REMEMBER_UNFINISHED} END;
CREATE TRIGGER attempts_failed AFTER UPDATE OF failure ON attempts
WHEN new.state = 'failed' AND new.failure ->> 'kind' IN ${AFTER_A_PICTURE}
BEGIN ${REMEMBER_UNFINISHED} END;
`;

const fileSchema = z.object({
  fileName: z.string(),
  sha256: z.string(),
  mimeType: z.string(),
  width: z.number(),
  height: z.number(),
  sizeBytes: z.number(),
});

/** As `received` noted it; null: it did not, or damaged. */
export function receiptOf(text: string | null): ReceivedFile | null {
  const file = text === null ? null : parseJson(text, fileSchema);
  return file?.kind === 'ok' ? file.value : null;
}

/** For an attempt that stays `received` though nobody carries it: no change of state tells of it. */
export function createRemember(db: Db): (attemptId: number) => void {
  const find = db.prepare<{ file: string | null }>('SELECT file FROM attempts WHERE id = ?');
  const add = db.prepare(
    `INSERT OR IGNORE INTO unfinished_files (attempt_id, run_id, stem, digest)
     SELECT a.id, j.run_id, coalesce(?2, j.stem), j.digest
     FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id WHERE a.id = ?1`,
  );
  return (attemptId) => {
    const receipt = receiptOf(find.get(attemptId)?.file ?? null);
    // Its job may have been given another name while it was under way.
    add.run(attemptId, receipt === null ? null : stemOfResult(receipt.fileName));
  };
}

interface UnfinishedRecord {
  readonly attempt_id: number;
  readonly job_id: number;
  readonly run_id: number;
  readonly output_dir: string;
  readonly stem: string;
  readonly job_stem: string;
  readonly state: string;
  readonly is_asked: number;
  /** Known to have asked for something else. */
  readonly is_other: number;
  readonly is_former: number;
  readonly file: string | null;
}

export function unfinishedCalls({ db }: Tables, { read, write }: Access): UnfinishedStore {
  const page = db.prepare<UnfinishedRecord>(
    `SELECT u.attempt_id, a.job_id, u.run_id, r.output_dir, u.stem, j.stem AS job_stem, j.state,
       coalesce(u.digest = j.digest AND r.replaced = 0, 0) AS is_asked, coalesce(u.digest != j.digest, 0) AS is_other, a.file,
       u.attempt_id <= (SELECT max(up_to) FROM former_names) AS is_former FROM unfinished_files u
     CROSS JOIN attempts a ON a.id = u.attempt_id CROSS JOIN jobs j ON j.id = a.job_id CROSS JOIN runs r ON r.id = u.run_id
     WHERE u.attempt_id > ?1 AND (?2 IS NULL OR u.run_id = ?2) ORDER BY u.attempt_id LIMIT ?3`,
  );
  const markFound = db.prepare(
    // An earlier try may have come no further, before its row moved perhaps.
    `UPDATE attempts SET state = 'received', file = ?1
     WHERE id = ?2 AND (state = 'lost'
       OR (state = 'received' AND CASE WHEN json_valid(file) THEN file ->> 'sha256' END = ?1 ->> 'sha256'))
       AND (SELECT state FROM jobs WHERE id = attempts.job_id) = 'unknown'`,
  );
  const forget = db.prepare('DELETE FROM unfinished_files WHERE attempt_id = ?');
  return {
    unfinishedFiles: read((runId: number | null, afterAttemptId: number, limit: number) =>
      page.all(afterAttemptId, runId, limit).map(unfinishedOf),
    ),
    foundWhole: write(
      (attemptId: number, file: ReceivedFile) => markFound.run(JSON.stringify(file), attemptId).changes > 0,
    ),
    noUnfinishedFiles: write((attemptIds: readonly number[]) => {
      for (const attemptId of attemptIds) {
        forget.run(attemptId);
      }
    }),
  };
}

function unfinishedOf(record: UnfinishedRecord): UnfinishedFile {
  const receipt = receiptOf(record.file);
  const jobState = jobStateSchema.parse(record.state);
  const noted = receipt === null ? [] : [stemOfResult(receipt.fileName)];
  return {
    attemptId: record.attempt_id,
    jobId: record.job_id,
    runId: record.run_id,
    outputDir: record.output_dir,
    stems: [...new Set([record.stem, ...noted])],
    jobStem: record.job_stem,
    jobState,
    isAsked: record.is_asked === 1,
    isAnswered: jobState === 'done' && record.is_other === 0,
    isFormer: record.is_former === 1,
    receipt,
  };
}
