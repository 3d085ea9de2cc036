/**
 * Rows of a JSON dataset as their author wrote them: cells are text, and have forgotten whether `7` was a number. What
 * cannot be found again, because the file changed or is gone, is made of the cells.
 */
import type { DatasetFormat } from '@shared/model/run';
import { fieldsOfJson, parseJsonRow } from './json-fields';
import { jsonTexts } from './read-json';
import { jsonlTexts } from './read-lines';

export interface SourceRows {
  /** JSON of a row's input, on one line. Rows are asked for in ascending order. */
  jsonOf(row: SourceRow): Promise<string>;
  close(): Promise<void>;
}

interface SourceRow {
  readonly row: number;
  readonly fields: Readonly<Record<string, string>>;
}

type Texts = AsyncGenerator<{ readonly row: number; readonly text: string }>;

export function openSourceRows(source: {
  readonly sourcePath: string | null;
  readonly format: DatasetFormat;
}): SourceRows {
  let texts = textsOf(source);
  let last: { readonly row: number; readonly text: string } | null = null;

  async function textOf(row: number): Promise<string | null> {
    while (texts !== null && (last === null || last.row < row)) {
      // A file that is damaged by now is no reason to lose the answers.
      const next = await texts.next().catch(() => null);
      last = next === null || next.done === true ? null : next.value;
      if (last === null) {
        texts = null;
      }
    }
    return last?.row === row ? last.text : null;
  }

  return {
    async jsonOf({ row, fields }) {
      const text = await textOf(row);
      return text !== null && isOf(text, fields) ? onOneLine(text) : JSON.stringify(fields);
    },
    async close() {
      await texts?.return(undefined);
    },
  };
}

function textsOf({ sourcePath, format }: Parameters<typeof openSourceRows>[0]): Texts | null {
  if (sourcePath === null) return null;
  switch (format) {
    case 'jsonl':
      return jsonlTexts(sourcePath);
    case 'json':
      return jsonTexts(sourcePath);
    case 'csv':
    case 'txt':
    case 'parquet':
    case 'folder':
    case 'prompts':
    case 'images':
      return null;
  }
}

/** Whether it is still the object those cells were made of. */
function isOf(text: string, fields: SourceRow['fields']): boolean {
  let value: unknown;
  try {
    value = parseJsonRow(text);
  } catch {
    return false;
  }
  if (typeof value !== 'object') return false;
  const found = fieldsOfJson(value);
  const names = Object.keys(found ?? {});
  return (
    found !== null &&
    names.length === Object.keys(fields).length &&
    names.every((name) => Object.hasOwn(fields, name) && found[name] === fields[name])
  );
}

/** A line break within a text is written as `\n`: those that are there stand between its parts. */
function onOneLine(text: string): string {
  return text.trim().replaceAll(/[\r\n]+[ \t]*/g, ' ');
}
