/** The environment with the keys that a program chose by their variables' names, and no others. Pure. */
import type { Provider } from '@shared/model/provider';
import { type Environment, VARIABLE_PREFIXES } from '../fleet-env/variables';
import type { BrushfleetOptions } from './types';

export type ChosenKeys =
  | {
      readonly kind: 'ok';
      readonly env: Environment;
      /** The variable that a key came from. */
      nameOf(secret: string): string | undefined;
    }
  | { readonly kind: 'refused'; readonly sentence: string };

export function chosenKeys(
  keys: NonNullable<BrushfleetOptions['keys']>,
  provider: Provider,
  env: Environment,
): ChosenKeys {
  const prefix = `${VARIABLE_PREFIXES[provider]}_API_KEY`;
  const names = namesOf(keys, prefix, env);
  if (typeof names === 'string') {
    return { kind: 'refused', sentence: names };
  }
  const missing = isListed(keys) ? names.filter((name) => valueOf(env, name) === '') : [];
  if (missing.length > 0) {
    return { kind: 'refused', sentence: `No valid API keys found: ${missing.join(', ')} is not set.` };
  }
  const found = names.filter((name) => valueOf(env, name) !== '');
  if (found.length === 0) {
    return {
      kind: 'refused',
      sentence: `No valid API keys found from the environment: set ${prefix}_1, ${prefix}_2 and so on.`,
    };
  }
  const others = Object.entries(env).filter(([name]) => !isKeyVariable(name, prefix));
  const chosen = found.map((name, at) => [`${prefix}_${at + 1}`, valueOf(env, name)] as const);
  return {
    kind: 'ok',
    env: Object.fromEntries([...others, ...chosen]),
    nameOf: (secret) => found.find((name) => valueOf(env, name) === secret),
  };
}

/** Whether the environment has a key of that provider at all. */
export function hasKeyVariable(provider: Provider, env: Environment): boolean {
  const prefix = `${VARIABLE_PREFIXES[provider]}_API_KEY`;
  return Object.keys(env).some((name) => isKeyVariable(name, prefix) && valueOf(env, name) !== '');
}

const RANGE = /^(\d{1,6})-(\d{1,6})$/;
const COUNT = /^\d{1,6}$/;
const MOST_KEYS = 10_000;

function namesOf(
  keys: NonNullable<BrushfleetOptions['keys']>,
  prefix: string,
  env: Environment,
): readonly string[] | string {
  if (isListed(keys)) {
    return typeof keys === 'string' ? [keys] : [...(keys as readonly string[])];
  }
  if (keys === 'all') {
    return Object.keys(env)
      .filter((name) => isKeyVariable(name, prefix))
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  }
  const range = RANGE.exec(String(keys));
  const first = range === null ? 1 : Number(range[1]);
  const last = range === null ? Number(keys) : Number(range[2]);
  if (!Number.isInteger(last) || first < 1 || last < first || last - first >= MOST_KEYS) {
    return `keys: ${String(keys)} names no keys; write 'all', how many there are, a range such as '3-15', or their names.`;
  }
  return Array.from({ length: last - first + 1 }, (_, at) => `${prefix}_${first + at}`);
}

/** Names that were written out: each must be there. */
function isListed(keys: NonNullable<BrushfleetOptions['keys']>): boolean {
  return (
    Array.isArray(keys) ||
    (typeof keys === 'string' && keys !== 'all' && !RANGE.test(keys) && !COUNT.test(keys))
  );
}

/** `GEMINI_API_KEY`, `GEMINI_API_KEY_7`, `DG_GEMINI_API_KEYS`. */
function isKeyVariable(name: string, prefix: string): boolean {
  return name.startsWith(prefix) || name.startsWith(`DG_${prefix}`);
}

function valueOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}
