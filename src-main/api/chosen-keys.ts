/** The keys that a program chose by their variables' names: which of the environment's they are. Pure. */
import type { Provider } from '@shared/model/provider';
import { isKeyList, keysIn, keyVariables } from '../fleet-env/env-keys';
import { type Environment, VARIABLE_PREFIXES, type Variable, variablesOf } from '../fleet-env/variables';
import type { BrushfleetOptions } from './types';

export type ChosenKeys =
  | {
      readonly kind: 'ok';
      /** The places of all keys stay, for `_KEY_ENDPOINTS` counts them; chosen ones that it would not read come after. */
      readonly env: Environment;
      isChosen(secret: string): boolean;
      /** The variable that a key came from; of a list: none. */
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
  const found = names.flatMap((name): readonly Variable[] => {
    const variable = { name, value: valueOf(env, name) };
    return keysIn(variable).length === 0 || variable.value === '' ? [] : [variable];
  });
  if (found.length === 0) {
    return {
      kind: 'refused',
      sentence: `No valid API keys found from the environment: set ${prefix}_1, ${prefix}_2 and so on.`,
    };
  }
  const secrets = new Set(found.flatMap(keysIn));
  const singles = found.filter((variable) => !isKeyList(variable));
  return {
    kind: 'ok',
    env: chosenEnvironment(env, found, provider),
    isChosen: (secret) => secrets.has(secret),
    nameOf: (secret) => singles.find(({ value }) => value === secret)?.name,
  };
}

/**
 * Values that nobody has stand for the keys that were not chosen: one that can be no key would refuse all, and one that
 * equals a chosen key would send that where it is bound itself. Chosen ones that would not be read stand behind the last
 * number that is taken: in the place of another they would go where that one is bound to.
 */
function chosenEnvironment(env: Environment, found: readonly Variable[], provider: Provider): Environment {
  const variables = variablesOf(provider, env);
  const read = keyVariables(variables);
  const unchosen = without(read, found).map((variable, nth) => [
    variable.name,
    keysIn(variable)
      .map((_key, at) => `unchosen-${nth + 1}-${at + 1}`)
      .join(),
  ]);
  const last = variables.numbered('API_KEY').at(-1)?.name.match(/\d+$/)?.[0] ?? '0';
  const prefix = `${VARIABLE_PREFIXES[provider]}_API_KEY`;
  const others = without(found, read)
    .flatMap(keysIn)
    .map((secret, at) => [`${prefix}_${Number(last) + 1 + at}`, secret]);
  return { ...env, ...Object.fromEntries([...unchosen, ...others]) };
}

function without(variables: readonly Variable[], others: readonly Variable[]): readonly Variable[] {
  const names = new Set(others.map(({ name }) => name));
  return variables.filter(({ name }) => !names.has(name));
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
