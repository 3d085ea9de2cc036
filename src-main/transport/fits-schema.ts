/**
 * Whether a value fits a JSON Schema (draft 2020-12; draft-07 where the schema names it). A schema is a stranger's: it is
 * judged before it is used, keywords nobody knows are passed over, and references to other documents are not followed.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../providers/adapter';
import { withinTime } from './within-time';

/** One sentence for each thing that is wrong, with its path; empty: it fits. */
export type Fits = (value: unknown) => readonly string[];

export type CompiledSchema =
  | { readonly kind: 'ok'; readonly problems: Fits }
  /** `path`: JSON pointer into the schema, blank for the whole of it; `message`: one sentence. */
  | { readonly kind: 'bad'; readonly path: string; readonly message: string };

/** A model that is told of more at once does not mend more. */
const MOST_PROBLEMS = 20;
/** Of one with thousands of properties; references to references may take for ever. */
const COMPILE_MS = 2000;
/**
 * An answer of megabytes is checked in a fraction of it. Two references to the same place, one below the other, and so
 * on, double the work with each: no schema is taken to be harmless.
 */
const CHECK_MS = 1000;
/** All that is wrong is looked for, each with its place, only for so long: they may be millions. */
const ALL_PROBLEMS_MS = 100;
/** Compiled schemas are code: so many are kept. */
const MOST_KEPT = 64;

/** `validateSchema`: the other one judges schemas, once compiled for all of them. */
const OPTIONS = { strict: false, logger: false } as const;
const judges = new Map<string, Ajv>();
const kept = new Map<string, CompiledSchema>();

export function compileSchema(schema: JsonSchema): CompiledSchema {
  const name = JSON.stringify(schema);
  const known = kept.get(name);
  if (known !== undefined) {
    return known;
  }
  const compiled = compile(schema);
  if (compiled.kind === 'bad' && compiled.message === TOO_LARGE) {
    // The machine may have been busy just now.
    return compiled;
  }
  if (kept.size >= MOST_KEPT) {
    const [oldest = ''] = kept.keys();
    kept.delete(oldest);
  }
  kept.set(name, compiled);
  return compiled;
}

function compile({ $schema, ...schema }: JsonSchema): CompiledSchema {
  const draft = /draft-0[67]/.test(String($schema)) ? 'draft-07' : '2020-12';
  const judge = judges.get(draft) ?? newAjv(draft, OPTIONS);
  judges.set(draft, judge);
  if (judge.validateSchema(schema) !== true) {
    return refused(judge.errors ?? []);
  }
  const made = withinTime(COMPILE_MS, () => validator(draft, schema, false));
  if (made.kind === 'late') {
    return { kind: 'bad', path: '', message: TOO_LARGE };
  }
  return made.value.kind === 'bad'
    ? made.value
    : { kind: 'ok', problems: problemsBy(made.value.validate, allProblems(draft, schema)) };
}

type Validator = { readonly kind: 'ok'; readonly validate: ValidateFunction };
type Bad = Extract<CompiledSchema, { kind: 'bad' }>;

const TOO_LARGE = 'The schema takes too long to read: make it smaller, or with fewer references.';

/** An instance of its own: the names that one schema defines mean nothing in another. */
function validator(draft: string, schema: JsonSchema, allErrors: boolean): Validator | Bad {
  const ajv = newAjv(draft, { ...OPTIONS, allErrors, meta: false, validateSchema: false });
  try {
    return { kind: 'ok', validate: ajv.compile(schema) };
  } catch (error) {
    return { kind: 'bad', path: '', message: `The schema cannot be used: ${reasonOf(error)}.` };
  }
}

/** Made for the first answer that does not fit; null: it takes too long. */
function allProblems(draft: string, schema: JsonSchema): () => ValidateFunction | null {
  let made: ValidateFunction | null | undefined;
  return () => {
    if (made === undefined) {
      const found = withinTime(COMPILE_MS, () => validator(draft, schema, true));
      made = found.kind === 'ok' && found.value.kind === 'ok' ? found.value.validate : null;
    }
    return made;
  };
}

/** The first that is wrong is found whatever the schema; all of them where that is quick. */
function problemsBy(validate: ValidateFunction, validateAll: () => ValidateFunction | null): Fits {
  return (value) => {
    const checked = withinTime(CHECK_MS, () => validate(value));
    if (checked.kind === 'late') {
      return [
        'The answer could not be checked in time: the patterns or references of the schema are too slow for it.',
      ];
    }
    if (checked.value) {
      return [];
    }
    const all = validateAll();
    const every = all === null ? null : withinTime(ALL_PROBLEMS_MS, () => all(value));
    return sentences((every?.kind === 'ok' ? all?.errors : validate.errors) ?? []);
  };
}

function newAjv(draft: string, options: ConstructorParameters<typeof Ajv>[0]): Ajv {
  const ajv = draft === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  addFormats(ajv as Parameters<typeof addFormats>[0]);
  return ajv;
}

/** The deepest place says most: above it, only that something below is wrong. */
function refused(errors: readonly ErrorObject[]): CompiledSchema {
  const [first] = errors.toSorted((one, other) => other.instancePath.length - one.instancePath.length);
  const path = first?.instancePath ?? '';
  const where = path === '' ? 'The schema' : `The schema at ${path}`;
  return { kind: 'bad', path, message: `${where} is not valid: it ${messageOf(first)}.` };
}

function sentences(errors: readonly ErrorObject[]): readonly string[] {
  const all = errors.map(
    (error) => `${error.instancePath === '' ? 'The answer' : error.instancePath} ${messageOf(error)}.`,
  );
  return [...new Set(all)].slice(0, MOST_PROBLEMS);
}

function messageOf(error: ErrorObject | undefined): string {
  switch (error?.keyword) {
    case undefined:
      return 'cannot be used';
    case 'enum':
      return `must be one of ${listed(error.params['allowedValues'])}`;
    case 'const':
      return `must be ${JSON.stringify(error.params['allowedValue'])}`;
    case 'additionalProperties':
      return `must not have the property "${String(error.params['additionalProperty'])}"`;
    default:
      return error?.message ?? 'does not fit';
  }
}

function listed(values: unknown): string {
  const text = Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : '';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /can't resolve reference/.test(text)
    ? `${text.replace(/ from id.*/, '')}, and other documents are not fetched`
    : text;
}
