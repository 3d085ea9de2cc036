/** What the scheduler is asked to carry out, from what the library holds of a run. */
import type { Endpoint } from '@shared/model/endpoint';
import type { ModelChoice, WaitForQuota } from '@shared/model/run';
import type { SharedBound } from '../../engine/runs/shared-bound';
import type { RunOrder } from '../../engine/runs/scheduler';
import type { StoredRun } from '../../store/store';

export interface FleetLook {
  /** The endpoints that may serve these models at all. */
  endpointsFor(models: readonly ModelChoice[]): readonly string[];
  endpoint(endpointId: string): Endpoint | undefined;
}

export interface OrderExtras {
  /** Where the run's own options do not say; absent: always. */
  readonly waitForQuota?: WaitForQuota;
  /** Who lent the endpoints and keys that alone may serve it. */
  readonly borrower?: { readonly name: string; readonly endpointIds: readonly string[] };
  readonly bound?: SharedBound;
}

export function runOrder(
  { id, origin, recipe, options }: StoredRun,
  fleet: FleetLook,
  { waitForQuota = 'always', borrower, bound }: OrderExtras,
): RunOrder {
  const { endpointIds } = options;
  const ableFor = (models: readonly ModelChoice[]): readonly string[] => {
    const able = borrower?.endpointIds ?? fleet.endpointsFor(models);
    return endpointIds === undefined ? able : able.filter((one) => endpointIds.includes(one));
  };
  return {
    runId: id,
    concurrency: options.concurrency,
    autoConcurrency: options.autoConcurrency === true,
    maxRetries: options.maxRetries,
    retryDelayMs: options.retryDelayMs,
    priority: options.priority ?? 'normal',
    ...(borrower === undefined ? {} : { borrower: borrower.name }),
    ...(bound === undefined ? {} : { bound }),
    waitForQuota: options.waitForQuota ?? waitForQuota,
    ...(origin === 'session'
      ? { endpointsOf: (model) => ableFor([model]), givesUp: true }
      : { endpointIds: ableFor(recipe.models) }),
    // One whose endpoint is gone is no fallback any more.
    fallback: (options.fallback ?? []).flatMap(({ endpointId, model }) => {
      const endpoint = fleet.endpoint(endpointId);
      return endpoint === undefined ? [] : { endpointId, model, provider: endpoint.provider };
    }),
  };
}
