/**
 * Records of a CSV stream with the physical line each begins on. Papa Parse's own parser does the parsing, fed chunk
 * by chunk: its stream wrapper neither tells lines nor reports broken quotes.
 */
import Papa from 'papaparse';
import { type CsvDialect, detectDialect } from './csv-dialect';

export interface CsvRecord {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What was wrong with its quotes, if anything. `too_long`: reading ends with this record. */
  readonly fault: 'none' | 'stray_quote' | 'open_quote' | 'too_long';
}

/** A record longer than this is a quote that was never closed. */
const MAX_RECORD_CHARS = 64 * 1024 * 1024;

interface ParseResult {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  readonly meta: { readonly cursor: number };
}

export async function* csvRecords(
  chunks: AsyncIterable<string>,
  delimiter?: string,
): AsyncGenerator<CsvRecord> {
  let reader: RecordReader | null = null;
  let head = '';
  for await (const chunk of chunks) {
    if (reader === null && head === '') {
      /* The first chunk waits for the second: a small file is judged whole. */
      head = chunk;
      continue;
    }
    if (reader === null) {
      reader = new RecordReader(dialectOf(head, false, delimiter));
      yield* reader.read(head, false);
    }
    yield* reader.read(chunk, false);
    if (reader.pendingChars > MAX_RECORD_CHARS) {
      yield { line: reader.line, cells: [], fault: 'too_long' };
      return;
    }
  }
  if (reader === null) reader = new RecordReader(dialectOf(head, true, delimiter));
  else head = '';
  yield* reader.read(head, true);
}

function dialectOf(head: string, isWhole: boolean, delimiter: string | undefined): CsvDialect {
  const dialect = detectDialect(head, isWhole);
  return delimiter === undefined ? dialect : { ...dialect, delimiter };
}

class RecordReader {
  line = 1;
  readonly #parser: Papa.Parser;
  readonly #dialect: CsvDialect;
  #pending = '';
  /** Parsing again is worth while only when the unfinished record may have doubled: else long cells cost squares. */
  #parseAt = 0;

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect;
    this.#parser = new Papa.Parser({ delimiter: dialect.delimiter, newline: dialect.newline });
  }

  get pendingChars(): number {
    return this.#pending.length;
  }

  *read(chunk: string, isLast: boolean): Generator<CsvRecord> {
    this.#pending += chunk;
    if (this.#pending === '' || (!isLast && this.#pending.length < this.#parseAt)) return;
    const result = this.#parser.parse(this.#pending, 0, !isLast) as ParseResult;
    const faults = new Map(result.errors.map((error) => [error.row, error.code]));
    for (const [position, cells] of result.data.entries()) {
      yield this.#record(cells, faults.get(position));
    }
    this.#pending = isLast ? '' : this.#pending.slice(result.meta.cursor);
    this.#parseAt = result.data.length === 0 ? this.#pending.length * 2 : 0;
  }

  #record(cells: string[], code: string | undefined): CsvRecord {
    const line = this.line;
    this.line += 1 + newlinesWithin(cells, this.#dialect.newline);
    const last = cells.at(-1);
    if (this.#dialect.newline === '\n' && last?.endsWith('\r') === true) {
      cells[cells.length - 1] = last.slice(0, -1);
    }
    return { line, cells, fault: faultOf(code) };
  }
}

function faultOf(code: string | undefined): CsvRecord['fault'] {
  if (code === undefined) return 'none';
  return code === 'MissingQuotes' ? 'open_quote' : 'stray_quote';
}

function newlinesWithin(cells: readonly string[], newline: string): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf(newline); at !== -1; at = cell.indexOf(newline, at + 1)) count++;
  }
  return count;
}
