/** The keys of the environment, joined from all their variables, and the endpoints each may be sent to. */
import type { Provider } from '@shared/model/provider';
import { Secret } from '../providers/secret';
import { EnvProblem, integersOf, listOf, positionIn, type Variable, type Variables } from './variables';

export interface EnvKey {
  readonly id: string;
  /** Where it came from, e.g. `DG_GEMINI_API_KEYS 2`. */
  readonly label: string;
  readonly secret: Secret;
  readonly endpointIds: readonly string[];
}

export interface EnvKeys {
  readonly keys: readonly EnvKey[];
  /** One sentence each: what was ignored or joined. */
  readonly notes: readonly string[];
}

interface Entry {
  readonly label: string;
  readonly secret: Secret;
}

/** Throws EnvProblem when there is no key, or one cannot be a key. */
export function keysFromEnv(
  provider: Provider,
  variables: Variables,
  endpointIds: readonly string[],
): EnvKeys {
  const entries = readEntries(variables);
  if (entries.length === 0) {
    const tried = [...variables.namesOf('API_KEYS', 'API_KEY'), ...variables.namesOf('API_KEY_1').slice(1)];
    throw new EnvProblem(`No valid API keys found: none of ${tried.join(', ')} ... is set.`);
  }
  const bindings = readBindings(variables, endpointIds, entries.length);
  const bySecret = new Map<string, EnvKey>();
  entries.forEach((entry, at) => {
    const allowed = bindings.of(at);
    const known = bySecret.get(entry.secret.reveal());
    bySecret.set(entry.secret.reveal(), {
      id: known?.id ?? `env:${provider}:key-${bySecret.size + 1}`,
      label: known?.label ?? entry.label,
      secret: known?.secret ?? entry.secret,
      endpointIds: endpointIds.filter((id) => allowed.includes(id) || known?.endpointIds.includes(id)),
    });
  });
  const keys = [...bySecret.values()];
  return {
    keys,
    notes: [...bindings.notes, ...repeated(entries.length - keys.length), ...unserved(keys, endpointIds)],
  };
}

/** The variables whose keys count, in the order in which `_KEY_ENDPOINTS` counts them. */
export function keyVariables(variables: Variables): readonly Variable[] {
  const list = variables.find('API_KEYS');
  const single = keysIn(list).length > 0 ? null : variables.find('API_KEY');
  return [list, single, ...variables.numbered('API_KEY')].flatMap((variable) => variable ?? []);
}

/** Of one variable; those of a list by their places. */
export function keysIn(variable: Variable | null): readonly string[] {
  if (variable === null) {
    return [];
  }
  return isKeyList(variable) ? listOf(variable).filter((value) => value !== '') : [variable.value];
}

export function isKeyList({ name }: Variable): boolean {
  return name.endsWith('_API_KEYS');
}

function readEntries(variables: Variables): readonly Entry[] {
  return keyVariables(variables).flatMap((variable) =>
    isKeyList(variable) ? secretsOf(variable) : wholeSecret(variable),
  );
}

function secretsOf(variable: Variable): readonly Entry[] {
  return listOf(variable).flatMap((value, at) =>
    value === ''
      ? []
      : [{ label: `${variable.name} ${at + 1}`, secret: checkedSecret(value, positionIn(variable, at)) }],
  );
}

function wholeSecret(variable: Variable): readonly Entry[] {
  return [{ label: variable.name, secret: checkedSecret(variable.value, variable.name) }];
}

/** A header cannot carry anything else, and the SDKs' own errors would quote the value. */
function checkedSecret(value: string, where: string): Secret {
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new EnvProblem(
      `${where} holds a character that no API key has (a space, a quote of another alphabet, a line break).`,
    );
  }
  return new Secret(value);
}

interface Bindings {
  of(key: number): readonly string[];
  readonly notes: readonly string[];
}

/** `DG_GEMINI_KEY_ENDPOINTS=1,2`: key i goes to that endpoint alone, counted from 1; blank or missing: to all. */
function readBindings(variables: Variables, endpointIds: readonly string[], keys: number): Bindings {
  const variable = variables.find('KEY_ENDPOINTS');
  const numbers = integersOf(variable, 'an endpoint, counted from 1');
  numbers.forEach((number, at) => {
    if (number !== null && (number < 1 || number > endpointIds.length)) {
      const count =
        endpointIds.length === 1 ? 'there is 1 endpoint' : `there are ${endpointIds.length} endpoints`;
      throw new EnvProblem(
        `${positionIn(variable, at)} names endpoint ${number}, but ${count}, counted from 1.`,
      );
    }
  });
  const surplus = numbers.length > keys;
  return {
    of: (key) => {
      const bound = endpointIds[(numbers[key] ?? 0) - 1];
      return bound === undefined ? endpointIds : [bound];
    },
    notes: surplus
      ? [`${variable?.name} has ${numbers.length} values for ${keys} keys: the surplus is ignored.`]
      : [],
  };
}

function repeated(times: number): readonly string[] {
  return times === 0
    ? []
    : [`${times === 1 ? 'One key was' : `${times} keys were`} given more than once; each counts once.`];
}

function unserved(keys: readonly EnvKey[], endpointIds: readonly string[]): readonly string[] {
  const idle = endpointIds.filter((id) => !keys.some((key) => key.endpointIds.includes(id)));
  return idle.length === 0
    ? []
    : [
        `${idle.length === 1 ? 'One endpoint has' : `${idle.length} endpoints have`} no key bound to it and gets no request.`,
      ];
}
