/** What shape a text answer must have: what the provider is shown of it, and whether an answer has it. */
import { storySchema } from '@shared/story';
import { storyProblems } from '@shared/story-rules';
import { z } from 'zod';
import type { JsonSchema } from '../providers/adapter';
import { badInput, type Refused } from '../images/bad-input';
import { compileSchema } from './fits-schema';
import type { TextOrder } from './order';

export type Shape =
  | {
      readonly kind: 'ok';
      /** Null: free text. */
      readonly schema: JsonSchema | null;
      /** One sentence for each thing that is wrong with an answer; empty: it fits. */
      problems(text: string): readonly string[];
    }
  | Refused;

const FREE: Shape = { kind: 'ok', schema: null, problems: () => [] };
const STORY: JsonSchema = z.toJSONSchema(storySchema);

export function shapeOf({ schema }: Pick<TextOrder, 'schema'>): Shape {
  if (schema === null) {
    return FREE;
  }
  if (schema.kind === 'story') {
    return {
      kind: 'ok',
      schema: STORY,
      problems: (text) => asJson(text, (value) => storyProblems(value, voicesOf(schema))),
    };
  }
  const compiled = compileSchema(schema.schema);
  return compiled.kind === 'bad'
    ? badInput(compiled.message)
    : { kind: 'ok', schema: schema.schema, problems: (text) => asJson(text, compiled.problems) };
}

function asJson(text: string, problems: (value: unknown) => readonly string[]): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [text.trim() === '' ? 'The answer is empty.' : 'The answer is not valid JSON.'];
  }
  return problems(value);
}

function voicesOf({ voices }: { readonly voices?: readonly string[] }): {
  readonly voices?: readonly string[];
} {
  return voices === undefined ? {} : { voices };
}
