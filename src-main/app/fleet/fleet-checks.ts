/** What an endpoint, a key or a group may not be: one sentence each, before anything is saved. */
import type { z } from 'zod';
import { type Endpoint, endpointSchema, type KeyLimits, type QuotaGroup } from '@shared/model/endpoint';
import { isTimeZone } from '@shared/time-zone';
import { Refusal } from '../../refusal';
import type { StoredKey } from '../../store/store';
import { fieldProblem } from '../field-sentence';

/** The endpoint as it is saved; throws a Refusal that names the field. */
export function checkedEndpoint(given: Endpoint): Endpoint {
  const { resetZone = '', ...rest } = given;
  const zone = resetZone.trim();
  const endpoint: Endpoint = {
    ...rest,
    name: given.name.trim(),
    baseUrl: given.baseUrl.trim(),
    ...(zone === '' ? {} : { resetZone: zone }),
  };
  checkFields(endpointSchema, endpoint);
  checkUrl(endpoint.baseUrl);
  if (zone !== '' && !isTimeZone(zone)) {
    throw new Refusal(
      'BAD_INPUT',
      `"${zone}" is not a time zone: write one like America/Los_Angeles or UTC, or leave it blank for the provider's own.`,
      'resetZone',
    );
  }
  return endpoint;
}

/** Doors that serve people have checked it by the contract; a command may have skipped that. */
export function checkFields(schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const problem = fieldProblem(parsed.error.issues);
    throw problem === null ? parsed.error : new Refusal('BAD_INPUT', problem.message, problem.field);
  }
}

/** Blank is the official one. */
function checkUrl(baseUrl: string): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (baseUrl !== '' && (url === null || !/^https?:$/.test(url.protocol))) {
    throw new Refusal(
      'BAD_INPUT',
      `"${baseUrl}" is not a URL: write it as https://host/path, or leave it blank for the official one.`,
      'baseUrl',
    );
  }
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new Refusal(
      'BAD_INPUT',
      'The base URL holds a user name or password: take them out, and add the key as a key.',
      'baseUrl',
    );
  }
}

/** Throws a Refusal when the name is taken by another group. */
export function checkGroupName(group: QuotaGroup, groups: readonly QuotaGroup[]): void {
  const name = group.name.trim().toLowerCase();
  if (groups.some((other) => other.id !== group.id && other.name.trim().toLowerCase() === name)) {
    throw new Refusal(
      'BAD_INPUT',
      `There is a quota group "${group.name}" already: choose it, or another name.`,
      'name',
    );
  }
}

/** Keys of one account share its quota, whatever they are told to be: they belong into one group. */
export function checkAccount(key: StoredKey, keys: readonly StoredKey[]): void {
  const sentence = accountSentence(key, keys);
  if (sentence !== null) {
    throw new Refusal('BAD_INPUT', sentence, 'groupId');
  }
}

/** Null: no key of its account is in another group. */
export function accountSentence(key: StoredKey, keys: readonly StoredKey[]): string | null {
  const { account, groupId } = key;
  if (account === undefined || groupId === undefined) {
    return null;
  }
  const other = keys.find(
    (one) =>
      one.id !== key.id && one.account === account && one.groupId !== undefined && one.groupId !== groupId,
  );
  return other === undefined
    ? null
    : `Keys …${other.tail} and …${key.tail} are of one account (${account}): put them into the same quota group.`;
}

/** Limits without those that limit nothing; undefined when none is left. */
export function realLimits(limits: KeyLimits): KeyLimits | undefined {
  const models = Object.entries(limits.models ?? {}).filter(([, own]) => hasLimit(own));
  const { models: _, ...own } = limits;
  const kept = Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== undefined && value !== 0 && value !== false),
  );
  const all = { ...kept, ...(models.length === 0 ? {} : { models: Object.fromEntries(models) }) };
  return Object.keys(all).length === 0 ? undefined : all;
}

function hasLimit(limits: object): boolean {
  return Object.values(limits).some((value) => value !== undefined && value !== 0 && value !== false);
}
