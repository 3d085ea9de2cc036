/** Whose keys a run was sent with so far: it goes on with the same. */
import type { Run } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { ContractClient } from '../own-client';

/** By the last request of one of its jobs; null: nothing was sent yet. */
export async function wasSentFromLibrary(client: ContractClient, { id }: Run): Promise<boolean | null> {
  for (const state of ['done', 'failed', 'unknown'] as const) {
    const { jobs } = await client.runs.jobs({ runId: id, offset: 0, limit: 1, state });
    for (const { id: jobId } of jobs) {
      const { attempts } = await client.runs.job({ jobId });
      const last = attempts.at(-1);
      if (last !== undefined) {
        // Endpoints of the environment have ids of this form (fleet-env/fleet-from-env.ts).
        return !last.endpointId.startsWith('env:');
      }
    }
  }
  return null;
}

/** What keeps the library's own endpoints from serving it; null: nothing does. */
export async function libraryBlocker(client: ContractClient, run: Run): Promise<string | null> {
  const { name, datasetId, recipe, options } = run;
  const { blockers } = await client.runs.plan({ name, datasetId, recipe, options });
  return blockers[0] ?? null;
}

export function refuseResume({ id }: Run, why: string): never {
  throw new Refusal('BAD_INPUT', `Run ${id} cannot go on: ${why}`);
}
