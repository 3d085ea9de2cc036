/** The jobs that wait to be sent, in the order of their run. */
import { providerSchema } from '@shared/model/provider';
import type { PendingJob } from '../../engine/ports';
import type { Db } from '../database/driver';
import { repairOf } from './misfits';

interface PendingRecord {
  readonly id: number;
  readonly run_id: number;
  readonly provider: string;
  readonly model: string;
  readonly retries_used: number;
  /** Of the answer that is to be mended. */
  readonly misfit: string | null;
}

export function createPendingJobs(db: Db) {
  const after = db.prepare<PendingRecord>(
    `SELECT j.id, j.run_id, m.provider, m.model, j.retries_used, a.misfit
     FROM jobs j CROSS JOIN models m ON m.id = j.model_id LEFT JOIN attempts a ON a.id = j.misfit_id
     WHERE j.run_id = ? AND j.state = 'pending'
       AND j.position > coalesce((SELECT position FROM jobs WHERE id = ?), -1)
     ORDER BY j.position LIMIT ?`,
  );
  return (runId: number, afterId: number, limit: number): readonly PendingJob[] =>
    after.all(runId, afterId, limit).map(toPending);
}

function toPending({ id, run_id, provider, model, retries_used, misfit }: PendingRecord): PendingJob {
  const repair = repairOf(misfit);
  return {
    id,
    runId: run_id,
    model: { provider: providerSchema.parse(provider), model },
    retriesUsed: retries_used,
    ...(repair === undefined ? {} : { repair }),
  };
}
