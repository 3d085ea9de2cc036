/** The shape of an answer, as chat completions and responses ask for it; and how long a model may think. */
import type { AnswerFormat, Generation } from '@shared/model/text';
import type { Provider } from '@shared/model/provider';
import { z } from 'zod';
import { badParam } from '../proxy-error';
import { parsed } from '../params';

const ANY_OBJECT = '{"type":"object"}';

const schemaPart = z.looseObject({ schema: z.record(z.string(), z.unknown()).optional() });
const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  // Chat completions have the schema one level lower than responses.
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: schemaPart.optional(),
    schema: z.record(z.string(), z.unknown()).optional(),
  }),
]);

export function answerOf(format: unknown, param: string): AnswerFormat {
  if (format === undefined || format === null) {
    return { kind: 'text' };
  }
  const read = parsed(formatSchema, format, param);
  switch (read.type) {
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json', schema: ANY_OBJECT };
    case 'json_schema': {
      const schema = read.json_schema?.schema ?? read.schema;
      if (schema === undefined) {
        throw badParam(
          `${param}.json_schema.schema`,
          `${param} has no schema: give one, or ask for json_object.`,
        );
      }
      return { kind: 'json', schema: JSON.stringify(schema) };
    }
  }
}

/** As Google's own OpenAI-compatible door has it (ai.google.dev/gemini-api/docs/openai, "thinking"). */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
]);

export function thinkingOf(
  effort: string | undefined,
  provider: Provider,
  param: string,
): Pick<Generation, 'thinkingBudget'> {
  if (effort === undefined || effort === 'auto') {
    return {};
  }
  const thinkingBudget = BUDGETS.get(effort);
  if (provider !== 'google_genai' || thinkingBudget === undefined) {
    throw badParam(param, `${param} cannot be passed on to this model: leave it out.`);
  }
  return { thinkingBudget };
}
