/** Which endpoints can take part in a run at all. Pure. */
import type { EndpointView } from '@shared/contract';
import { mayServe } from '@shared/demo';
import type { ModelChoice } from '@shared/model/run';

/** Those that can be asked for at least one of the models. */
export function ableEndpoints(
  endpoints: readonly EndpointView[],
  models: readonly ModelChoice[],
): readonly EndpointView[] {
  return endpoints.filter(({ endpoint }) => models.some((model) => mayServe(endpoint, model)));
}
