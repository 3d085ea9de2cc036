/** One JSON value as a row: cells are text, whatever is not a string keeps its JSON text. */
import { isInteger, isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** The column of a bare prompt. */
export const PROMPT_COLUMN = 'prompt';

/** A whole number that may be more than a double holds: an id of 19 digits, say. */
const LONG_INTEGER = /(?:^|[^.\d])\d{16}/;

/** As `JSON.parse`, but whole numbers beyond 2^53 keep all their digits for `jsonCell`. Throws SyntaxError. */
export function parseJsonRow(text: string): unknown {
  return LONG_INTEGER.test(text)
    ? parse(text, null, {
        parseNumber: (number) =>
          isInteger(number) && !isSafeNumber(number) ? new LosslessNumber(number) : Number(number),
        onDuplicateKey: ({ newValue }) => newValue,
      })
    : JSON.parse(text);
}

/** The fields of a row given as an object, or as a string that is its prompt; null for anything else. */
export function fieldsOfJson(value: unknown): Record<string, string> | null {
  if (typeof value === 'string') return { [PROMPT_COLUMN]: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isLosslessNumber(value)) {
    return null;
  }
  return Object.fromEntries(
    Object.entries(value).map(([column, cell]: [string, unknown]) => [column, jsonCell(cell)]),
  );
}

/** `null` is a blank cell. */
export function jsonCell(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : (stringify(value) ?? '');
}
