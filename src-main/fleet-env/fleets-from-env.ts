/** The fleets of every provider that an environment has keys for. */
import type { Endpoint } from '@shared/model/endpoint';
import { providerSchema } from '@shared/model/provider';
import type { EnvKey } from './env-keys';
import { type FoundFleet, fleetFromEnv } from './fleet-from-env';
import { type Environment, variablesOf } from './variables';

/** One sentence where one of them cannot be used. */
export function fleetsFromEnv(env: Environment): FoundFleet[] | string {
  const found: FoundFleet[] = [];
  for (const provider of providerSchema.options) {
    const variables = variablesOf(provider, env);
    const hasKey = variables.find('API_KEYS', 'API_KEY') !== null || variables.numbered('API_KEY').length > 0;
    const fleet = hasKey ? fleetFromEnv({ provider, env, flags: {} }) : null;
    if (fleet?.kind === 'refused') {
      return fleet.sentence;
    }
    if (fleet !== null) {
      found.push(fleet);
    }
  }
  return found;
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
