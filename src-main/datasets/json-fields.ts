/** One JSON value as a row: cells are text, whatever is not a string keeps its JSON text. */

/** The column of a bare prompt. */
export const PROMPT_COLUMN = 'prompt';

/** The fields of a row given as an object, or as a string that is its prompt; null for anything else. */
export function fieldsOfJson(value: unknown): Record<string, string> | null {
  if (typeof value === 'string') return { [PROMPT_COLUMN]: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([column, cell]: [string, unknown]) => [column, jsonCell(cell)]),
  );
}

/** `null` is a blank cell. */
export function jsonCell(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
