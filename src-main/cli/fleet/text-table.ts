/** Aligned columns for a person; nothing is ever cut off. Pure. */

/** Ends every line; the last column is not padded. Columns of `numbers` (by their heads) stand right in their width. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly string[] = [],
): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      head
        .map((name, column) => {
          const width = column === head.length - 1 ? 0 : (widths[column] ?? 0);
          return (numbers.includes(name) ? padStart : pad)(line[column] ?? '', width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Control characters of a name would move the cursor. */
function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

function pad(text: string, width: number): string {
  return shown(text) + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + shown(text);
}

/** Columns on a terminal: wide East Asian characters and emoji take two, combining marks none. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of shown(text)) {
    const code = character.codePointAt(0) ?? 0;
    const isMark = /\p{M}|\p{Cf}/u.test(character);
    const isWide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0x1f300 && code <= 0x1faff) ||
      (code >= 0x20000 && code <= 0x3fffd);
    width += isMark ? 0 : isWide ? 2 : 1;
  }
  return width;
}
