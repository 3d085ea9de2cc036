/** results.csv, written whole: exact (RFC 4180, every cell as it came) or made safe for spreadsheets. */
import type { FileHandle } from 'node:fs/promises';
import { isFormulaTrigger, MARKER_COLUMN, MARKER_VALUE, protectCell } from '@shared/spreadsheet-safe';
import { writeAtomically } from './atomic-file';
import { cellText, type ResultRow, resultColumns } from './results-table';

export interface ResultsCsv {
  readonly path: string;
  readonly inputColumns: readonly string[];
  readonly rows: AsyncIterable<ResultRow> | Iterable<ResultRow>;
  /** `exact`: the default, what resume and scripts rely on. `spreadsheet`: formulas disarmed, our importer undoes it. */
  readonly style: 'exact' | 'spreadsheet';
}

export interface WrittenCsv {
  readonly rows: number;
  /** Columns of an exact file with cells a spreadsheet would run as formulas: for a one-line notice. */
  readonly formulaColumns: readonly string[];
}

const BUFFER_CHARS = 256 * 1024;
const BYTE_ORDER_MARK = '\u{FEFF}';

/** Rows are taken one at a time; a file that was there stays until this one is whole on disk. */
export async function writeResultsCsv(table: ResultsCsv): Promise<WrittenCsv> {
  const columns = resultColumns(table.inputColumns);
  const formulaColumns = new Set<string>();
  const encode = table.style === 'exact' ? exactLine : spreadsheetLine;
  return writeAtomically(table.path, async (handle) => {
    const out = new TextOut(handle);
    /* Excel takes a CSV for the local code page unless it begins with the mark. */
    if (table.style === 'spreadsheet') await out.write(BYTE_ORDER_MARK);
    await out.write(encode(columns.map((column) => column.name), MARKER_COLUMN));
    let rows = 0;
    for await (const row of table.rows) {
      const cells = columns.map((column) => cellText(column.value(row)));
      for (const [position, cell] of cells.entries()) {
        if (isFormulaTrigger(cell)) formulaColumns.add(columns[position]?.name ?? '');
      }
      await out.write(encode(cells, MARKER_VALUE));
      rows++;
    }
    await out.flush();
    return { rows, formulaColumns: table.style === 'exact' ? [...formulaColumns] : [] };
  });
}

function exactLine(cells: readonly string[]): string {
  return `${cells.map(quoteIfNeeded).join(',')}\r\n`;
}

/** Every cell in quotes, so that a spreadsheet that splits at semicolons cannot make a new cell out of a half. */
function spreadsheetLine(cells: readonly string[], marker: string): string {
  return `${[...cells.map(protectCell), marker].map(quoted).join(',')}\r\n`;
}

const NEEDS_QUOTES = /[",\r\n\u{FEFF}]|^\s|\s$/u;

function quoteIfNeeded(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? quoted(cell) : cell;
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

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
