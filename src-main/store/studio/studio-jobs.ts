/** The requests of the studio as jobs. */
import type { RunState } from '@shared/model/run';
import type { Db } from '../database/driver';
import type { RunTally } from '../runs/run-tally';

export function createStudioJobs(db: Db, tally: RunTally) {
  const runs = db.prepare<{ runId: number; treeId: number }>(
    `SELECT DISTINCT j.run_id AS runId, n.tree_id AS treeId FROM studio_nodes n JOIN jobs j ON j.id = n.job_id`,
  );
  const cancel = db.prepare(
    `UPDATE jobs SET state = 'cancelled', failure = NULL WHERE id = ? AND run_id = ? AND state = 'pending'`,
  );
  const nodeless = db.prepare<{ id: number }>(
    `SELECT id FROM runs WHERE origin = 'studio' AND replaced = 0 AND state ->> 'kind' = 'planned'
     AND NOT EXISTS (SELECT 1 FROM studio_nodes n JOIN jobs j ON j.id = n.job_id WHERE j.run_id = runs.id)`,
  );
  const pendingOf = db.prepare<{ id: number }>(`SELECT id FROM jobs WHERE run_id = ? AND state = 'pending'`);
  const finish = db.prepare('UPDATE runs SET state = ? WHERE id = ?');

  function cancelPending(runId: number, jobIds: readonly number[]): number {
    let cancelled = 0;
    for (const jobId of jobIds) {
      cancelled += cancel.run(jobId, runId).changes;
    }
    tally.leave({ runId, state: 'pending', failureKind: null }, cancelled);
    tally.enter({ runId, state: 'cancelled', failureKind: null }, cancelled);
    return cancelled;
  }

  return {
    cancelPending,
    endNodeless(): number {
      const runIds = nodeless.all().map(({ id }) => id);
      for (const runId of runIds) {
        const jobIds = pendingOf.all(runId).map(({ id }) => id);
        cancelPending(runId, jobIds);
        finish.run(JSON.stringify({ kind: 'finished' } satisfies RunState), runId);
      }
      return runIds.length;
    },
    runs: (): readonly { readonly runId: number; readonly treeId: number }[] =>
      runs.all().map(({ runId, treeId }) => ({ runId, treeId })),
  };
}
