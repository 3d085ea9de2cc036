/** What stands in a JSON document for a long string that was cut out of it. */
const MARK = 'brushfleet-cut-string-';

/** For the nth of a document; all of its letters might be base64. */
export function markOf(index: number): string {
  return `${MARK}${index}`;
}

/** Whether a mark stands somewhere in `text`. */
export function holdsMark(text: string): boolean {
  return text.includes(MARK);
}
