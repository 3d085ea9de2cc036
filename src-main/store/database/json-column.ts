/** JSON in columns: parsed against the model it claims to be, because another version may have written it. */
import type { z } from 'zod';

/** One sentence for the log about a record that was passed over. */
export type Note = (sentence: string) => void;

export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'bad'; readonly why: string };

export function parseJson<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', why: 'it is not valid JSON' };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return { kind: 'ok', value: parsed.data };
  }
  const [issue] = parsed.error.issues;
  return { kind: 'bad', why: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}` };
}

/** The value, or null and a note that names the record. */
export function readJson<T>(
  text: string,
  schema: z.ZodType<T>,
  report: { what: string; note: Note },
): T | null {
  const parsed = parseJson(text, schema);
  if (parsed.kind === 'ok') {
    return parsed.value;
  }
  report.note(`${report.what} in the library cannot be read and is left out (${parsed.why}).`);
  return null;
}
