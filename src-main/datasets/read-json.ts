/** A JSON array of rows. It is read whole, so its size is bounded; JSONL has no such bound. */
import { readFile, stat } from 'node:fs/promises';
import { DatasetError } from './dataset-source';
import { fieldsOfJson } from './json-fields';
import { type RawEvent, skipped } from './raw-event';
import { addColumns } from './read-lines';
import { detectEncoding } from './text-stream';

const MAX_BYTES = 256 * 1024 * 1024;

/** `line` of an item is its number in the array, from 1. */
export async function* readJson(path: string, name: string): AsyncGenerator<RawEvent> {
  if ((await stat(path)).size > MAX_BYTES) {
    throw new DatasetError(
      `"${name}" is over 256 MB, too large for a JSON array; save it as JSONL, one object a line.`,
    );
  }
  const items = parseArray(await readFile(path), name);
  const columns = new Set<string>();
  for (const [position, item] of items.entries()) {
    const fields = fieldsOfJson(item);
    if (fields === null) {
      yield skipped(position + 1, 'This item is not a JSON object or string.');
      continue;
    }
    if (addColumns(columns, fields)) yield { kind: 'columns', columns: [...columns] };
    yield { kind: 'row', line: position + 1, row: position, defaultIndex: position, fields };
  }
}

function parseArray(bytes: Uint8Array, name: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder(detectEncoding(bytes)).decode(bytes));
  } catch {
    throw new DatasetError(`"${name}" is not valid JSON; if it has one object a line, name it .jsonl.`);
  }
  if (!Array.isArray(value)) {
    throw new DatasetError(`"${name}" must hold a JSON array of objects or strings.`);
  }
  return value;
}
