/** `--filter_rows`: which rows of a file take part. Positions count rows from 0, whatever their `index` column says. */

export type RowFilter =
  | {
      readonly kind: 'ok';
      readonly includes: (row: number) => boolean;
      /** The same, ascending and apart from each other. */
      readonly ranges: readonly RowRange[];
    }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface RowRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const EVERY_ROW: RowRange = { from: 0, to: Infinity };
const ROW = /^\d+$/;
const RANGE = /^(\d*)\s*:\s*(\d*)$/;

/**
 * Reads `0:100,205`: a comma list of rows and `a:b` ranges (b exclusive, either side may be blank); the rows of all
 * parts take part, in file order; blank parts are skipped and a blank filter means every row. Steps and negative
 * numbers are refused.
 */
export function parseRowFilter(text: string): RowFilter {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return { kind: 'ok', includes: () => true, ranges: [EVERY_ROW] };
  const ranges: RowRange[] = [];
  for (const part of parts) {
    const range = parseRange(part);
    if (range === null) return { kind: 'refused', sentence: refusal(part) };
    ranges.push(range);
  }
  const merged = merge(ranges);
  return { kind: 'ok', includes: (row) => holds(merged, row), ranges: merged };
}

function parseRange(part: string): RowRange | null {
  if (ROW.test(part)) return { from: Number(part), to: Number(part) + 1 };
  const match = RANGE.exec(part);
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  return { from: from === '' ? 0 : Number(from), to: to === '' ? Infinity : Number(to) };
}

function refusal(part: string): string {
  return `The row filter does not understand "${part}"; write rows and ranges like 0:100,205 (the end is not included).`;
}

function merge(ranges: readonly RowRange[]): RowRange[] {
  const merged: RowRange[] = [];
  for (const range of ranges.filter((each) => each.from < each.to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || range.from > last.to) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return merged;
}

/** Binary search: a filter may list thousands of rows and is asked once per row. */
function holds(ranges: readonly RowRange[], row: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (row < range.from) high = middle - 1;
    else if (row >= range.to) low = middle + 1;
    else return true;
  }
  return false;
}
