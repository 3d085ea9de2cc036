/** Jobs as they are planned, planned again, and made pending again. */
import { failureKindSchema } from '@shared/model/failure';
import { type JobState, jobStateSchema, type ModelChoice } from '@shared/model/run';
import type { Db, SqlValue } from '../database/driver';
import { IS_EMPTIED, NOT_EMPTIED } from './emptied';
import type { JobIds } from './job-ids';
import { MISFIT_AGAIN, NO_MISFIT } from './misfits';
import {
  ASK_OF_ROW,
  askedOf,
  HIDE_RESULT,
  IS_ELSEWHERE,
  isSameAsk,
  lostDigest,
  NOTHING_OWN,
  SET_RESULT_ASIDE,
} from './own-instruction';
import { createRestCancelled } from './rest-cancelled';
import type { JobGroup, RunTally } from './run-tally';
import type { NewJob, PlanCounts, Requeue } from '../store';

interface PlannedRecord {
  readonly id: number;
  readonly position: number;
  readonly digest: string;
  readonly state: string;
  readonly failure_kind: string | null;
  readonly attempts: number;
  readonly is_emptied: number | null;
}

/** What is under way is not taken away from whoever carries it. */
const IN_FLIGHT: ReadonlySet<string> = new Set(['leased', 'sent']);

/** What a job that goes again forgets; with its result, that this was in the trash. Its state comes first. */
const REQUEUED = `UPDATE jobs SET state = ?, retries_used = 0, failure = NULL, result_id = NULL, review = NULL,
  trashed_at = CASE WHEN result_id IS NULL AND ${NOT_EMPTIED} THEN trashed_at END`;
/** Jobs without a place are of rows that are gone: they are not in the run until a plan has those again. */
const PLACED = 'position >= 0';
const NOT_IN_FLIGHT = `state NOT IN ('leased', 'sent', 'pending')`;

/** Numbers of models that are not looked up again: callers of the service may ask for any names. */
const MOST_KNOWN = 1000;

/** The number a model goes by in `jobs`; it gets one when it is first asked for. */
export function createModelIds(db: Db): (model: ModelChoice) => number {
  const known = new Map<string, number>();
  let rollbacks = db.rollbacks();
  const find = db.prepare<{ id: number }>('SELECT id FROM models WHERE provider = ? AND model = ?');
  const add = db.prepare('INSERT INTO models (provider, model) VALUES (?, ?)');
  return ({ provider, model }) => {
    const name = `${provider} ${model}`;
    if (rollbacks !== db.rollbacks()) {
      // A number that was given then is nobody's, or will be another model's.
      known.clear();
      rollbacks = db.rollbacks();
    }
    const id = known.get(name) ?? find.get(provider, model)?.id ?? add.run(provider, model).lastId;
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    known.set(name, id);
    return id;
  };
}

export function createJobPlan(db: Db, tally: RunTally, ids: JobIds) {
  const modelId = createModelIds(db);
  const add = db.prepare(
    `INSERT INTO jobs (id, run_id, position, row, idx, variant, model_id, stem, digest, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, row, model_id, variant) DO NOTHING`,
  );
  const find = db.prepare<PlannedRecord>(
    `SELECT id, position, digest, state, failure_kind, attempts, ${IS_EMPTIED} AS is_emptied FROM jobs
     WHERE run_id = ? AND row = ? AND model_id = ? AND variant = ?`,
  );
  const place = db.prepare('UPDATE jobs SET position = ?, idx = ?, stem = ? WHERE id = ?');
  const redo = db.prepare(`${REQUEUED}, ${NO_MISFIT}, ${NOTHING_OWN}, digest = ? WHERE id = ?`);
  const noteAsk = db.prepare('UPDATE jobs SET digest = ? WHERE id = ?');
  const setAside = db.prepare(`UPDATE results SET ${SET_RESULT_ASIDE} WHERE job_id = ? AND current = 1`);
  const inRange = db.prepare<{ jobs: number }>(
    'SELECT count(*) AS jobs FROM jobs WHERE run_id = ? AND position BETWEEN ? AND ?',
  );
  const unsettle = db.prepare('UPDATE runs SET positions_settled = 0 WHERE id = ?');
  const isUnsettled = db.prepare('SELECT 1 FROM runs WHERE id = ? AND positions_settled = 0');
  const number = db.prepare(
    `UPDATE jobs SET position = placed.position
     FROM (SELECT id, row_number() OVER (ORDER BY position, id) - 1 AS position FROM jobs
       WHERE run_id = ? AND position >= 0) AS placed
     WHERE jobs.id = placed.id AND jobs.position <> placed.position`,
  );
  const cancel = db.prepare(
    `UPDATE jobs SET state = 'cancelled', failure = NULL WHERE run_id = ? AND state = 'pending'`,
  );
  const settle = db.prepare('UPDATE runs SET positions_settled = 1 WHERE id = ?');
  const rest = createRestCancelled(db);

  function planJobs(runId: number, jobs: readonly NewJob[]): PlanCounts {
    let added = 0;
    let unsure = 0;
    let isMoved = false;
    const changed = new Set<number>();
    const state = rest.stateOfNew(runId);
    for (const job of jobs) {
      const model = modelId(job.model);
      const { position, row, index, variant, stem, digest } = job;
      if (
        add.run(ids.take(1), runId, position, row, index, variant, model, stem, digest, state).changes > 0
      ) {
        added += 1;
        continue;
      }
      const old = find.get(runId, row, model, variant);
      if (old === undefined) {
        continue;
      }
      isMoved ||= old.position !== position;
      place.run(position, index, stem, old.id);
      if (old.position < 0 && old.is_emptied === 1 && isSameAsk(old.digest, digest)) {
        tally.enter(groupOf(runId, old.state, old.failure_kind));
        continue;
      }
      if (old.position < 0) {
        redo.run(state, digest, old.id);
        added += 1;
        continue;
      }
      // Of the same row, what the job was given as its own stays.
      if (isSameAsk(old.digest, digest) || IN_FLIGHT.has(old.state)) {
        continue;
      }
      if (old.state === 'unknown') {
        // It may have been charged: it goes again when somebody says so, and asks for what the row says by then.
        const asked = askedOf(old.digest);
        unsure += isSameAsk(asked, digest) ? 0 : 1;
        noteAsk.run(lostDigest(digest, asked), old.id);
        continue;
      }
      if (old.attempts > 0 || old.state === 'done' || old.state === 'failed') {
        changed.add(row);
      }
      // What waits was asked for since.
      askAnew(runId, old, { digest, state: old.state === 'pending' ? 'pending' : state });
    }
    tally.enter({ runId, state, failureKind: null }, added);
    if (isMoved || !isAlone(runId, jobs)) {
      unsettle.run(runId);
    }
    return { added, changed: changed.size, unsure };
  }

  function askAnew(
    runId: number,
    old: PlannedRecord,
    { digest, state }: { readonly digest: string; readonly state: 'pending' | 'cancelled' },
  ): void {
    setAside.run(old.id);
    redo.run(state, digest, old.id);
    tally.leave(groupOf(runId, old.state, old.failure_kind));
    tally.enter({ runId, state, failureKind: null });
  }

  /** Whether no other job stands on a position of these. */
  function isAlone(runId: number, jobs: readonly NewJob[]): boolean {
    const [first] = jobs;
    if (first === undefined) {
      return true;
    }
    let low = first.position;
    let high = first.position;
    for (const { position } of jobs) {
      low = Math.min(low, position);
      high = Math.max(high, position);
    }
    return inRange.get(runId, low, high)?.jobs === jobs.length;
  }

  /** A plan that moved jobs may have left gaps and doubles, which closing needs the whole plan: done at the next read. */
  function settlePositions(runId: number): void {
    if (isUnsettled.get(runId) !== undefined) {
      db.transaction(() => {
        number.run(runId);
        settle.run(runId);
      });
    }
  }

  function requeue(runId: number, which: Requeue): number {
    if (which.kind === 'cancelled') {
      rest.set(runId, false);
    }
    const [where, values] = conditionOf(which);
    // Named jobs are found by their ids: the sign keeps SQLite from walking all jobs of the run for them.
    const chosen = `${which.kind === 'jobs' ? '+' : ''}run_id = ? AND ${NOT_IN_FLIGHT} AND ${where}`;
    if (which.kind !== 'failed' && which.kind !== 'cancelled') {
      db.prepare(
        `UPDATE jobs SET ${ASK_OF_ROW} WHERE ${chosen} AND state = 'unknown' AND ${IS_ELSEWHERE}`,
      ).run(runId, ...values);
    }
    const groups = db
      .prepare<{ state: string; failure_kind: string | null; jobs: number }>(
        `SELECT state, failure_kind, count(*) AS jobs FROM jobs WHERE ${chosen} GROUP BY state, failure_kind`,
      )
      .all(runId, ...values);
    db.prepare(
      `UPDATE results SET ${HIDE_RESULT} WHERE current = 1 AND id IN (SELECT result_id FROM jobs WHERE ${chosen})`,
    ).run(runId, ...values);
    const { changes } = db
      .prepare(`${REQUEUED}, ${MISFIT_AGAIN} WHERE ${chosen}`)
      .run('pending', runId, ...values);
    for (const group of groups) {
      tally.leave(groupOf(runId, group.state, group.failure_kind), group.jobs);
    }
    tally.enter({ runId, state: 'pending', failureKind: null }, changes);
    return changes;
  }

  function cancelPending(runId: number): number {
    rest.set(runId, true);
    const { changes } = cancel.run(runId);
    tally.leave({ runId, state: 'pending', failureKind: null }, changes);
    tally.enter({ runId, state: 'cancelled', failureKind: null }, changes);
    return changes;
  }

  function jobIds(runId: number, which: Requeue, afterId: number, limit: number): readonly number[] {
    const [where, values] = conditionOf(which);
    return db
      .prepare<{ id: number }>(
        // Along the ids: by any index, each page would sort the whole set again.
        `SELECT id FROM jobs NOT INDEXED WHERE run_id = ? AND id > ? AND ${where} ORDER BY id LIMIT ?`,
      )
      .all(runId, afterId, ...values, limit)
      .map(({ id }) => id);
  }

  const wantRest = (runId: number): void => rest.set(runId, false);

  return { planJobs, settlePositions, requeue, cancelPending, wantRest, jobIds };
}

/** Sets of jobs as SQL over `jobs`. */
function conditionOf(which: Requeue): readonly [where: string, values: readonly SqlValue[]] {
  switch (which.kind) {
    case 'failed':
      return failedAs(which);
    case 'unknown':
      return [`state = 'unknown' AND ${PLACED}`, []];
    case 'cancelled':
      return [`state = 'cancelled' AND ${NOT_EMPTIED} AND ${PLACED}`, []];
    case 'all':
      return [PLACED, []];
    case 'jobs':
      return [`id IN (SELECT value FROM json_each(?)) AND ${PLACED}`, [JSON.stringify(which.jobIds)]];
  }
}

function failedAs({ failureKind, message }: Extract<Requeue, { kind: 'failed' }>) {
  const conditions: readonly (readonly [string, SqlValue | undefined])[] = [
    ['failure_kind = ?', failureKind],
    ['failure_text = ?', message],
  ];
  const named = conditions.filter(([, value]) => value !== undefined);
  const where = [`state = 'failed'`, ...named.map(([condition]) => condition)].join(' AND ');
  return [where, named.map(([, value]) => value ?? null)] as const;
}

/** Looked up for each change of a job: a schema takes ten times as long. */
const STATES: ReadonlyMap<string, JobState> = new Map(jobStateSchema.options.map((state) => [state, state]));

export function groupOf(runId: number, state: string, failureKind: string | null): JobGroup {
  const known: JobState = STATES.get(state) ?? jobStateSchema.parse(state);
  return {
    runId,
    state: known,
    failureKind: known === 'failed' ? failureKindSchema.parse(failureKind) : null,
  };
}
