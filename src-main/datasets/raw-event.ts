/** What a format's reader yields, before rows get their index and problems their bound. */
import type { RowProblem } from '@shared/model/run';

export interface RawRow {
  readonly kind: 'row';
  /** Where the file has it, from 1: a physical line, or the item's number where the format has no lines. */
  readonly line: number;
  /** Position in the file, from 0. A row that is skipped keeps its number, so that others keep theirs. */
  readonly row: number;
  /** The index it has when no `index` column says otherwise. */
  readonly defaultIndex: number;
  readonly fields: Readonly<Record<string, string>>;
}

export interface RawProblem {
  readonly kind: 'problem';
  readonly problem: RowProblem;
}

export type RawEvent =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | RawRow
  | RawProblem;

/** What is said of a row without a word in it: it is skipped, and nobody misses its result. */
export const BLANK_ROW = 'This row is blank.';

export function skipped(line: number, message: string): RawProblem {
  return { kind: 'problem', problem: { line, severity: 'skipped', message } };
}

export function note(line: number, message: string): RawProblem {
  return { kind: 'problem', problem: { line, severity: 'note', message } };
}

/** Told where bytes of the row are no text in the file's encoding: each stands as U+FFFD in what is then sent. */
export function* unreadableText(line: number, texts: readonly string[]): Generator<RawProblem> {
  if (texts.some((text) => text.includes('\u{FFFD}'))) {
    yield note(line, 'This row has characters that could not be read; save the file as UTF-8.');
  }
}
