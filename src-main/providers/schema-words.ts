/** A schema for models whose provider does not keep to one itself: it is told in words. */
import type { JsonSchema } from './adapter';

/** The word JSON must be there: OpenAI's `json_object` is refused without it. */
export function schemaWords(schema: JsonSchema): string {
  return `Answer with one JSON value and nothing else: no words around it, no code fence. It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`;
}

/** The system instruction with the schema after it. */
export function withSchemaWords(system: string, schema: JsonSchema): string {
  return system.trim() === '' ? schemaWords(schema) : `${system}\n\n${schemaWords(schema)}`;
}
