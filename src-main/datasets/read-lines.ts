/** Formats of one row per physical line: JSONL and plain prompts. Their index, unless given, is the line, from 0. */
import { DatasetError } from './dataset-source';
import { fieldsOfJson, parseJsonRow, PROMPT_COLUMN } from './json-fields';
import { type RawEvent, skipped, unreadableText } from './raw-event';
import { type OnEncoding, type TextLine, textLines } from './text-stream';

const MAX_LINE_CHARS = 128 * 1024 * 1024;

/** Prompts, trimmed; blank lines are no rows. */
export async function* readTxt(path: string, onEncoding?: OnEncoding): AsyncGenerator<RawEvent> {
  let row = 0;
  yield { kind: 'columns', columns: [PROMPT_COLUMN] };
  for await (const { line, text } of linesOf(path, onEncoding)) {
    const prompt = text.trim();
    if (prompt === '') continue;
    yield* unreadableText(line, [prompt]);
    yield { kind: 'row', line, row: row++, defaultIndex: line - 1, fields: { [PROMPT_COLUMN]: prompt } };
  }
}

/** One object, or one string that is a prompt, a line. Columns are told again whenever a line brings new ones. */
export async function* readJsonl(path: string, onEncoding?: OnEncoding): AsyncGenerator<RawEvent> {
  const columns = new Set<string>();
  let row = 0;
  for await (const { line, text } of linesOf(path, onEncoding)) {
    if (text.trim() === '') continue;
    const fields = parseLine(text);
    if (fields === null) {
      yield skipped(line, 'This line is not a JSON object or string.');
    } else {
      if (addColumns(columns, fields)) yield { kind: 'columns', columns: [...columns] };
      yield* unreadableText(line, [text]);
      yield { kind: 'row', line, row, defaultIndex: line - 1, fields };
    }
    row++;
  }
}

/** The rows of a JSONL file as their author wrote them, numbered as `readJsonl` does. */
export async function* jsonlTexts(
  path: string,
): AsyncGenerator<{ readonly row: number; readonly text: string }> {
  let row = 0;
  for await (const { text } of linesOf(path)) {
    if (text.trim() !== '') yield { row: row++, text };
  }
}

/** Adds a row's columns to those known; true when there were new ones. */
export function addColumns(columns: Set<string>, fields: Readonly<Record<string, string>>): boolean {
  const before = columns.size;
  for (const column of Object.keys(fields)) columns.add(column);
  return columns.size > before;
}

function linesOf(path: string, onEncoding?: OnEncoding): AsyncGenerator<TextLine> {
  return textLines(path, {
    onEncoding,
    maxChars: MAX_LINE_CHARS,
    tooLong: (line) =>
      new DatasetError(
        `Line ${line} is longer than 128 million characters; split the file into shorter lines.`,
      ),
  });
}

function parseLine(text: string): Record<string, string> | null {
  try {
    return fieldsOfJson(parseJsonRow(text));
  } catch {
    return null;
  }
}
