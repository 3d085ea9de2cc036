/** Rows of an input that could not be read: whoever gave them is owed their results, and no job stands for them. */
import type { PreflightProblem } from '@shared/model/plan';
import type { RowProblem } from '@shared/model/run';
import { BLANK_ROW } from '../../datasets/raw-event';
import type { Store, StoredDataset } from '../../store/store';
import type { UnreadInput } from '../runs/folder-plan';

export interface UnreadRow {
  /** Counts from 0, as a row filter does. */
  readonly row: number;
  /** As the file counts, from 1; null: so many could not be read that this one is not listed. */
  readonly line: number | null;
  readonly message: string;
}

export interface UnreadRows {
  readonly count: number;
  /** The first of them. */
  readonly rows: readonly UnreadRow[];
}

export type InputRows = Pick<StoredDataset, 'id' | 'rows' | 'problems'>;

const MOST_REASONS = 3;
/** As preflight-report has it. */
const EXAMPLE_ROWS = 20;

/** More places where rows are missing are not looked for: each takes some reads. */
const MOST_GAPS = 2000;
const NOT_LISTED = 'This row could not be read.';

/** Of the rows that are chosen; blank rows ask for nothing, and are not among them. */
export async function unreadRows(
  store: Pick<Store, 'rows'>,
  { id, rows: stored, problems }: InputRows,
  isChosen: (row: number) => boolean,
): Promise<UnreadRows> {
  const skipped = skippedRows(problems);
  if (skipped.length === 0) {
    return { count: 0, rows: [] };
  }
  const rowAt = async (place: number): Promise<number> => (await store.rows(id, place, 1))[0]?.row ?? place;
  const missing = await missingRows(rowAt, stored);
  const behind = stored === 0 ? 0 : (await rowAt(stored - 1)) + 1;
  while (missing.length < skipped.length) {
    missing.push(behind + missing.length - (behind - stored));
  }
  const found = missing
    .map((row, at) => unreadRow(row, skipped[at]))
    .filter(({ row, message }) => message !== BLANK_ROW && isChosen(row));
  return { count: found.length, rows: found.slice(0, skipped.length) };
}

/** Of a whole input, as far as its problems tell. */
export function unreadOf(problems: readonly RowProblem[]): { readonly unread?: UnreadInput } {
  const lost = skippedRows(problems).filter(({ message }) => message !== BLANK_ROW);
  return lost.length === 0
    ? {}
    : { unread: { count: lost.length, reasons: lost.slice(0, MOST_REASONS).map(reasonOf) } };
}

function reasonOf({ line, message }: Pick<RowProblem, 'line' | 'message'>): string {
  return `line ${line}: ${message}`;
}

function skippedRows(problems: readonly RowProblem[]): readonly RowProblem[] {
  return problems.filter(({ severity }) => severity === 'skipped');
}

function unreadRow(row: number, problem: RowProblem | undefined): UnreadRow {
  return { row, line: problem?.line ?? null, message: problem?.message ?? NOT_LISTED };
}

/** A row that is skipped keeps its number: where the numbers of stored rows run ahead of their places, some are missing. */
async function missingRows(rowAt: (place: number) => Promise<number>, stored: number): Promise<number[]> {
  const missing: number[] = [];
  let place = 0;
  for (let gaps = 0; place < stored && gaps < MOST_GAPS; gaps += 1) {
    // The first place from here on whose number runs ahead further.
    let high = stored;
    while (place < high) {
      const middle = (place + high) >> 1;
      if ((await rowAt(middle)) - middle > missing.length) {
        high = middle;
      } else {
        place = middle + 1;
      }
    }
    if (place < stored) {
      const next = await rowAt(place);
      for (let row = place + missing.length; row < next; row += 1) {
        missing.push(row);
      }
    }
  }
  return missing;
}

/** As the end of a run tells it; at least as many as `told` in its answers, where blank rows have their lines, too. */
export function unreadInput(unread: UnreadRows, told: number): { readonly unread?: UnreadInput } {
  const { rows } = unread;
  const count = Math.max(unread.count, told);
  const reasons = rows.slice(0, MOST_REASONS).map(({ row, line, message }) => {
    return line === null ? `row ${row}: ${message}` : reasonOf({ line, message });
  });
  return count === 0 ? {} : { unread: { count, reasons } };
}

/** As a check tells it: those of the same sentence together. */
export function unreadProblems({ count, rows }: UnreadRows): PreflightProblem[] {
  const groups = new Map<string, number[]>();
  for (const { row, message } of rows) {
    groups.set(message, [...(groups.get(message) ?? []), row]);
  }
  const problems = [...groups].map(([message, found]) => ({
    message,
    count: found.length,
    rows: found.slice(0, EXAMPLE_ROWS),
  }));
  return count > rows.length
    ? [...problems, { message: NOT_LISTED, count: count - rows.length, rows: [] }]
    : problems;
}
