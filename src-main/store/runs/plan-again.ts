/** What a plan that is gone through again has to know before: which jobs ask for something else, and whose names are taken. */
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { createModelIds } from './job-plan';
import { NO_MISFIT } from './misfits';
import { askedOf, isSameAsk, jobDigest, NOTHING_OWN } from './own-instruction';
import type { Tables } from '../sqlite-store';
import type { NewJob } from '../store';

/** A job as it is planned now. */
export interface PlannedAgain extends NewJob {
  /** Digest of the same wish as an earlier version of the program made it. */
  readonly former: string;
}

export interface HeldPage {
  /** Below the output folder, without extension. */
  readonly names: readonly { readonly row: number; readonly stem: string }[];
  /** The last row of this page; null: there are no more. */
  readonly lastRow: number | null;
}

export interface PlanAgainStore {
  /**
   * Jobs with a former digest of the same wish, and those that are pending, get the one of now. Answers the ids of done jobs that ask for something
   * else by now: planning them again makes them pending.
   */
  comparePlan(runId: number, jobs: readonly PlannedAgain[]): Promise<readonly number[]>;
  /** Names that results of the run have, earlier ones too, or that what was sent may still get; of rows above `afterRow`. */
  heldNames(runId: number, afterRow: number, rows: number): Promise<HeldPage>;
}

/** Every method by name, for the store's thread. */
export const PLAN_AGAIN_METHODS = { comparePlan: true, heldNames: true } as const satisfies Record<
  keyof PlanAgainStore,
  true
>;

export function planAgainCalls({ db }: Tables, { read, write }: Access): PlanAgainStore {
  const held = createHeldNames(db);
  return { comparePlan: write(createComparison(db)), heldNames: read(held) };
}

interface ComparedRecord {
  readonly id: number;
  readonly digest: string;
  readonly instruction: string | null;
  readonly state: string;
}

function createComparison(db: Db) {
  const modelId = createModelIds(db);
  const find = db.prepare<ComparedRecord>(
    'SELECT id, digest, instruction, state FROM jobs WHERE run_id = ? AND row = ? AND model_id = ? AND variant = ?',
  );
  const renew = db.prepare('UPDATE jobs SET digest = ? WHERE id = ?');
  // It may be sent before the plan comes to it.
  const askAnew = db.prepare(`UPDATE jobs SET ${NO_MISFIT}, ${NOTHING_OWN}, digest = ? WHERE id = ?`);
  // What was found of a lost attempt is of the same wish still.
  const renewUnfinished = db.prepare(
    `UPDATE unfinished_files SET digest = ?1
     WHERE digest = ?2 AND attempt_id IN (SELECT id FROM attempts WHERE job_id = ?3)`,
  );
  return (runId: number, jobs: readonly PlannedAgain[]): readonly number[] => {
    const changed: number[] = [];
    for (const asked of jobs) {
      const { row, model, variant, former } = asked;
      const job = find.get(runId, row, modelId(model), variant);
      if (job === undefined || isSameAsk(job.digest, asked.digest)) {
        continue;
      }
      if (isSameAsk(askedOf(job.digest), former)) {
        const renewed = jobDigest(asked.digest, job.instruction);
        renew.run(renewed, job.id);
        renewUnfinished.run(renewed, askedOf(job.digest), job.id);
      } else if (job.state === 'done') {
        changed.push(job.id);
      } else if (job.state === 'pending') {
        askAnew.run(asked.digest, job.id);
      }
    }
    return changed;
  };
}

function createHeldNames(db: Db) {
  const lastRow = db.prepare<{ row: number | null }>(
    `SELECT max(row) AS row FROM (SELECT row FROM jobs WHERE run_id = ? AND row > ? ORDER BY row LIMIT ?)`,
  );
  const ofRows = db.prepare<{ row: number; name: string; is_file: number }>(
    `SELECT j.row, r.file_name AS name, 1 AS is_file FROM jobs j INDEXED BY jobs_by_ask
     CROSS JOIN results r ON r.job_id = j.id WHERE j.run_id = ?1 AND j.row > ?2 AND j.row <= ?3 AND r.file_name <> ''
     UNION ALL
     SELECT row, stem, 0 FROM jobs INDEXED BY jobs_by_ask
     WHERE run_id = ?1 AND row > ?2 AND row <= ?3 AND state IN ('leased', 'sent', 'unknown')`,
  );
  return (runId: number, afterRow: number, rows: number): HeldPage => {
    const last = lastRow.get(runId, afterRow, rows)?.row ?? null;
    if (last === null) {
      return { names: [], lastRow: null };
    }
    const names = ofRows.all(runId, afterRow, last).map(({ row, name, is_file }) => ({
      row,
      stem: is_file === 1 ? name.replace(/\.\w+$/, '') : name,
    }));
    return { names, lastRow: last };
  };
}
