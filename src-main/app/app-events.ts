/** What the event hub sends: the present state of what changed, read when the batch leaves. */
import type { AppEvent } from '@shared/contract';
import type { JobTile } from '@shared/model/run';
import type { Store, StoredJob } from '../store/store';
import type { EventSource } from './event-hub';
import type { Fleet } from './fleet/fleet';
import type { Runs } from './runs/runs';

export function createAppEvents(from: { store: Store; runs: Runs; fleet: Fleet }): EventSource {
  return {
    async runEvent(runId): Promise<AppEvent | null> {
      const run = await from.store.run(runId);
      return run === null ? null : { kind: 'run', run: await from.runs.view(run) };
    },
    async jobEvents(runId, jobIds): Promise<AppEvent> {
      const jobs = await from.store.jobsById(jobIds);
      return { kind: 'jobs', runId, jobs: jobs.map(tileOf) };
    },
    async endpointsEvent(): Promise<AppEvent> {
      return { kind: 'endpoints', endpoints: [...from.fleet.views()] };
    },
  };
}

/** What a gallery tile needs of a job, and no more: pages of these cross to the window ten times a second. */
export function tileOf(job: StoredJob): JobTile {
  return {
    id: job.id,
    runId: job.runId,
    position: job.position,
    row: job.row,
    index: job.index,
    variant: job.variant,
    model: job.model,
    state: job.state,
    ...(job.failureKind === undefined ? {} : { failureKind: job.failureKind }),
    ...(job.resultId === undefined ? {} : { resultId: job.resultId }),
    ...(job.verdict === undefined ? {} : { verdict: job.verdict }),
    ...(job.rating === undefined ? {} : { rating: job.rating }),
    ...(job.width === undefined ? {} : { width: job.width }),
    ...(job.height === undefined ? {} : { height: job.height }),
    ...(job.suspicion === undefined ? {} : { suspicion: job.suspicion }),
    ...(job.suspicions === undefined ? {} : { suspicions: job.suspicions }),
  };
}
