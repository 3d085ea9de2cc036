/** A whole table of results: exact CSV (RFC 4180, every cell as it came), JSONL, or CSV made safe for spreadsheets. */
import type { FileHandle } from 'node:fs/promises';
import { isFormulaTrigger, MARKER_COLUMN, MARKER_VALUE, protectCell } from '@shared/spreadsheet-safe';
import { writeAtomically } from './atomic-file';
import {
  cellText,
  type ColumnChoice,
  jsonLine,
  type ResultColumn,
  type ResultRow,
  resultColumns,
} from './result-columns';

export interface TableFile {
  /** Absolute. A file that is there stays until the new one is whole on disk. */
  readonly path: string;
  /** `csv`: exact, what resume and scripts rely on. `spreadsheet`: formulas disarmed; our importer undoes it. */
  readonly format: 'csv' | 'jsonl' | 'spreadsheet';
}

/** The same rows in several files, read once. */
export interface ResultsTables extends ColumnChoice {
  readonly files: readonly TableFile[];
  /** The input's columns, in their order. */
  readonly columns: readonly string[];
  /** Taken one at a time; a page is what the caller may hold in memory. */
  readonly pages: AsyncIterable<readonly ResultRow[]>;
}

export interface WrittenTable {
  readonly rows: number;
  /** Columns of an exact CSV with cells a spreadsheet would run as formulas: for a one-line notice. */
  readonly formulaColumns: readonly string[];
}

interface Encoder {
  readonly head: string;
  readonly line: (row: ResultRow) => string;
}

/** All of the files, or none of them, take the place of what was there. */
export async function writeResultsTables(tables: ResultsTables): Promise<WrittenTable> {
  const columns = resultColumns(tables.columns, tables);
  const formulaColumns = new Set<string>();
  let rows = 0;
  const write = async (outs: readonly EncodedOut[]): Promise<void> => {
    for await (const page of tables.pages) {
      rows += page.length;
      for (const { encoder, out } of outs) {
        await out.write(page.map(encoder.line).join(''));
      }
    }
    for (const { out } of outs) {
      await out.flush();
    }
  };
  const openNext = async (files: readonly TableFile[], outs: readonly EncodedOut[]): Promise<void> => {
    const [file, ...rest] = files;
    if (file === undefined) return write(outs);
    const encoder = encoderOf(file.format, columns, (name) => formulaColumns.add(name));
    await writeAtomically(file.path, async (handle) => {
      const out = new TextOut(handle);
      await out.write(encoder.head);
      await openNext(rest, [...outs, { encoder, out }]);
    });
  };
  await openNext(tables.files, []);
  return { rows, formulaColumns: [...formulaColumns] };
}

interface EncodedOut {
  readonly encoder: Encoder;
  readonly out: TextOut;
}

function encoderOf(
  format: TableFile['format'],
  columns: readonly ResultColumn[],
  onFormula: (column: string) => void,
): Encoder {
  const names = columns.map((column) => column.name);
  switch (format) {
    case 'jsonl':
      return { head: '', line: (row) => jsonLine(columns, row) };
    case 'csv':
      return {
        head: exactLine(names),
        line: (row) => {
          const cells = columns.map((column) => cellText(column.value(row)));
          for (const [position, cell] of cells.entries()) {
            if (isFormulaTrigger(cell)) onFormula(names[position] ?? '');
          }
          return exactLine(cells);
        },
      };
    case 'spreadsheet':
      return {
        /* Excel takes a CSV for the local code page unless it begins with the byte order mark. */
        head: `\u{FEFF}${spreadsheetLine(names, MARKER_COLUMN)}`,
        line: (row) =>
          spreadsheetLine(
            columns.map((column) => cellText(column.value(row))),
            MARKER_VALUE,
          ),
      };
  }
}

function exactLine(cells: readonly string[]): string {
  return `${cells.map(quoteIfNeeded).join(',')}\r\n`;
}

/** Every cell in quotes, so that a spreadsheet that splits at semicolons cannot make a new cell out of a half. */
function spreadsheetLine(cells: readonly string[], marker: string): string {
  return `${[...cells.map(protectCell), marker].map(quoted).join(',')}\r\n`;
}

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

function quoteIfNeeded(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? quoted(cell) : cell;
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

const BUFFER_CHARS = 256 * 1024;

class TextOut {
  readonly #handle: FileHandle;
  #buffer = '';

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(text: string): Promise<void> {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFER_CHARS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#buffer !== '') await this.#handle.appendFile(this.#buffer, 'utf8');
    this.#buffer = '';
  }
}
