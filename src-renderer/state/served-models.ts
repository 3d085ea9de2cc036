/** Which models can be asked now, and which of them is likely to be meant where nobody chose. Pure. */
import type { EndpointView } from '@shared/contract';
import { DEMO_ENDPOINT, DEMO_MODEL, DEMO_TEXT_MODEL, isDemoModel, mayServe } from '@shared/demo';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice, Task } from '@shared/model/run';

export interface ModelGround {
  readonly models: readonly CatalogueModel[];
  readonly endpoints: readonly EndpointView[];
}

/** Whether a request can go through it, now or later: a key out of quota comes back, one that was refused does not. */
function hasUsableKey({ endpoint, keys }: EndpointView): boolean {
  return (
    endpoint.enabled &&
    (endpoint.demo || keys.some((key) => !key.paused && key.state.status !== 'FAILED_INIT'))
  );
}

export function canServe(endpoints: readonly EndpointView[], choice: ModelChoice): boolean {
  // The demo's endpoint comes about when it is first used.
  return (
    mayServe(DEMO_ENDPOINT, choice) ||
    endpoints.some((view) => hasUsableKey(view) && mayServe(view.endpoint, choice))
  );
}

/** What is asked where nobody chose. Before there is any key, what works is the demo. */
export function likelyChoice(task: Task, ground: ModelGround): ModelChoice | undefined {
  if (ground.endpoints.every(({ keys }) => keys.length === 0)) {
    return demoOf(task);
  }
  const likely = likelyModel(task, ground);
  return likely === undefined ? undefined : { provider: likely.provider, model: likely.id };
}

/** The default model of a provider that can serve now; else any current model of the task. */
export function likelyModel(task: Task, ground: ModelGround): CatalogueModel | undefined {
  const usable = ground.endpoints.filter(hasUsableKey).map((view) => view.endpoint);
  if (usable.length > 0 && usable.every((endpoint) => endpoint.demo)) {
    return demoModel(task, ground);
  }
  const providers = new Set(usable.filter(({ demo }) => !demo).map((endpoint) => endpoint.provider));
  const current = ground.models.filter(
    (model) =>
      model.state === 'current' &&
      model.tasks.includes(task) &&
      !isDemoModel({ provider: model.provider, model: model.id }),
  );
  const served = current.filter((model) => providers.has(model.provider));
  return (
    served.find((model) => model.isDefault === true) ??
    served[0] ??
    current.find((m) => m.isDefault) ??
    current[0]
  );
}

/** The demo's, as the catalogue has it. */
export function demoModel(task: Task, { models }: Pick<ModelGround, 'models'>): CatalogueModel | undefined {
  const demo = demoOf(task);
  return models.find(({ provider, id }) => provider === demo.provider && id === demo.model);
}

function demoOf(task: Task): ModelChoice {
  return task === 'text' ? DEMO_TEXT_MODEL : DEMO_MODEL;
}
