/** Jobs as they are planned, planned again, and made pending again. */
import { failureKindSchema } from '@shared/model/failure';
import { type JobState, jobStateSchema, type ModelChoice } from '@shared/model/run';
import type { Db, SqlValue } from './driver';
import type { JobGroup, RunTally } from './run-tally';
import type { NewJob, Requeue } from './store';

interface PlannedRecord {
  readonly id: number;
  readonly position: number;
  readonly digest: string;
  readonly state: string;
  readonly failure_kind: string | null;
}

/** What is under way is not taken away from whoever carries it. */
const IN_FLIGHT: ReadonlySet<string> = new Set(['leased', 'sent']);

/** What a job that goes again forgets. */
const REQUEUED = `UPDATE jobs SET state = 'pending', retries_used = 0, failure = NULL, result_id = NULL, review = NULL`;
const NOT_IN_FLIGHT = `state NOT IN ('leased', 'sent', 'pending')`;

export function createJobPlan(db: Db, tally: RunTally) {
  const modelIds = new Map<string, number>();
  const findModel = db.prepare<{ id: number }>('SELECT id FROM models WHERE provider = ? AND model = ?');
  const addModel = db.prepare('INSERT INTO models (provider, model) VALUES (?, ?)');
  const add = db.prepare(
    `INSERT INTO jobs (run_id, position, row, idx, variant, model_id, stem, digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const find = db.prepare<PlannedRecord>(
    `SELECT id, position, digest, state, failure_kind FROM jobs
     WHERE run_id = ? AND row = ? AND model_id = ? AND variant = ?`,
  );
  const place = db.prepare('UPDATE jobs SET position = ?, idx = ?, stem = ? WHERE id = ?');
  const redo = db.prepare(`${REQUEUED}, digest = ? WHERE id = ?`);
  const hideResult = db.prepare('UPDATE results SET current = 0 WHERE job_id = ?');
  const inRange = db.prepare<{ jobs: number }>(
    'SELECT count(*) AS jobs FROM jobs WHERE run_id = ? AND position BETWEEN ? AND ?',
  );
  const unsettle = db.prepare('UPDATE runs SET positions_settled = 0 WHERE id = ?');
  const isUnsettled = db.prepare('SELECT 1 FROM runs WHERE id = ? AND positions_settled = 0');
  const number = db.prepare(
    `UPDATE jobs SET position = placed.position
     FROM (SELECT id, row_number() OVER (ORDER BY position, id) - 1 AS position FROM jobs WHERE run_id = ?) AS placed
     WHERE jobs.id = placed.id AND jobs.position <> placed.position`,
  );
  const cancel = db.prepare(
    `UPDATE jobs SET state = 'cancelled', failure = NULL WHERE run_id = ? AND state = 'pending'`,
  );
  const settle = db.prepare('UPDATE runs SET positions_settled = 1 WHERE id = ?');

  function modelId({ provider, model }: ModelChoice): number {
    const name = `${provider} ${model}`;
    const known =
      modelIds.get(name) ?? findModel.get(provider, model)?.id ?? addModel.run(provider, model).lastId;
    modelIds.set(name, known);
    return known;
  }

  function planJobs(runId: number, jobs: readonly NewJob[]): { added: number; changed: number } {
    let added = 0;
    let changed = 0;
    let isMoved = false;
    for (const job of jobs) {
      const model = modelId(job.model);
      const { position, row, index, variant, stem, digest } = job;
      if (add.run(runId, position, row, index, variant, model, stem, digest).changes > 0) {
        added += 1;
        continue;
      }
      const old = find.get(runId, row, model, variant);
      if (old === undefined) {
        continue;
      }
      isMoved ||= old.position !== position;
      place.run(position, index, stem, old.id);
      if (old.digest !== digest && !IN_FLIGHT.has(old.state)) {
        changed += 1;
        redo.run(digest, old.id);
        hideResult.run(old.id);
        tally.leave(groupOf(runId, old.state, old.failure_kind));
        tally.enter({ runId, state: 'pending', failureKind: null });
      }
    }
    tally.enter({ runId, state: 'pending', failureKind: null }, added);
    if (isMoved || !isAlone(runId, jobs)) {
      unsettle.run(runId);
    }
    return { added, changed };
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
    const [where, values] = conditionOf(which);
    // Named jobs are found by their ids: the sign keeps SQLite from walking all jobs of the run for them.
    const chosen = `${which.kind === 'jobs' ? '+' : ''}run_id = ? AND ${NOT_IN_FLIGHT} AND ${where}`;
    const groups = db
      .prepare<{ state: string; failure_kind: string | null; jobs: number }>(
        `SELECT state, failure_kind, count(*) AS jobs FROM jobs WHERE ${chosen} GROUP BY state, failure_kind`,
      )
      .all(runId, ...values);
    db.prepare(
      `UPDATE results SET current = 0 WHERE current = 1 AND id IN (SELECT result_id FROM jobs WHERE ${chosen})`,
    ).run(runId, ...values);
    const { changes } = db.prepare(`${REQUEUED} WHERE ${chosen}`).run(runId, ...values);
    for (const group of groups) {
      tally.leave(groupOf(runId, group.state, group.failure_kind), group.jobs);
    }
    tally.enter({ runId, state: 'pending', failureKind: null }, changes);
    return changes;
  }

  function cancelPending(runId: number): number {
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

  return { planJobs, settlePositions, requeue, cancelPending, jobIds };
}

/** Sets of jobs as SQL over `jobs`. */
function conditionOf(which: Requeue): readonly [where: string, values: readonly SqlValue[]] {
  switch (which.kind) {
    case 'failed':
      return failedAs(which);
    case 'unknown':
    case 'cancelled':
      return ['state = ?', [which.kind]];
    case 'all':
      return ['true', []];
    case 'jobs':
      return ['id IN (SELECT value FROM json_each(?))', [JSON.stringify(which.jobIds)]];
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

export function groupOf(runId: number, state: string, failureKind: string | null): JobGroup {
  const known: JobState = jobStateSchema.parse(state);
  return {
    runId,
    state: known,
    failureKind: known === 'failed' ? failureKindSchema.parse(failureKind) : null,
  };
}
