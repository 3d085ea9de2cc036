/**
 * Earlier results of a job, and instructions of its own. A result that is not its job's present one is a version: its
 * file stands under a name of its own, and what was said of it and asked for stays with it.
 */
import type { Review } from '@shared/model/review';
import type { Result } from '@shared/model/run';
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { createNoteWords } from '../gallery/note-words';
import { createJobPlan, groupOf } from './job-plan';
import { type ResultRecord, toResult } from './job-record';
import { fromMicroUsd } from '../money';
import { HIDE_RESULT, jobDigest, rowDigestOf } from './own-instruction';
import { reviewOf } from '../review-table';
import type { Tables } from '../sqlite-store';
import { StoreError } from '../store-error';

/** A result of a job, its present one too. What is null was not known, or not worth noting, when it was made. */
export interface StoredVersion {
  readonly result: Result;
  readonly isCurrent: boolean;
  /** What was asked, where it is no longer the job's present result. */
  readonly instruction: string | null;
  readonly review: Review | null;
  readonly model: string | null;
  readonly endpointName: string | null;
  readonly costUsd: number | null;
  /** Wall clock, ms. */
  readonly madeAt: number | null;
}

/** A result whose file has been given another name. */
export interface MovedResult {
  readonly resultId: number;
  /** Below the output folder of its run. */
  readonly fileName: string;
  /** The instruction as it was sent; absent: stays as it was noted. */
  readonly instruction?: string;
}

export interface ReplacedResults {
  /** Of all these runs, absolute. */
  readonly outputDir: string;
  readonly hashes: readonly string[];
}

export interface VersionStore {
  /** All results of a job that are known, newest first. */
  versions(jobId: number): Promise<readonly StoredVersion[]>;
  /** Their files have these names now. */
  movedResults(moved: readonly MovedResult[]): Promise<void>;
  /** SHA-256 of what runs that this job's run replaced had, for the same row, as a file of this name. */
  replacedResults(jobId: number, fileName: string): Promise<ReplacedResults>;
  /** Of these stems, those that a job of the run has, whatever the case of their letters. */
  takenStems(runId: number, stems: readonly string[]): Promise<readonly string[]>;
  /**
   * Makes a job pending again with an instruction of its own (null: with its run's); its result becomes a version. `row`:
   * what its row asks for by now, absent: as when it was planned.
   */
  requeueWith(jobId: number, instruction: string | null, rowDigest?: string): Promise<void>;
  /**
   * Makes a version its job's present result, with what was said of it and asked for; the present one becomes a version.
   * Rejects with NOT_FOUND when there is no such version, with UNEXPECTED_STATE while the job is under way.
   */
  takeBack(jobId: number, resultId: number): Promise<void>;
}

/** Every method by name, for the store's thread. */
export const VERSION_METHODS = {
  versions: true,
  movedResults: true,
  replacedResults: true,
  takenStems: true,
  requeueWith: true,
  takeBack: true,
} as const satisfies Record<keyof VersionStore, true>;

/** Part of the step of migrations.ts that brought the studio. */
export const VERSION_SCHEMA = `
-- What is asked of this job alone, word for word; null: as the run's recipe has it.
ALTER TABLE jobs ADD COLUMN instruction TEXT;
ALTER TABLE results ADD COLUMN attempt_id INTEGER;
-- Of versions: what was said of them; the instruction as it was sent, and whether the job had it as its own.
ALTER TABLE results ADD COLUMN review TEXT;
ALTER TABLE results ADD COLUMN instruction TEXT;
ALTER TABLE results ADD COLUMN is_own INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempts_done ON attempts (job_id, number) WHERE state = 'done';
`;

interface VersionRecord extends ResultRecord {
  readonly current: number;
  readonly instruction: string | null;
  readonly review: string | null;
  readonly model: string | null;
  readonly endpoint_name: string | null;
  readonly cost_micro_usd: number | null;
  readonly made_at: number | null;
}

interface JobStanding {
  readonly run_id: number;
  readonly state: string;
  readonly failure_kind: string | null;
  readonly digest: string;
  /** Below 0: its row is gone. */
  readonly position: number;
}

const IN_FLIGHT: ReadonlySet<string> = new Set(['leased', 'sent']);

export function versionCalls({ db, tally, jobIds }: Tables, { read, write }: Access): VersionStore {
  const table = createVersionTable(db);
  const plan = createJobPlan(db, tally, jobIds);

  function standingOf(jobId: number): JobStanding {
    const standing = table.standing(jobId);
    if (standing === undefined || standing.position < 0) {
      throw new StoreError('NOT_FOUND', 'That job is no longer in the library.');
    }
    return standing;
  }

  return {
    versions: read(table.versions),
    movedResults: write(table.moved),
    replacedResults: read(table.replaced),
    takenStems: read(table.takenStems),
    requeueWith: write((jobId: number, instruction: string | null, rowDigest?: string) => {
      const { run_id, state, digest } = standingOf(jobId);
      if (IN_FLIGHT.has(state)) {
        throw new StoreError('UNEXPECTED_STATE', 'This result is already being made: wait until it is done.');
      }
      plan.requeue(run_id, { kind: 'jobs', jobIds: [jobId] });
      table.ask(jobId, instruction, jobDigest(rowDigest ?? rowDigestOf(digest), instruction));
    }),
    takeBack: write((jobId: number, resultId: number) => {
      const standing = standingOf(jobId);
      const { run_id, state, failure_kind, digest } = standing;
      if (IN_FLIGHT.has(state)) {
        throw new StoreError('UNEXPECTED_STATE', 'This result is already being made: wait until it is done.');
      }
      const instruction = table.show(jobId, resultId);
      table.ask(jobId, instruction, jobDigest(rowDigestOf(digest), instruction));
      tally.leave(groupOf(run_id, state, failure_kind));
      tally.enter({ runId: run_id, state: 'done', failureKind: null });
    }),
  };
}

export function createVersionTable(db: Db) {
  const standing = db.prepare<JobStanding>(
    'SELECT run_id, state, failure_kind, digest, position FROM jobs WHERE id = ?',
  );
  // Results of earlier versions of the program do not say which attempt made them: the last one that was done.
  const ofJob = db.prepare<VersionRecord>(
    `SELECT r.id AS result_id, r.file_name, r.mime_type, r.width, r.height, r.size_bytes, r.sha256, r.suspicion,
       r.suspicion_bits, r.current, r.instruction, CASE WHEN r.current = 1 THEN j.review ELSE r.review END AS review, a.model, a.endpoint_name,
       a.cost_micro_usd, coalesce(a.ended_at, r.modified_ms) AS made_at
     FROM results r JOIN jobs j ON j.id = r.job_id
     LEFT JOIN attempts a ON a.id = coalesce(r.attempt_id,
       (SELECT max(id) FROM attempts WHERE job_id = r.job_id AND state = 'done' AND r.current = 1))
     WHERE r.job_id = ? ORDER BY r.id DESC`,
  );
  const move = db.prepare(
    'UPDATE results SET file_name = ?, instruction = coalesce(?, instruction) WHERE id = ?',
  );
  const replaced = db.prepare<{ output_dir: string; sha256: string | null }>(
    `SELECT n.output_dir, r.sha256 FROM jobs j JOIN runs n ON n.id = j.run_id
     LEFT JOIN runs o ON o.output_dir = n.output_dir AND o.replaced = 1
     LEFT JOIN jobs k INDEXED BY jobs_by_ask ON k.run_id = o.id AND k.row = j.row
     LEFT JOIN results r ON r.job_id = k.id AND r.file_name = ?2
     WHERE j.id = ?1`,
  );
  const taken = db.prepare<{ stem: string }>(
    `SELECT DISTINCT lower(stem) AS stem FROM jobs
     WHERE run_id = ? AND lower(stem) IN (SELECT lower(value) FROM json_each(?))`,
  );
  const ask = db.prepare(
    'UPDATE jobs SET misfit_id = CASE WHEN instruction IS ?1 THEN misfit_id END, instruction = ?1, digest = ?2 WHERE id = ?3',
  );
  const hide = db.prepare(
    `UPDATE results SET ${HIDE_RESULT} WHERE id = (SELECT result_id FROM jobs WHERE id = ?)`,
  );
  const find = db.prepare<{ review: string | null; instruction: string | null; is_own: number }>(
    'SELECT review, instruction, is_own FROM results WHERE id = ? AND job_id = ? AND current = 0',
  );
  const expose = db.prepare('UPDATE results SET current = 1, review = NULL, digest = NULL WHERE id = ?');
  const finish = db.prepare(
    `UPDATE jobs SET state = 'done', failure = NULL, retries_used = 0, result_id = ?, review = ?, trashed_at = NULL
     WHERE id = ?`,
  );
  const noteWords = createNoteWords(db);
  return {
    standing: (jobId: number): JobStanding | undefined => standing.get(jobId),
    versions: (jobId: number): readonly StoredVersion[] => ofJob.all(jobId).map(toVersion),
    moved(all: readonly MovedResult[]): void {
      for (const { resultId, fileName, instruction } of all) {
        move.run(fileName, instruction ?? null, resultId);
      }
    },
    replaced(jobId: number, fileName: string): ReplacedResults {
      const found = replaced.all(jobId, fileName);
      const hashes = found.flatMap(({ sha256 }) => sha256 ?? []);
      return { outputDir: found[0]?.output_dir ?? '', hashes };
    },
    takenStems: (runId: number, stems: readonly string[]): readonly string[] =>
      taken.all(runId, JSON.stringify(stems)).map(({ stem }) => stem),
    ask: (jobId: number, instruction: string | null, digest: string): void =>
      void ask.run(instruction, digest, jobId),
    /** Answers the instruction the version was made with, where it was the job's own. */
    show(jobId: number, resultId: number): string | null {
      const version = find.get(resultId, jobId);
      if (version === undefined) {
        throw new StoreError('NOT_FOUND', 'This version is no longer there.');
      }
      hide.run(jobId);
      expose.run(resultId);
      finish.run(resultId, version.review, jobId);
      if (version.review !== null) {
        noteWords(jobId);
      }
      return version.is_own === 1 ? version.instruction : null;
    },
  };
}

function toVersion(record: VersionRecord): StoredVersion {
  return {
    result: toResult(record),
    isCurrent: record.current === 1,
    instruction: record.instruction,
    review: reviewOf(record.review),
    model: record.model,
    endpointName: record.endpoint_name,
    costUsd: fromMicroUsd(record.cost_micro_usd),
    madeAt: record.made_at,
  };
}
