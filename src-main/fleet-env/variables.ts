/**
 * Reads the variables of one provider. A value that cannot be used throws EnvProblem, whose sentence names the
 * variable and never quotes the value: it may be a key that slipped into the wrong place.
 */
import type { Provider } from '@shared/model/provider';

export type Environment = Readonly<Record<string, string | undefined>>;

export class EnvProblem extends Error {}

/** How a provider is called in the names of variables. */
export const VARIABLE_PREFIXES: Readonly<Record<Provider, string>> = {
  google_genai: 'GEMINI',
  openai: 'OPENAI',
};

export interface Variable {
  /** The name it was found under. */
  readonly name: string;
  readonly value: string;
}

export interface Variables {
  /** `name` is without prefix, e.g. `API_KEYS`; the `DG_` form wins. Null when missing or blank. */
  find(...names: readonly string[]): Variable | null;
  /** `name` is the whole name. Null when missing or blank. */
  findExactly(name: string): Variable | null;
  /** `API_KEY_1`, `API_KEY_7` ... in numeric order, gaps allowed. */
  numbered(name: string): readonly Variable[];
  /** The names `find` would try, in its order. */
  namesOf(...names: readonly string[]): readonly string[];
}

export function variablesOf(provider: Provider, env: Environment): Variables {
  const prefix = VARIABLE_PREFIXES[provider];
  const namesOf = (...names: readonly string[]): readonly string[] => [
    ...names.map((name) => `DG_${prefix}_${name}`),
    ...names.map((name) => `${prefix}_${name}`),
  ];
  const byName = (name: string): Variable | null => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? null : { name, value };
  };
  return {
    namesOf,
    find: (...names) => first(namesOf(...names), byName),
    findExactly: byName,
    numbered(name) {
      const pattern = new RegExp(`^(?:DG_)?${prefix}_${name}_(\\d{1,9})$`);
      const numbers = Object.keys(env).flatMap((key) => pattern.exec(key)?.[1] ?? []);
      return [...new Set(numbers)]
        .sort((a, b) => Number(a) - Number(b))
        .flatMap((number) => first(namesOf(`${name}_${number}`), byName) ?? []);
    },
  };
}

/** Elements in order, trimmed; blank ones stay, for they have a meaning by their position. */
export function listOf(variable: Variable | null): readonly string[] {
  return variable === null ? [] : variable.value.split(',').map((element) => element.trim());
}

/** Whole numbers by position; null where an element is blank. */
export function integersOf(variable: Variable | null, meaning: string): readonly (number | null)[] {
  return listOf(variable).map((element, at) => {
    if (element === '') {
      return null;
    }
    if (!/^\d{1,9}$/.test(element)) {
      throw new EnvProblem(`${positionIn(variable, at)} is not a whole number of ${meaning}.`);
    }
    return Number(element);
  });
}

export function integerOf(variable: Variable | null, meaning: string): number | null {
  const numbers = integersOf(variable, meaning);
  if (variable !== null && numbers.length > 1) {
    throw new EnvProblem(`${variable.name} takes one number of ${meaning}, not a list.`);
  }
  return numbers[0] ?? null;
}

/** Seconds, with or without a fraction, as milliseconds. */
export function secondsOf(variable: Variable | null): number | null {
  if (variable === null) {
    return null;
  }
  if (!/^\d{1,7}(\.\d*)?$/.test(variable.value)) {
    throw new EnvProblem(`${variable.name} is not a number of seconds, such as 120 or 2.5.`);
  }
  return Math.round(Number(variable.value) * 1000);
}

/** `value 2 of X`, or `X` for a list of one. */
export function positionIn(variable: Variable | null, at: number): string {
  const name = variable?.name ?? '';
  return listOf(variable).length > 1 ? `Value ${at + 1} of ${name}` : name;
}

function first<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) {
      return found;
    }
  }
  return null;
}
