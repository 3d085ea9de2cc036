/**
 * The demo endpoint and its model. They belong to each other alone: a real run is never served by the demo, and the
 * demo's pictures never cost anything.
 */
import type { Endpoint } from './model/endpoint';
import type { ModelChoice } from './model/run';

export const DEMO_MODEL: ModelChoice = { provider: 'google_genai', model: 'demo' };

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
  const isDemo = choice.provider === DEMO_MODEL.provider && choice.model === DEMO_MODEL.model;
  return endpoint.provider === choice.provider && endpoint.demo === isDemo;
}
