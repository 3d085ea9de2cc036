/** CSV rows as a stream. A row with more cells than the header is skipped: its cells have shifted. */
import { type CsvHeader, cellsOf, readHeader } from './csv-header';
import { type CsvRecord, csvRecords } from './csv-records';
import { BLANK_ROW, note, type RawEvent, type RawProblem, skipped, unreadableText } from './raw-event';
import { type OnEncoding, textChunks } from './text-stream';

export async function* readCsv(path: string, onEncoding?: OnEncoding): AsyncGenerator<RawEvent> {
  const delimiter = path.toLowerCase().endsWith('.tsv') ? '\t' : undefined;
  let header: CsvHeader | null = null;
  let row = 0;
  for await (const record of csvRecords(textChunks(path, onEncoding), delimiter)) {
    if (record.cells.length <= 1 && (record.cells[0] ?? '') === '' && record.fault === 'none') continue;
    if (header === null && record.fault !== 'too_long') {
      header = readHeader(record.cells);
      yield { kind: 'columns', columns: header.columns };
      for (const message of header.notes) yield note(record.line, message);
      continue;
    }
    const refusal = refuse(record, header);
    if (refusal !== null || header === null) {
      yield skipped(record.line, refusal ?? OVERLONG);
    } else {
      yield* remarks(record, header);
      yield { kind: 'row', line: record.line, row, defaultIndex: row, fields: fieldsOf(record, header) };
    }
    row++;
  }
}

const OVERLONG =
  'This row is longer than 64 million characters, so a quote in it is probably never closed; reading stopped here.';

const OPEN_QUOTE = 'A quote in this row is never closed, so the rest of the file was taken for one cell.';

function refuse(record: CsvRecord, header: CsvHeader | null): string | null {
  const { cells, fault } = record;
  if (fault === 'too_long' || header === null) return OVERLONG;
  if (fault === 'open_quote') return OPEN_QUOTE;
  if (cells.every(isBlank)) return BLANK_ROW;
  if (cells.slice(header.width).every(isBlank)) return null;
  return `${misfit(record, header)}; put cells that contain the separator in quotes.`;
}

function* remarks(record: CsvRecord, header: CsvHeader): Generator<RawProblem> {
  const { line, cells, fault } = record;
  const has = (character: string): boolean => cells.some((cell) => cell.includes(character));
  if (cells.length < header.width) yield note(line, `${misfit(record, header)}; the missing ones are blank.`);
  if (fault === 'stray_quote') {
    yield note(line, 'A quoted cell of this row has a quote inside that is not doubled.');
  }
  if (has('\0')) yield note(line, 'This row contains a NUL character.');
  yield* unreadableText(line, cells);
}

function isBlank(cell: string): boolean {
  return cell.trim() === '';
}

function misfit({ cells }: CsvRecord, header: CsvHeader): string {
  return `This row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} but the header has ${header.width}`;
}

function fieldsOf(record: CsvRecord, header: CsvHeader): Record<string, string> {
  const cells = cellsOf(record.cells, header);
  /* Object.fromEntries defines own properties, so a column named __proto__ is a column. */
  return Object.fromEntries(header.columns.map((column, position) => [column, cells[position] ?? '']));
}
