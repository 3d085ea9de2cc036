/** How a service is to run: what its environment and its flags say. Pure. */
import { z } from 'zod';
import { EnvProblem, type Environment } from '../fleet-env/variables';
import { Secret } from '../providers/secret';

export const DEFAULT_PORT = 5004;
const DEFAULT_LIMIT = 15;
const MOST_AT_ONCE = 1024;

export const envTierSchema = z.enum(['off', 'loopback', 'any']);
/** Who may use the environment's key without any credentials of his own. */
export type EnvTier = z.infer<typeof envTierSchema>;

export interface TlsFiles {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface ServiceConfig {
  readonly host: string;
  /** 0: a free one, for tests. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | undefined;
  readonly envTier: EnvTier;
  readonly adminKey: Secret | null;
  /** Requests in flight over all callers. */
  readonly limit: number;
}

export interface GivenConfig {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly envTier?: EnvTier | undefined;
}

export type ReadConfig =
  | { readonly kind: 'ok'; readonly config: ServiceConfig }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What is given wins over the environment. */
export function readConfig(env: Environment, given: GivenConfig): ReadConfig {
  try {
    return { kind: 'ok', config: configOf(env, given) };
  } catch (error) {
    if (error instanceof EnvProblem) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

function configOf(env: Environment, given: GivenConfig): ServiceConfig {
  const adminKey = env['ADMIN_API_KEY']?.trim() ?? '';
  return {
    host: given.host ?? '127.0.0.1',
    port: given.port ?? wholeNumber(env, 'PORT', 65_535) ?? DEFAULT_PORT,
    limit: wholeNumber(env, 'GEMINI_CONCURRENCY_LIMIT', MOST_AT_ONCE) ?? DEFAULT_LIMIT,
    envTier: given.envTier ?? tierOf(env['BRUSHFLEET_ENV_TIER']) ?? 'loopback',
    allowedHosts: given.allowedHosts ?? listed(env['BRUSHFLEET_ALLOWED_HOSTS']),
    adminKey: adminKey === '' ? null : new Secret(adminKey),
    ...(given.tls === undefined ? {} : { tls: given.tls }),
  };
}

export function listed(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function wholeNumber(env: Environment, name: string, most: number): number | undefined {
  const text = env[name]?.trim() ?? '';
  if (text === '') {
    return undefined;
  }
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= most)) {
    throw new EnvProblem(`${name} must be a whole number from 1 to ${most}.`);
  }
  return value;
}

function tierOf(text: string | undefined): EnvTier | undefined {
  const word = text?.trim() ?? '';
  if (word === '') {
    return undefined;
  }
  const read = envTierSchema.safeParse(word);
  if (!read.success) {
    throw new EnvProblem(`BRUSHFLEET_ENV_TIER must be ${envTierSchema.options.join(', ')}.`);
  }
  return read.data;
}
