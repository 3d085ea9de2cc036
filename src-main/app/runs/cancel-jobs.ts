/** Cancels some jobs of a run that goes on with its others: pending ones are `cancelled`, those in flight are cut off. */
import type { Scheduler } from '../../engine/runs/scheduler';
import type { Store } from '../../store/store';
import type { EventHub } from '../event-hub';

export interface JobCancelParts {
  readonly scheduler: Pick<Scheduler, 'cancelJobs'>;
  readonly store: Pick<Store, 'cancelPendingJobs'>;
  readonly events: Pick<EventHub, 'touchJob' | 'touchRun'>;
}

/**
 * What had left may be charged: such a job becomes `unknown` when its request has ended. `inFlight` false: what is in
 * flight is finished and kept, and only never sent again.
 */
export function createJobCancel({ scheduler, store, events }: JobCancelParts) {
  return async (
    runId: number,
    jobIds: readonly number[],
    how: { readonly inFlight?: boolean } = {},
  ): Promise<void> => {
    // In this order: nothing that is pending is leased between the two.
    scheduler.cancelJobs(runId, jobIds, how);
    await store.cancelPendingJobs(runId, jobIds);
    for (const jobId of jobIds) {
      events.touchJob(runId, jobId);
    }
    events.touchRun(runId);
  };
}
