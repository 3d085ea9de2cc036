/** A CSV header made usable: every column gets a name of its own, and the spreadsheet marker is taken off. */
import { MARKER_COLUMN, MARKER_VALUE, restoreCell } from '@shared/spreadsheet-safe';

export interface CsvHeader {
  readonly columns: readonly string[];
  /** Cells a full row has, the marker included. */
  readonly width: number;
  /** Where a "CSV for spreadsheets" has its marker: cells left of it must be restored, those right of it were added. */
  readonly markerAt: number | null;
  /** One sentence for each name that had to change. */
  readonly notes: readonly string[];
}

export function readHeader(cells: readonly string[]): CsvHeader {
  const found = cells.indexOf(MARKER_COLUMN);
  const markerAt = found === -1 ? null : found;
  const { columns, notes } = uniqueNames(markerAt === null ? cells : restoredBefore(cells, markerAt));
  return { columns: withoutMarker(columns, markerAt), notes, width: cells.length, markerAt };
}

/** A row's cells, one for each column, as they were before a spreadsheet had to be kept from running them. */
export function cellsOf(cells: readonly string[], { markerAt }: CsvHeader): readonly string[] {
  const isProtected = markerAt !== null && cells[markerAt] === MARKER_VALUE;
  return withoutMarker(isProtected ? restoredBefore(cells, markerAt) : cells, markerAt);
}

function restoredBefore(cells: readonly string[], markerAt: number): readonly string[] {
  return cells.map((cell, position) => (position < markerAt ? restoreCell(cell) : cell));
}

function withoutMarker(cells: readonly string[], markerAt: number | null): readonly string[] {
  return markerAt === null ? cells : cells.toSpliced(markerAt, 1);
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
