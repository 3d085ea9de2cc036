/** Keys that a caller sends along: whose they are, by a name that gives none of them away, and where they go. */
import { createHash } from 'node:crypto';
import type { Provider } from '@shared/model/provider';
import type { GivenFleet } from '../app/fleet/fleet-roster';
import { fleetFromEnv } from '../fleet-env/fleet-from-env';
import { type Environment, VARIABLE_PREFIXES } from '../fleet-env/variables';
import type { Secret } from '../providers/secret';
import { Problem } from './problem';
import type { ServiceApp } from './service-app';

/** Keys that a caller sent with a request. */
export type CallerKeys = Readonly<Partial<Record<Provider, Secret>>>;

export function providersOf(keys: CallerKeys): Provider[] {
  const all: readonly Provider[] = ['google_genai', 'openai'];
  return all.filter((provider) => keys[provider] !== undefined);
}

/** The same for the same keys, in this library alone: a key cannot be found out from it. */
export function nameOf(keys: CallerKeys, { vault }: Pick<ServiceApp, 'vault'>): string {
  const prints = providersOf(keys).map((provider) => {
    const secret = keys[provider];
    return secret === undefined ? '' : `${provider} ${vault.fingerprint(secret)}`;
  });
  return createHash('sha256').update(prints.join('\n')).digest('hex').slice(0, 16);
}

/** A caller's key goes to the official endpoint, or to what the SDKs' own variables put in its place. */
export function lentBy(id: string, keys: CallerKeys, env: Environment): GivenFleet {
  const found = providersOf(keys).map((provider) => {
    const prefix = VARIABLE_PREFIXES[provider];
    const fleet = fleetFromEnv({
      provider,
      flags: {},
      env: {
        GOOGLE_GEMINI_BASE_URL: env['GOOGLE_GEMINI_BASE_URL'],
        OPENAI_BASE_URL: env['OPENAI_BASE_URL'],
        [`${prefix}_API_KEY`]: keys[provider]?.reveal(),
      },
    });
    if (fleet.kind === 'refused') {
      throw new Problem(422, `credentials: ${prefix.toLowerCase()}_api_key cannot be a key.`, {
        field: 'credentials',
      });
    }
    const endpointId = `caller:${id}:${provider}`;
    return {
      endpoints: fleet.endpoints.map((endpoint) => ({ ...endpoint, id: endpointId })),
      keys: fleet.keys.map((key) => ({ ...key, label: "a caller's own", endpointIds: [endpointId] })),
    };
  });
  return {
    endpoints: found.flatMap(({ endpoints }) => endpoints),
    keys: found.flatMap((one) => one.keys),
    isIsolated: true,
  };
}
