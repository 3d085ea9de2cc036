/** A whole table of results: exact CSV (RFC 4180, every cell as it came), JSONL, or CSV made safe for spreadsheets. */
import type { FileHandle } from 'node:fs/promises';
import { isFormulaTrigger, MARKER_COLUMN, MARKER_VALUE, protectCell } from '@shared/spreadsheet-safe';
import { writeAtomically } from './atomic-file';
import { cellText, jsonLine, type ResultColumn, type ResultRow, resultColumns } from './result-columns';

export interface ResultsTable {
  /** Absolute. A file that is there stays until the new one is whole on disk. */
  readonly path: string;
  /** `csv`: exact, what resume and scripts rely on. `spreadsheet`: formulas disarmed; our importer undoes it. */
  readonly format: 'csv' | 'jsonl' | 'spreadsheet';
  /** The input's columns, in their order. */
  readonly columns: readonly string[];
  /** Taken one at a time. */
  readonly rows: AsyncIterable<ResultRow> | Iterable<ResultRow>;
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

export async function writeResultsTable(table: ResultsTable): Promise<WrittenTable> {
  const columns = resultColumns(table.columns);
  const formulaColumns = new Set<string>();
  const encoder = encoderOf(table.format, columns, (name) => formulaColumns.add(name));
  return writeAtomically(table.path, async (handle) => {
    const out = new TextOut(handle);
    await out.write(encoder.head);
    let rows = 0;
    for await (const row of table.rows) {
      await out.write(encoder.line(row));
      rows++;
    }
    await out.flush();
    return { rows, formulaColumns: [...formulaColumns] };
  });
}

function encoderOf(
  format: ResultsTable['format'],
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
