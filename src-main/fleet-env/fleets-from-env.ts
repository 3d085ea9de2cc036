/** The fleets of every provider that an environment has keys for. */
import type { Endpoint } from '@shared/model/endpoint';
import { type Provider, providerSchema } from '@shared/model/provider';
import type { EnvKey } from './env-keys';
import { type FoundFleet, fleetFromEnv } from './fleet-from-env';
import { type Environment, variablesOf } from './variables';

/** One sentence where one of them cannot be used. */
export function fleetsFromEnv(env: Environment): FoundFleet[] | string {
  const found: FoundFleet[] = [];
  for (const provider of providerSchema.options) {
    const fleet = hasKeyIn(env, provider) ? fleetFromEnv({ provider, env, flags: {} }) : null;
    if (fleet?.kind === 'refused') {
      return fleet.sentence;
    }
    if (fleet !== null) {
      found.push(fleet);
    }
  }
  return found;
}

export function hasKeyIn(env: Environment, provider: Provider): boolean {
  const variables = variablesOf(provider, env);
  return variables.find('API_KEYS', 'API_KEY') !== null || variables.numbered('API_KEY').length > 0;
}

/** Who names endpoints means to send there. */
export function hasEndpointIn(env: Environment, provider: Provider): boolean {
  return variablesOf(provider, env).find('ENDPOINTS', 'BASE_URL', 'API_BASE') !== null;
}

export function joinedFleet(fleets: readonly FoundFleet[]): {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly EnvKey[];
} {
  return {
    endpoints: fleets.flatMap(({ endpoints }) => endpoints),
    keys: fleets.flatMap(({ keys }) => keys),
  };
}
