/**
 * The columns of a text run's tables. `response` is what the model said; of a structured answer it is the JSON, and each
 * top-level field of the schema has a column of its own beside it, `response.score` and so on. An input column of the
 * same name keeps it, as everywhere (result-columns.ts): ours is then `brushfleet_response.score`.
 */
import type { JsonValue } from '@shared/json';
import type { Recipe } from '@shared/model/run';
import type { TextRecipe, TextResult } from '@shared/model/text';
import { storySchema } from '@shared/story';
import { jsonCell } from './json-fields';
import type { OwnColumn, ResultRow } from './result-columns';

/** What the answers of a run look like, as far as its recipe tells. */
export interface AnswerShape {
  readonly isJson: boolean;
  /** Top-level fields of a structured answer, in the order of the schema. */
  readonly fields: readonly string[];
  readonly candidates: number;
}

/** More columns than that are no table: the rest is in `response`. */
const MOST_FIELDS = 200;

/** Undefined: a run of pictures. */
export function answerShape({ text }: Pick<Recipe, 'text'>): AnswerShape | undefined {
  return text === undefined
    ? undefined
    : {
        isJson: text.answer.kind !== 'text',
        fields: fieldsOf(text.answer),
        candidates: text.generation.candidateCount ?? 1,
      };
}

function fieldsOf(answer: TextRecipe['answer']): readonly string[] {
  switch (answer.kind) {
    case 'text':
      return [];
    case 'story':
      return Object.keys(storySchema.shape);
    case 'json':
      return propertiesOf(answer.schema).slice(0, MOST_FIELDS);
  }
}

/** A schema that names none, or cannot be read, has none: its answers are whole in `response`. */
function propertiesOf(schema: string): readonly string[] {
  try {
    const parsed = JSON.parse(schema) as { readonly properties?: unknown } | null;
    const properties = parsed?.properties;
    return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  } catch {
    return [];
  }
}

/** In their order, before what is told of every job. */
export function answerColumns({ isJson, fields, candidates }: AnswerShape): readonly OwnColumn[] {
  const others = Array.from({ length: Math.max(0, candidates - 1) }, (_, at) => at);
  return [
    {
      name: 'response',
      value: (row) => given(row)?.text ?? null,
      ...(isJson ? { json: (row: ResultRow) => responseJson(row) } : {}),
    },
    ...fields.map((field) => ({
      name: `response.${field}`,
      value: (row: ResultRow) => fieldCell(row, field),
      isTableOnly: true,
    })),
    ...others.map((at) => ({
      name: `response_${at + 2}`,
      value: (row: ResultRow) => given(row)?.more?.[at] ?? null,
    })),
    { name: 'finish', value: (row) => given(row)?.finish ?? null },
    { name: 'input_tokens', value: ({ usage }) => usage?.inputTokens ?? null },
    { name: 'output_tokens', value: ({ usage }) => usage?.outputTokens ?? null },
  ];
}

/** What is JSON as JSON; anything else as text. */
export function responseJson(row: Pick<ResultRow, 'job' | 'answer'>): string {
  const answer = given(row);
  if (answer === null) {
    return 'null';
  }
  const parsed = answer.mimeType === 'application/json' ? parsedAnswer(answer) : undefined;
  return JSON.stringify(parsed === undefined ? answer.text : parsed);
}

/** Told only of a job that is done: one that goes again may still have its old answer. */
function given({ job, answer }: Pick<ResultRow, 'job' | 'answer'>): TextResult | null {
  return job.state === 'done' ? (answer ?? null) : null;
}

function fieldCell(row: ResultRow, field: string): string | null {
  const answer = given(row);
  const value = answer === null ? undefined : parsedAnswer(answer);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, field)) {
    return null;
  }
  return jsonCell((value as { readonly [key: string]: JsonValue })[field]);
}

/** A row has many columns, and its answer is read once. */
const parsed = new WeakMap<TextResult, JsonValue | undefined>();

function parsedAnswer(answer: TextResult): JsonValue | undefined {
  if (!parsed.has(answer)) {
    parsed.set(answer, readJson(answer.text));
  }
  return parsed.get(answer);
}

function readJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
