/** A CSV header made usable: every column gets a name of its own, and the spreadsheet marker is taken off. */
import { MARKER_COLUMN, restoreCell } from '@shared/spreadsheet-safe';

export interface CsvHeader {
  readonly columns: readonly string[];
  /** Cells a full row has, the marker included. */
  readonly width: number;
  /** The file is a "CSV for spreadsheets": its cells must be restored. */
  readonly isSpreadsheetSafe: boolean;
  /** One sentence for each name that had to change. */
  readonly notes: readonly string[];
}

export function readHeader(cells: readonly string[]): CsvHeader {
  const isSpreadsheetSafe = cells.at(-1) === MARKER_COLUMN;
  const names = isSpreadsheetSafe ? cells.slice(0, -1).map(restoreCell) : cells;
  return { ...uniqueNames(names), width: cells.length, isSpreadsheetSafe };
}

/** Blank and repeated names get one of their own, told in `notes`. */
export function uniqueNames(names: readonly string[]): { columns: string[]; notes: string[] } {
  const taken = new Set(names);
  const seen = new Set<string>();
  const notes: string[] = [];
  const columns = names.map((name, position) => {
    if (name !== '' && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    const renamed = freeName(name === '' ? `column_${position + 1}` : name, taken, name === '' ? 1 : 2);
    taken.add(renamed);
    notes.push(
      name === ''
        ? `Column ${position + 1} has no name; it is called "${renamed}".`
        : `Column "${name}" appears in the header more than once; this one is called "${renamed}".`,
    );
    return renamed;
  });
  return { columns, notes };
}

function freeName(name: string, taken: ReadonlySet<string>, from: number): string {
  for (let number = from; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
