/** Parameters of a request: those that are read, those that change nothing, and all others, which are refused by name. */
import type { z } from 'zod';
import { badParam, unsupported } from './proxy-error';

export type Fields = Readonly<Record<string, unknown>>;

export interface Knowledge {
  /** The caller's own bookkeeping and the like: passed over. */
  readonly harmless: readonly string[];
  /** As clients send them without meaning anything by it. */
  readonly plain: Readonly<Record<string, readonly unknown[]>>;
}

/** The body as the schema has it. Throws a ProxyError that names the first parameter that cannot be had. */
export function readParams<T>(
  schema: z.ZodType<T> & { readonly shape: object },
  body: unknown,
  { harmless, plain }: Knowledge,
): T {
  const fields = fieldsOf(body);
  for (const [name, value] of Object.entries(fields)) {
    const isPlain = Object.hasOwn(plain, name) && plain[name]?.some((one) => one === value) === true;
    const isRead = Object.hasOwn(schema.shape, name) || harmless.includes(name);
    if (!isRead && !isPlain && !isNothing(value)) {
      throw unsupported(name);
    }
  }
  const known = Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => Object.hasOwn(schema.shape, name) && value !== null),
  );
  return parsed(schema, known);
}

/** Null, or a list or an object with nothing in it. */
function isNothing(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

export function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badParam('body', 'The body must be a JSON object.');
  }
  return body as Fields;
}

/** Values are not quoted: they may be long, and private. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, at = ''): T {
  const read = schema.safeParse(value, { reportInput: true });
  if (read.success) {
    return read.data;
  }
  const [issue] = read.error.issues;
  const inside = issue?.path.map(String).join('.') ?? '';
  const param = [at, inside].filter((part) => part !== '').join('.');
  throw badParam(param === '' ? 'body' : param, `${param === '' ? 'The body' : param}: ${wordsOf(issue)}.`);
}

function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type') {
    return issue.input === undefined ? 'it is missing' : `it must be of the type ${issue.expected}`;
  }
  if (issue?.code === 'unrecognized_keys') {
    return `${issue.keys.map((key) => key.slice(0, 100)).join(', ')} is not supported here`;
  }
  if (issue?.code === 'too_big') {
    return `${issue.maximum} at most`;
  }
  if (issue?.code === 'too_small') {
    return issue.origin === 'string' ? 'it is blank' : `it must be at least ${issue.minimum}`;
  }
  return 'it is not what the protocol says';
}
