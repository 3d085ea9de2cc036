/**
 * The demo endpoint and its models. They belong to each other alone: a real run is never served by the demo, and the
 * demo's pictures never cost anything.
 */
import type { Endpoint } from './model/endpoint';
import type { ModelChoice } from './model/run';

export const DEMO_MODEL: ModelChoice = { provider: 'google_genai', model: 'demo' };

/** The demo's answers in words. */
export const DEMO_TEXT_MODEL: ModelChoice = { provider: 'google_genai', model: 'demo-text' };

/** Whether a model is one of the demo's own. */
export function isDemoModel({ provider, model }: ModelChoice): boolean {
  return provider === DEMO_MODEL.provider && (model === DEMO_MODEL.model || model === DEMO_TEXT_MODEL.model);
}

/** Name of the dataset that comes with the program. */
export const SAMPLE_NAME = 'demo dataset';

/** Listens only on this machine and takes no key; its URL is chosen when it starts. */
export const DEMO_ENDPOINT: Endpoint = {
  id: 'demo',
  name: 'Demo',
  provider: 'google_genai',
  baseUrl: '',
  apiVersion: '',
  enabled: true,
  weight: 1,
  limits: {},
  timeoutMs: 60_000,
  options: {},
  demo: true,
};

/** Whether an endpoint may be asked for a model at all, whatever its state. */
export function mayServe(endpoint: Endpoint, choice: ModelChoice): boolean {
  return endpoint.provider === choice.provider && endpoint.demo === isDemoModel(choice);
}
