/** A JSON array of rows, item by item. */
import { DatasetError } from './dataset-source';
import { fieldsOfJson } from './json-fields';
import { JsonArrayError, jsonItems, jsonItemTexts } from './json-items';
import { type RawEvent, skipped, unreadableText } from './raw-event';
import { addColumns } from './read-lines';
import { type OnEncoding, textChunks } from './text-stream';

const MAX_ITEM_CHARS = 128 * 1024 * 1024;

/** `line` of an item is its number in the array, from 1. */
export async function* readJson(
  path: string,
  name: string,
  onEncoding?: OnEncoding,
): AsyncGenerator<RawEvent> {
  const columns = new Set<string>();
  let row = 0;
  try {
    for await (const item of jsonItems(textChunks(path, onEncoding), MAX_ITEM_CHARS)) {
      const fields = fieldsOfJson(item);
      if (fields === null) {
        yield skipped(row + 1, 'This item is not a JSON object or string.');
      } else {
        if (addColumns(columns, fields)) yield { kind: 'columns', columns: [...columns] };
        yield* unreadableText(row + 1, Object.entries(fields).flat());
        yield { kind: 'row', line: row + 1, row, defaultIndex: row, fields };
      }
      row++;
    }
  } catch (error) {
    throw error instanceof JsonArrayError ? refusal(error, name, row) : error;
  }
}

/** The items as their author wrote them, numbered as `readJson` does. */
export async function* jsonTexts(
  path: string,
): AsyncGenerator<{ readonly row: number; readonly text: string }> {
  let row = 0;
  for await (const text of jsonItemTexts(textChunks(path), MAX_ITEM_CHARS)) {
    yield { row: row++, text };
  }
}

function refusal({ kind }: JsonArrayError, name: string, items: number): DatasetError {
  const where = items === 0 ? '' : ` after item ${items}`;
  switch (kind) {
    case 'not_array':
      return new DatasetError(
        `"${name}" must hold a JSON array of objects or strings; if it has one object a line, name it .jsonl.`,
      );
    case 'too_long':
      return new DatasetError(`"${name}" has an item of more than 128 million characters${where}.`);
    case 'not_json':
      return new DatasetError(
        `"${name}" is not valid JSON${where}; if it has one object a line, name it .jsonl.`,
      );
  }
}
