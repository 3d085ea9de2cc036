/**
 * The counters of runs. Every change of a job's state is told here, gathered, and written with the transaction that
 * made it: reading counts costs the same for ten jobs and a million.
 */
import type { FailureKind } from '@shared/model/failure';
import { type JobState, jobStateSchema } from '@shared/model/run';
import type { Db } from '../database/driver';
import { createSentTally, type SentTally } from '../journal/sent-tally';

/** Jobs of one run in one state; `failureKind` matters for `failed` alone. */
export interface JobGroup {
  readonly runId: number;
  readonly state: JobState;
  readonly failureKind: FailureKind | null;
}

interface Delta {
  readonly states: Map<JobState, number>;
  readonly failures: Map<FailureKind, number>;
  costMicroUsd: number;
  requests: number;
  maybeMicroUsd: number;
  maybeUnpriced: number;
}

export interface RunTally {
  enter(group: JobGroup, jobs?: number): void;
  leave(group: JobGroup, jobs?: number): void;
  cost(runId: number, microUsd: number): void;
  /** Of attempts; written with the same transaction. */
  readonly attempts: SentTally;
  /** One more attempt is sent, which may be charged as much: millionths of a dollar; null: nobody knows. */
  request(runId: number, price: number | null): void;
  /** It counts as what was charged, or was not, and no more as what may have been. */
  settled(runId: number, price: number | null): void;
  /** Runs `work` in a transaction and writes what it told; a rollback forgets it. */
  transaction<T>(work: () => T): T;
}

const STATES = jobStateSchema.options;

export function createRunTally(db: Db): RunTally {
  const attempts = createSentTally(db);
  let deltas = new Map<number, Delta>();
  const states = STATES.map((state) => `${state} = ${state} + ?`).join(', ');
  const addToRun = db.prepare(
    `UPDATE runs SET ${states}, cost_micro_usd = cost_micro_usd + ?, requests = requests + ?,
     maybe_micro_usd = maybe_micro_usd + ?, maybe_unpriced = maybe_unpriced + ? WHERE id = ?`,
  );
  const addFailures = db.prepare(
    `INSERT INTO run_failures (run_id, kind, count) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );

  function deltaOf(runId: number): Delta {
    const known = deltas.get(runId);
    if (known !== undefined) {
      return known;
    }
    const fresh: Delta = {
      states: new Map(),
      failures: new Map(),
      costMicroUsd: 0,
      requests: 0,
      maybeMicroUsd: 0,
      maybeUnpriced: 0,
    };
    deltas.set(runId, fresh);
    return fresh;
  }

  function add({ runId, state, failureKind }: JobGroup, jobs: number): void {
    const { states, failures } = deltaOf(runId);
    states.set(state, (states.get(state) ?? 0) + jobs);
    if (state === 'failed' && failureKind !== null) {
      failures.set(failureKind, (failures.get(failureKind) ?? 0) + jobs);
    }
  }

  function write(): void {
    for (const [runId, { states, failures, ...sums }] of deltas) {
      const { costMicroUsd, requests, maybeMicroUsd, maybeUnpriced } = sums;
      const moved = STATES.map((state) => states.get(state) ?? 0);
      addToRun.run(...moved, costMicroUsd, requests, maybeMicroUsd, maybeUnpriced, runId);
      for (const [kind, count] of failures) {
        addFailures.run(runId, kind, count);
      }
    }
  }

  return {
    attempts,
    enter: (group, jobs = 1) => add(group, jobs),
    leave: (group, jobs = 1) => add(group, -jobs),
    cost(runId, microUsd) {
      deltaOf(runId).costMicroUsd += microUsd;
    },
    request(runId, price) {
      const delta = deltaOf(runId);
      delta.requests += 1;
      addMaybe(delta, price, 1);
    },
    settled: (runId, price) => addMaybe(deltaOf(runId), price, -1),
    transaction(work) {
      deltas = new Map();
      attempts.reset();
      return db.transaction(() => {
        const answer = work();
        write();
        attempts.write();
        return answer;
      });
    },
  };
}

function addMaybe(delta: Delta, price: number | null, times: 1 | -1): void {
  if (price === null) {
    delta.maybeUnpriced += times;
  } else {
    delta.maybeMicroUsd += times * price;
  }
}
