/** Says where keys will travel, before they do. Keys are named by their last four characters only. */
import type { Endpoint } from '@shared/model/endpoint';
import { OFFICIAL_BASE_URLS } from '@shared/request-url';
import type { EnvKey } from './env-keys';
import { VARIABLE_PREFIXES } from './variables';

/** Keys named one by one; the rest is counted. */
const SHOWN = 6;

/** `keys …ab12, …cd34 -> proxy1.com, proxy2.com; key …ef56 -> proxy3.com` */
export function startLineOf(endpoints: readonly Endpoint[], keys: readonly EnvKey[]): string {
  const groups = new Map<string, EnvKey[]>();
  for (const key of keys) {
    const hosts = hostsOf(endpoints, key).join(', ');
    groups.set(hosts, [...(groups.get(hosts) ?? []), key]);
  }
  return [...groups].map(([hosts, group]) => `${namesOf(group)} -> ${hosts}`).join('; ');
}

export function destinationWarnings(
  endpoints: readonly Endpoint[],
  keys: readonly EnvKey[],
): readonly string[] {
  return [...clearWarning(endpoints, keys), ...mixedWarning(endpoints, keys)];
}

function clearWarning(endpoints: readonly Endpoint[], keys: readonly EnvKey[]): readonly string[] {
  const used = new Set(keys.flatMap((key) => key.endpointIds));
  const clear = endpoints.filter((endpoint) => used.has(endpoint.id) && isClear(endpoint));
  if (clear.length === 0) {
    return [];
  }
  const hosts = unique(clear.map((endpoint) => urlOf(endpoint).host)).join(', ');
  return [`Keys travel unencrypted to ${hosts}: the URL is plain http.`];
}

function mixedWarning(endpoints: readonly Endpoint[], keys: readonly EnvKey[]): readonly string[] {
  const mixed = keys.filter((key) => {
    const own = endpoints.filter((endpoint) => key.endpointIds.includes(endpoint.id));
    return own.some(isOfficial) && !own.every(isOfficial);
  });
  const first = mixed[0];
  if (first === undefined) {
    return [];
  }
  const verb = mixed.length === 1 ? 'goes' : 'go';
  const prefix = VARIABLE_PREFIXES[endpoints[0]?.provider ?? 'google_genai'];
  return [
    `${capital(namesOf(mixed))} ${verb} both to the official host and to others (${hostsOf(endpoints, first).join(', ')}): ` +
      `bind each key to one endpoint with DG_${prefix}_KEY_ENDPOINTS if that is not meant.`,
  ];
}

function namesOf(keys: readonly EnvKey[]): string {
  const shown = keys
    .slice(0, SHOWN)
    .map((key) => (key.secret.tail === '' ? key.label : `…${key.secret.tail}`));
  const rest = keys.length - shown.length;
  return `${keys.length === 1 ? 'key' : 'keys'} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function hostsOf(endpoints: readonly Endpoint[], key: EnvKey): readonly string[] {
  return unique(
    endpoints.filter((endpoint) => key.endpointIds.includes(endpoint.id)).map((one) => urlOf(one).host),
  );
}

function urlOf(endpoint: Endpoint): URL {
  return new URL(endpoint.baseUrl === '' ? OFFICIAL_BASE_URLS[endpoint.provider] : endpoint.baseUrl);
}

function isOfficial(endpoint: Endpoint): boolean {
  return urlOf(endpoint).hostname === new URL(OFFICIAL_BASE_URLS[endpoint.provider]).hostname;
}

function isClear(endpoint: Endpoint): boolean {
  const { protocol, hostname } = urlOf(endpoint);
  return protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
