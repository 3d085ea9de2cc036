/** Editing an instruction template: inserting `{{column}}` and completing one that is being typed. Pure. */

export interface Edited {
  readonly text: string;
  /** Where the caret stands afterwards. */
  readonly caret: number;
}

export interface Completion {
  /** Where the `{{` begins. */
  readonly start: number;
  /** What was typed after it. */
  readonly query: string;
}

/** The unfinished `{{` that the caret stands in, if any. */
export function completionAt(text: string, caret: number): Completion | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf('{{');
  if (start === -1) {
    return null;
  }
  const query = before.slice(start + 2);
  return /[{}\n]/.test(query) ? null : { start, query: query.trimStart() };
}

/** Columns that fit what was typed: those that begin with it first. */
export function completionsFor(query: string, columns: readonly string[]): readonly string[] {
  const wanted = query.toLowerCase();
  const fitting = columns.filter((column) => column.toLowerCase().includes(wanted));
  const begins = (column: string) => column.toLowerCase().startsWith(wanted);
  return [...fitting.filter(begins), ...fitting.filter((column) => !begins(column))];
}

/** Puts a column in place of the selection, with a space where it would touch a word. */
export function insertColumn(
  text: string,
  selection: { start: number; end: number },
  column: string,
): Edited {
  const before = text.slice(0, selection.start);
  const after = text.slice(selection.end);
  const gap = /[\p{L}\p{N}}]$/u.test(before) ? ' ' : '';
  const chip = `${gap}{{${column}}}`;
  return { text: before + chip + after, caret: before.length + chip.length };
}

/** Finishes the `{{` being typed; closing braces that are already there are not doubled. */
export function completeColumn(
  text: string,
  { caret, completion, column }: { caret: number; completion: Completion; column: string },
): Edited {
  const after = text.slice(caret).replace(/^\s*\}\}/, '');
  const before = `${text.slice(0, completion.start)}{{${column}}}`;
  return { text: before + after, caret: before.length };
}
