/** The index of each row: its `index` cell when that is a whole number, else the default. Nothing here is fatal. */
import { cellOf } from '@shared/columns';
import { note, type RawEvent, type RawProblem, type RawRow } from './raw-event';

const INDEX_COLUMN = 'index';
/** Spreadsheets and pandas write whole numbers as `7.0` once a cell of the column was blank. */
const WHOLE_NUMBER = /^\d+(?:\.0+)?$/;

export type IndexedEvent = Exclude<RawEvent, RawRow> | (RawRow & { readonly index: number });

export async function* withIndexes(events: AsyncIterable<RawEvent>): AsyncGenerator<IndexedEvent> {
  const seen = new SeenIntegers();
  for await (const event of events) {
    if (event.kind !== 'row') {
      yield event;
      continue;
    }
    const given = cellOf(event.fields, INDEX_COLUMN);
    const parsed = given === undefined ? null : parseIndex(given);
    const index = parsed ?? event.defaultIndex;
    if (given !== undefined && parsed === null) yield notANumber(event, given, index);
    if (!seen.add(index)) {
      yield note(event.line, `Index ${index} is used by an earlier row, too; both rows are kept.`);
    }
    yield { ...event, index };
  }
}

function parseIndex(cell: string): number | null {
  const text = cell.trim();
  if (!WHOLE_NUMBER.test(text)) return null;
  const index = Number(text);
  return Number.isSafeInteger(index) ? index : null;
}

function notANumber(event: RawRow, given: string, index: number): RawProblem {
  const shown = given.trim() === '' ? 'blank' : `"${given.trim().slice(0, 40)}", not a whole number`;
  return note(event.line, `The index of this row is ${shown}; it is numbered ${index} instead.`);
}

/** A set of integers that costs a bit each where they are dense: a million row numbers take a few hundred kilobytes. */
export class SeenIntegers {
  readonly #blocks = new Map<number, number>();

  /** False when it was there already. */
  add(integer: number): boolean {
    const block = Math.floor(integer / 32);
    const bit = 1 << (integer % 32);
    const bits = this.#blocks.get(block) ?? 0;
    if ((bits & bit) !== 0) return false;
    this.#blocks.set(block, bits | bit);
    return true;
  }
}
