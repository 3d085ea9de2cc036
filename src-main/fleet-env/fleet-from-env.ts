/**
 * The environment's endpoints and keys as a fleet. With `_ENDPOINTS` or `_API_KEYS` set every key serves every endpoint
 * unless `_KEY_ENDPOINTS` binds it; otherwise one endpoint is made of the singular variables. A blank endpoint is the
 * official one, or what the SDKs' own GOOGLE_GEMINI_BASE_URL and OPENAI_BASE_URL put in its place. Pure.
 */
import type { Endpoint } from '@shared/model/endpoint';
import type { Provider } from '@shared/model/provider';
import { OFFICIAL_BASE_URLS } from '@shared/request-url';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { keysFromEnv, type EnvKey } from './env-keys';
import { destinationWarnings, startLineOf } from './destinations';
import {
  EnvProblem,
  type Environment,
  integerOf,
  integersOf,
  listOf,
  positionIn,
  secondsOf,
  type Variable,
  type Variables,
  variablesOf,
} from './variables';

/** What the command line said; wins over the environment. */
export interface FleetFlags {
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  readonly retryDelayMs?: number;
  readonly maxWorkers?: number;
  readonly aspectRatio?: string;
}

export interface FleetDefaults {
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly maxWorkers: number;
  readonly aspectRatio: string | null;
}

export interface FleetRequest {
  readonly provider: Provider;
  readonly env: Environment;
  readonly flags: FleetFlags;
}

export interface FoundFleet {
  readonly kind: 'ok';
  readonly provider: Provider;
  readonly endpoints: readonly Endpoint[];
  /** Equal secrets are one key. Ids are positions: they tell keys apart within this process only. */
  readonly keys: readonly EnvKey[];
  readonly defaults: FleetDefaults;
  /** Which key tails go to which host. */
  readonly startLine: string;
  /** One sentence each: what was ignored or joined. */
  readonly notes: readonly string[];
  /** One sentence each: what may do harm. */
  readonly warnings: readonly string[];
}

export type EnvFleet = FoundFleet | { readonly kind: 'refused'; readonly sentence: string };

export function fleetFromEnv(request: FleetRequest): EnvFleet {
  try {
    return readFleet(request);
  } catch (error) {
    if (error instanceof EnvProblem) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

export type EnvDefaults =
  | { readonly kind: 'ok'; readonly defaults: FleetDefaults }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What flags and environment say beside endpoints and keys, for who sends with others. */
export function defaultsFromEnv({ provider, env, flags }: FleetRequest): EnvDefaults {
  try {
    return { kind: 'ok', defaults: readDefaults(provider, variablesOf(provider, env), flags) };
  } catch (error) {
    if (error instanceof EnvProblem) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

function readFleet({ provider, env, flags }: FleetRequest): FoundFleet {
  const variables = variablesOf(provider, env);
  const defaults = readDefaults(provider, variables, flags);
  const { endpoints, surplus } = readEndpoints(provider, variables, defaults.timeoutMs);
  const { keys, notes } = keysFromEnv(
    provider,
    variables,
    endpoints.map((endpoint) => endpoint.id),
  );
  return {
    kind: 'ok',
    provider,
    endpoints,
    keys,
    defaults,
    startLine: startLineOf(endpoints, keys),
    notes: [...surplusNote(surplus, endpoints.length), ...notes],
    warnings: destinationWarnings(endpoints, keys),
  };
}

function readDefaults(provider: Provider, variables: Variables, flags: FleetFlags): FleetDefaults {
  const timeout = variables.find('TIMEOUT');
  const timeoutMs = flags.timeoutMs ?? secondsOf(timeout) ?? DEFAULT_SETTINGS.timeoutMs;
  if (timeoutMs < 1 || timeoutMs > 3_600_000) {
    throw new EnvProblem(`${timeout?.name ?? 'The timeout'} must be more than 0 and at most 3600 seconds.`);
  }
  const workers = variables.find('MAX_WORKERS');
  const maxWorkers =
    flags.maxWorkers ?? integerOf(workers, 'requests in flight') ?? DEFAULT_SETTINGS.concurrency;
  if (maxWorkers < 1 || maxWorkers > 1024) {
    throw new EnvProblem(`${workers?.name ?? 'The number of workers'} must be between 1 and 1024.`);
  }
  const retries = variables.find('MAX_RETRIES');
  const maxRetries = flags.maxRetries ?? integerOf(retries, 'retries') ?? DEFAULT_SETTINGS.maxRetries;
  if (maxRetries > 100) {
    throw new EnvProblem(`${retries?.name ?? 'The number of retries'} must be at most 100.`);
  }
  const delay = variables.find('RETRY_DELAY');
  const retryDelayMs = flags.retryDelayMs ?? secondsOf(delay) ?? DEFAULT_SETTINGS.retryDelayMs;
  if (retryDelayMs > 3_600_000) {
    throw new EnvProblem(`${delay?.name ?? 'The retry delay'} must be at most 3600 seconds.`);
  }
  const ratio = provider === 'google_genai' ? variables.find('ASPECT_RATIO') : null;
  if (ratio !== null && flags.aspectRatio === undefined && !/^\d{1,4}:\d{1,4}$/.test(ratio.value)) {
    throw new EnvProblem(`${ratio.name} is not an aspect ratio such as 16:9.`);
  }
  return {
    timeoutMs,
    maxRetries,
    retryDelayMs,
    maxWorkers,
    aspectRatio: flags.aspectRatio ?? ratio?.value ?? null,
  };
}

/** What the SDKs themselves read as the address of the official endpoint. */
const OFFICIAL_URL_VARIABLES: Readonly<Record<Provider, string>> = {
  google_genai: 'GOOGLE_GEMINI_BASE_URL',
  openai: 'OPENAI_BASE_URL',
};

interface ReadEndpoints {
  readonly endpoints: readonly Endpoint[];
  readonly surplus: readonly Surplus[];
}

/** A list with more values than there are endpoints. */
interface Surplus {
  readonly name: string;
  readonly count: number;
}

function readEndpoints(provider: Provider, variables: Variables, timeoutMs: number): ReadEndpoints {
  const listed = variables.find('ENDPOINTS');
  const source = listed ?? variables.find('BASE_URL', 'API_BASE');
  const official = variables.findExactly(OFFICIAL_URL_VARIABLES[provider]);
  const urls = listed === null ? [source?.value ?? ''] : listOf(listed);
  const limits = variables.find('RATE_LIMITS');
  const weights = variables.find('WEIGHTS');
  const limitList = integersOf(limits, 'requests per minute');
  const weightList = integersOf(weights, 'parts of the traffic');
  const limitOfAll = integerOf(variables.find('RATE_LIMIT'), 'requests per minute');
  const apiVersion = readApiVersion(provider, variables);
  const named = new Map<string, number>();
  const endpoints = urls.map((url, at): Endpoint => {
    const baseUrl = checkedUrl(url, source, at) || checkedUrl(official?.value ?? '', official, 0);
    const place = baseUrl === '' ? OFFICIAL_BASE_URLS[provider] : baseUrl;
    const nth = (named.get(place) ?? 0) + 1;
    named.set(place, nth);
    const suffix = nth === 1 ? '' : ` #${nth}`;
    return {
      id: `env:${provider}:${place}${suffix}`,
      name: `${new URL(place).host}${suffix}`,
      provider,
      baseUrl,
      apiVersion,
      enabled: true,
      weight: Math.min(weightList[at] ?? 1, 10_000),
      limits: limitsOf(limitList[at] ?? limitOfAll),
      timeoutMs,
      options: {},
      demo: false,
    };
  });
  if (endpoints.every((endpoint) => endpoint.weight === 0)) {
    throw new EnvProblem(
      `${weights?.name ?? 'WEIGHTS'} gives every endpoint the weight 0: one must be above 0.`,
    );
  }
  const surplus = [limits, weights].flatMap((list) => {
    const count = listOf(list).length;
    return list !== null && count > endpoints.length ? [{ name: list.name, count }] : [];
  });
  return { endpoints, surplus };
}

function limitsOf(requestsPerMinute: number | null): Endpoint['limits'] {
  return requestsPerMinute === null || requestsPerMinute === 0 ? {} : { requestsPerMinute };
}

function readApiVersion(provider: Provider, variables: Variables): string {
  const variable = provider === 'google_genai' ? variables.find('API_VERSION') : null;
  if (variable !== null && !/^v1(alpha|beta)?$/.test(variable.value)) {
    throw new EnvProblem(`${variable.name} must be v1, v1beta or v1alpha.`);
  }
  return variable?.value ?? '';
}

/** Blank stays blank: the official endpoint. */
function checkedUrl(url: string, source: Variable | null, at: number): string {
  if (url === '') {
    return '';
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new EnvProblem(
      `${positionIn(source, at)} is not a URL such as https://host/path; leave it blank for the official endpoint.`,
    );
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new EnvProblem(
      `${positionIn(source, at)} holds a user name or password; keys belong into the key variables.`,
    );
  }
  return url;
}

/** All surplus lists in one sentence: they usually come from one pasted example. */
function surplusNote(surplus: readonly Surplus[], endpoints: number): readonly string[] {
  if (surplus.length === 0) {
    return [];
  }
  const lists = surplus.map(({ name, count }) => `${name} has ${count} values`).join(' and ');
  return [
    `${lists}, but there ${endpoints === 1 ? 'is 1 endpoint' : `are ${endpoints} endpoints`}: the surplus is ignored.`,
  ];
}
