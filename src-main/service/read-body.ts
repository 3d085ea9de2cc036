/** Judges a body by its schema: what does not fit is one sentence that names the field. */
import { z } from 'zod';
import type { CallerKeys } from './caller-keys';
import { Secret } from '../providers/secret';
import { isTooDeep, MOST_LEVELS } from './nesting';
import { Problem } from './problem';
import { credentialsSchema, MOST_ITEMS } from './shapes';

/** Throws a Problem 422; 413 for too many items. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new Problem(422, 'The body must be a JSON object: see /docs.');
  }
  refuseTooMany(body);
  if (isTooDeep(body)) {
    throw new Problem(422, `The body is nested too deep: at most ${MOST_LEVELS} levels.`);
  }
  const read = schema.safeParse(body, { reportInput: true });
  if (read.success) {
    return read.data;
  }
  const [issue] = read.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw new Problem(422, sentenceOf(issue, field), { field });
}

function refuseTooMany(body: object): void {
  for (const [name, list] of Object.entries(body)) {
    if ((name === 'requests' || name === 'tasks') && Array.isArray(list) && list.length > MOST_ITEMS) {
      throw new Problem(
        413,
        `${name} has ${list.length} items, more than ${MOST_ITEMS}: send them in several batches.`,
        { field: name },
      );
    }
  }
}

const MOST_TOLD = 5;

function listed(names: readonly string[]): string {
  const told = names.slice(0, MOST_TOLD).map((name) => name.slice(0, 100));
  const more = names.length > MOST_TOLD ? ` and ${names.length - MOST_TOLD} more` : '';
  return `${told.join(', ')}${more}`;
}

/** Values are not quoted: they may be keys. */
function sentenceOf(issue: z.core.$ZodIssue | undefined, field: string): string {
  const where = field === '' ? 'The body' : field;
  if (issue === undefined) {
    return `${where} is not as described in /docs.`;
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${where === 'The body' ? '' : `${where}: `}${listed(issue.keys)} is not known here, and would do nothing: see /docs.`;
    case 'invalid_type':
      return issue.input === undefined
        ? `${where} is missing.`
        : `${where} must be of the type ${issue.expected}.`;
    case 'too_small':
      return issue.origin === 'string' ? `${where} is blank.` : `${where} must be at least ${issue.minimum}.`;
    case 'too_big':
      return `${where} is too large: at most ${issue.maximum}.`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'invalid_value':
    case 'not_multiple_of':
      return `${where}: ${issue.message}.`;
  }
}

/** Before anything else of the body is judged; null: none are given, or blank ones. Throws a Problem 422. */
export function readCredentials(body: unknown): CallerKeys | null {
  const given = typeof body === 'object' && body !== null && 'credentials' in body ? body.credentials : null;
  if (given === null || given === undefined) {
    return null;
  }
  const read = credentialsSchema.safeParse(given);
  if (!read.success) {
    throw new Problem(422, 'credentials takes gemini_api_key and openai_api_key, each a text.', {
      field: 'credentials',
    });
  }
  const gemini = read.data.gemini_api_key?.trim() ?? '';
  const openai = read.data.openai_api_key?.trim() ?? '';
  if (gemini === '' && openai === '') {
    return null;
  }
  return {
    ...(gemini === '' ? {} : { google_genai: new Secret(gemini) }),
    ...(openai === '' ? {} : { openai: new Secret(openai) }),
  };
}
