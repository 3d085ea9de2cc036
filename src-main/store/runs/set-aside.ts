/**
 * Where the rows of a run are read anew: results whose rows ask for something else, or are gone, are set aside with what
 * they were asked. A job that is to ask the same takes such a result instead of being sent, whatever its row is by now.
 */
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { LEAVE_ASK, NOT_EMPTIED } from './emptied';
import { createJobPlan, groupOf } from './job-plan';
import { createLostAlong, type LostAlong } from './lost-along';
import { jobDigest, rowDigestOf, SET_RESULT_ASIDE } from './own-instruction';
import type { Tables } from '../sqlite-store';
import { createVersionTable } from './version-store';

/** A result that a job takes over, or has taken over. */
export interface AlongResult {
  readonly jobId: number;
  /** Name of the job's results without extension. */
  readonly stem: string;
  readonly resultId: number;
  /** Below the output folder; '': an answer in words. */
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface WantedPage {
  readonly found: readonly AlongResult[];
  /** Of the last job that was looked at; null: there are no more. */
  readonly lastPosition: number | null;
}

/** Jobs of rows after a row, of some rows at a time. */
export interface GonePage {
  /** Those that are done. */
  readonly jobIds: readonly number[];
  /** The last row of this page; null: there are no more. */
  readonly lastRow: number | null;
}

export interface SetAsideStore {
  goneJobs(runId: number, afterRow: number, rows: number): Promise<GonePage>;
  /**
   * Takes jobs of rows after a row out of their run, their results set aside: they are neither counted nor listed until a
   * plan has their rows again. What is under way or may have been charged stays. Answers how many rows.
   */
  leaveOut(runId: number, afterRow: number, rows: number): Promise<{ left: number; lastRow: number | null }>;
  /**
   * For jobs after a position that wait to be sent, or were cancelled before they were, results that were set aside and
   * asked for the same, each for one of them.
   */
  wantedResults(runId: number, afterPosition: number, limit: number): Promise<WantedPage>;
  /** Each becomes its job's present result, with all that is known of it, and the job is done. */
  takeAlong(taken: readonly Pick<AlongResult, 'jobId' | 'resultId'>[]): Promise<void>;
  /** They are not whole on disk: nobody takes them. */
  notToTake(resultIds: readonly number[]): Promise<void>;
  /** Taken over, and not yet known to have the names of their jobs. */
  unnamedResults(runId: number, limit: number): Promise<readonly AlongResult[]>;
  /** They have these names for good. */
  namedResults(named: readonly Pick<AlongResult, 'resultId' | 'fileName'>[]): Promise<void>;
  /** Jobs with an unknown outcome whose rows have moved go to where these are. */
  lostAlong(runId: number): Promise<LostAlong>;
  /** Rows of pending jobs that were sent before, or have results. */
  askedAnew(runId: number): Promise<number>;
}

/** Every method by name, for the store's thread. */
export const SET_ASIDE_METHODS = {
  goneJobs: true,
  leaveOut: true,
  wantedResults: true,
  takeAlong: true,
  notToTake: true,
  unnamedResults: true,
  namedResults: true,
  lostAlong: true,
  askedAnew: true,
} as const satisfies Record<keyof SetAsideStore, true>;

export const SET_ASIDE_SCHEMA = `
-- What the row asked that it was made for, where it may be taken over by another job (current = 0), or was, and has not
-- got that one's name yet (current = 1).
ALTER TABLE results ADD COLUMN digest TEXT;
-- JSON: numbers of the tags that its job had when it was set aside; null: none.
ALTER TABLE results ADD COLUMN tags TEXT;
CREATE INDEX results_set_aside ON results (digest) WHERE current = 0 AND digest IS NOT NULL;
CREATE INDEX results_unnamed ON results (job_id) WHERE current = 1 AND digest IS NOT NULL;
`;

export function setAsideCalls({ db, tally, jobIds }: Tables, { read, write }: Access): SetAsideStore {
  const plan = createJobPlan(db, tally, jobIds);
  const wanted = createWanted(db);
  const gone = createGone(db);
  const along = createAlong(db);
  const lost = createLostAlong(db, tally);
  const forget = db.prepare('UPDATE results SET digest = NULL WHERE id = ? AND current = 0');
  const unnamed = db.prepare<AlongRecord>(
    `SELECT ${ALONG_COLUMNS} FROM results r INDEXED BY results_unnamed CROSS JOIN jobs j ON j.id = r.job_id
     WHERE r.current = 1 AND r.digest IS NOT NULL AND j.run_id = ? LIMIT ?`,
  );
  const name = db.prepare('UPDATE results SET digest = NULL, file_name = ? WHERE id = ?');
  const anew = db.prepare<{ rows: number }>(
    `SELECT count(DISTINCT row) AS rows FROM jobs j WHERE run_id = ? AND state = 'pending' AND (
       EXISTS (SELECT 1 FROM attempts WHERE job_id = j.id) OR EXISTS (SELECT 1 FROM results WHERE job_id = j.id))`,
  );
  return {
    goneJobs: read(gone.page),
    leaveOut: write((runId: number, afterRow: number, rows: number) => {
      const { records, lastRow } = gone.leave(runId, afterRow, rows);
      for (const { state, failure_kind } of records) {
        tally.leave(groupOf(runId, state, failure_kind));
      }
      return { left: new Set(records.map(({ row }) => row)).size, lastRow };
    }),
    wantedResults: read((runId: number, afterPosition: number, limit: number) => {
      plan.settlePositions(runId);
      return wanted(runId, afterPosition, limit);
    }),
    takeAlong: write((taken: readonly Pick<AlongResult, 'jobId' | 'resultId'>[]) => {
      for (const { jobId, resultId } of taken) {
        const taker = along(jobId, resultId);
        if (taker !== null) {
          tally.leave(groupOf(taker.run_id, taker.state, null));
          tally.enter({ runId: taker.run_id, state: 'done', failureKind: null });
        }
      }
    }),
    notToTake: write((resultIds: readonly number[]) => resultIds.forEach((id) => forget.run(id))),
    unnamedResults: read((runId: number, limit: number) => unnamed.all(runId, limit).map(toAlong)),
    namedResults: write((named: readonly Pick<AlongResult, 'resultId' | 'fileName'>[]) =>
      named.forEach(({ resultId, fileName }) => name.run(fileName, resultId)),
    ),
    lostAlong: write(lost),
    askedAnew: read((runId: number) => anew.get(runId)?.rows ?? 0),
  };
}

interface AlongRecord {
  readonly job_id: number;
  readonly stem: string;
  readonly result_id: number;
  readonly file_name: string;
  readonly sha256: string;
  readonly size_bytes: number;
}

const ALONG_COLUMNS = 'j.id AS job_id, j.stem, r.id AS result_id, r.file_name, r.sha256, r.size_bytes';

function toAlong({ job_id, stem, ...result }: AlongRecord): AlongResult {
  return { jobId: job_id, stem, ...fileOf(result) };
}

function fileOf({ result_id, file_name, sha256, size_bytes }: Omit<AlongRecord, 'job_id' | 'stem'>) {
  return { resultId: result_id, fileName: file_name, sha256, sizeBytes: size_bytes };
}

interface WaitingRecord {
  readonly id: number;
  readonly position: number;
  readonly stem: string;
  readonly digest: string;
  readonly instruction: string | null;
  readonly model_id: number;
  readonly variant: number;
}

interface SetAsideRecord extends Omit<AlongRecord, 'job_id' | 'stem'> {
  /** The job it was set aside from. */
  readonly job_id: number;
  readonly variant: number;
  /** What was asked of that job alone. */
  readonly own: string | null;
}

function createWanted(db: Db) {
  const isAny = db.prepare('SELECT 1 FROM results WHERE current = 0 AND digest IS NOT NULL LIMIT 1');
  // Each state along its own index: of both at once, every page would sort all that are left.
  const waiting = db.prepare<WaitingRecord>(
    `SELECT * FROM (${waitingAs('pending')}) UNION ALL SELECT * FROM (${waitingAs('cancelled')})
     ORDER BY position LIMIT ?3`,
  );
  // The index has them in the order of their numbers: the newest are at its end.
  const setAside = db.prepare<SetAsideRecord>(
    `SELECT r.id AS result_id, r.file_name, r.sha256, r.size_bytes, r.job_id, o.variant,
       CASE WHEN r.is_own = 1 THEN r.instruction END AS own
     FROM results r INDEXED BY results_set_aside CROSS JOIN jobs o ON o.id = r.job_id
     WHERE r.digest = ? AND r.current = 0 AND o.run_id = ? AND o.model_id = ? ORDER BY r.id DESC LIMIT ?`,
  );

  return (runId: number, afterPosition: number, limit: number): WantedPage => {
    const jobs = isAny.get() === undefined ? [] : waiting.all(runId, Math.max(afterPosition, -1), limit);
    /** By what is asked of whom; those that are left. */
    const known = new Map<string, SetAsideRecord[]>();
    const found: AlongResult[] = [];
    for (const job of jobs) {
      const asked = rowDigestOf(job.digest);
      const key = `${job.model_id} ${asked}`;
      const left = known.get(key) ?? setAside.all(asked, runId, job.model_id, limit).slice();
      known.set(key, left);
      const at = bestFor(job, left);
      const [result] = at < 0 ? [] : left.splice(at, 1);
      if (result !== undefined) {
        found.push({ jobId: job.id, stem: job.stem, ...fileOf(result) });
      }
    }
    return { found, lastPosition: jobs.at(-1)?.position ?? null };
  };
}

function waitingAs(state: 'pending' | 'cancelled'): string {
  return `SELECT id, position, stem, digest, instruction, model_id, variant FROM jobs
    WHERE run_id = ?1 AND state = '${state}' AND position > ?2 AND ${NOT_EMPTIED} ORDER BY position LIMIT ?3`;
}

/** Its own before others, then of the same variant. */
function bestFor(job: WaitingRecord, results: readonly SetAsideRecord[]): number {
  const fits = ({ own }: SetAsideRecord): boolean => job.instruction === null || job.instruction === own;
  const at = results.findIndex((result) => result.job_id === job.id && fits(result));
  const alike = at < 0 ? results.findIndex((result) => result.variant === job.variant && fits(result)) : at;
  return alike < 0 ? results.findIndex(fits) : alike;
}

interface GoneRecord {
  readonly id: number;
  readonly row: number;
  readonly state: string;
  readonly failure_kind: string | null;
}

/** Of what is under way or may have been charged nothing is taken away. */
const LEAVABLE = `position >= 0 AND state IN ('pending', 'done', 'failed', 'cancelled')`;

function createGone(db: Db) {
  const lastOf = db.prepare<{ row: number | null }>(
    `SELECT max(row) AS row FROM (SELECT row FROM jobs WHERE run_id = ? AND row > ? ORDER BY row LIMIT ?)`,
  );
  const ofRows = db.prepare<GoneRecord>(
    `SELECT id, row, state, failure_kind FROM jobs INDEXED BY jobs_by_ask
     WHERE run_id = ? AND row > ? AND row <= ? AND ${LEAVABLE}`,
  );
  const setAside = db.prepare(`UPDATE results SET ${SET_RESULT_ASIDE} WHERE job_id = ? AND current = 1`);
  const leave = db.prepare(
    `UPDATE jobs SET position = -1, state = 'cancelled', misfit_id = NULL, failure = NULL, retries_used = 0,
       result_id = NULL, review = NULL, ${LEAVE_ASK} WHERE id = ?`,
  );
  // Where one stays, places between it and the others are left.
  const unsettle = db.prepare('UPDATE runs SET positions_settled = 0 WHERE id = ?');

  function after(runId: number, afterRow: number, rows: number) {
    const lastRow = lastOf.get(runId, afterRow, rows)?.row ?? null;
    return { lastRow, records: lastRow === null ? [] : ofRows.all(runId, afterRow, lastRow) };
  }

  return {
    page(runId: number, afterRow: number, rows: number): GonePage {
      const { lastRow, records } = after(runId, afterRow, rows);
      return { lastRow, jobIds: records.filter(({ state }) => state === 'done').map(({ id }) => id) };
    },
    leave(runId: number, afterRow: number, rows: number) {
      const { lastRow, records } = after(runId, afterRow, rows);
      for (const { id } of records) {
        setAside.run(id);
        leave.run(id);
      }
      if (records.length > 0) {
        unsettle.run(runId);
      }
      return { lastRow, records };
    },
  };
}

interface MovedRecord {
  readonly job_id: number;
  readonly attempt_id: number | null;
}

interface MovedAttempt {
  readonly number: number;
  readonly cost_micro_usd: number | null;
}

interface TakerRecord {
  readonly run_id: number;
  readonly digest: string;
  readonly state: string;
}

function createAlong(db: Db) {
  const table = createVersionTable(db);
  const result = db.prepare<MovedRecord>(
    'SELECT job_id, attempt_id FROM results WHERE id = ? AND current = 0 AND digest IS NOT NULL',
  );
  const taker = db.prepare<TakerRecord>(
    `SELECT run_id, digest, state FROM jobs
     WHERE id = ? AND state IN ('pending', 'cancelled') AND position >= 0 AND ${NOT_EMPTIED}`,
  );
  const give = db.prepare('UPDATE results SET job_id = ? WHERE id = ?');
  // An answer in words has no name to be given.
  const keepDigest = db.prepare(
    `UPDATE results SET digest = CASE WHEN file_name = '' THEN NULL ELSE ? END WHERE id = ?`,
  );
  const tell = db.prepare(
    `UPDATE jobs SET endpoint_name = a.endpoint_name, took_ms = a.took_ms FROM attempts a WHERE a.id = ? AND jobs.id = ?`,
  );
  const moveAttempt = createAttemptMove(db);
  const moveTags = createTagMove(db);

  /** Null: the job waits no more, or somebody else has the result. */
  return (jobId: number, resultId: number): TakerRecord | null => {
    const moved = result.get(resultId);
    const job = taker.get(jobId);
    if (moved === undefined || job === undefined) {
      return null;
    }
    give.run(jobId, resultId);
    const own = table.show(jobId, resultId);
    table.ask(jobId, own, jobDigest(rowDigestOf(job.digest), own));
    keepDigest.run(rowDigestOf(job.digest), resultId);
    moveTags(resultId, { from: moved.job_id, to: jobId });
    if (moved.attempt_id !== null) {
      if (moved.job_id !== jobId) {
        moveAttempt(moved.attempt_id, { from: moved.job_id, to: jobId });
      }
      tell.run(moved.attempt_id, jobId);
    }
    return job;
  };
}

interface Move {
  readonly from: number;
  readonly to: number;
}

/** Those of the row that was here before do not stay with the picture of another. */
function createTagMove(db: Db) {
  const untag = db.prepare('DELETE FROM job_tags WHERE job_id = ?');
  const untagEmpty = db.prepare(
    `DELETE FROM job_tags WHERE job_id = ?1 AND (SELECT result_id IS NULL FROM jobs WHERE id = ?1)`,
  );
  const tag = db.prepare(
    `INSERT OR IGNORE INTO job_tags (job_id, tag_id)
     SELECT ?1, t.id FROM results r CROSS JOIN json_each(r.tags) AS kept CROSS JOIN tags t ON t.id = kept.value
     WHERE r.id = ?2`,
  );
  return (resultId: number, { from, to }: Move): void => {
    untag.run(to);
    untagEmpty.run(from);
    tag.run(to, resultId);
  };
}

/** The attempt that made a result stands with it, and its cost: that of all attempts of a run stays what it is. */
function createAttemptMove(db: Db) {
  const find = db.prepare<MovedAttempt>('SELECT number, cost_micro_usd FROM attempts WHERE id = ?');
  const move = db.prepare(
    `UPDATE attempts SET job_id = ?1, number = (SELECT coalesce(max(number), 0) + 1 FROM attempts WHERE job_id = ?1)
     WHERE id = ?2`,
  );
  const closeUp = db.prepare('UPDATE attempts SET number = number - 1 WHERE job_id = ? AND number > ?');
  // Not 0: a job that was sent under this name is none whose files nobody knows.
  const leave = db.prepare(
    `UPDATE jobs SET attempts = max(attempts - 1, 1),
       cost_micro_usd = CASE WHEN ?1 IS NULL THEN cost_micro_usd ELSE nullif(cost_micro_usd - ?1, 0) END WHERE id = ?2`,
  );
  const enter = db.prepare(
    `UPDATE jobs SET attempts = (SELECT max(number) FROM attempts WHERE job_id = ?2),
       cost_micro_usd = CASE WHEN ?1 IS NULL THEN cost_micro_usd ELSE coalesce(cost_micro_usd, 0) + ?1 END WHERE id = ?2`,
  );
  return (attemptId: number, { from, to }: Move): void => {
    const attempt = find.get(attemptId);
    if (attempt !== undefined) {
      move.run(to, attemptId);
      closeUp.run(from, attempt.number);
      leave.run(attempt.cost_micro_usd, from);
      enter.run(attempt.cost_micro_usd, to);
    }
  };
}
