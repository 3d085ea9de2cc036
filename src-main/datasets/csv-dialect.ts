/** How a CSV file separates its rows and cells, found in its first part. */
import Papa from 'papaparse';

export interface CsvDialect {
  readonly delimiter: string;
  readonly newline: '\r\n' | '\n' | '\r';
  /** The file mixes CRLF and LF: read by LF, a CR left at the end of a row is part of its newline. */
  readonly trailingCr: boolean;
}

const DELIMITERS = [',', '\t', ';', '|'] as const;
const SAMPLE_ROWS = 20;

export function detectDialect(head: string, isWhole: boolean): CsvDialect {
  const newline = detectNewline(head);
  return { delimiter: detectDelimiter(head, newline.newline, isWhole), ...newline };
}

function detectNewline(head: string): Pick<CsvDialect, 'newline' | 'trailingCr'> {
  const outside = countNewlines(head.replaceAll(/"[^"]*"?/g, ''));
  const found = outside.crlf + outside.lf + outside.cr > 0 ? outside : countNewlines(head);
  if (found.lf > 0) return { newline: '\n', trailingCr: found.crlf > 0 };
  if (found.crlf > 0) return { newline: '\r\n', trailingCr: false };
  return { newline: found.cr > 0 ? '\r' : '\n', trailingCr: false };
}

function countNewlines(text: string): { crlf: number; lf: number; cr: number } {
  const counts = { crlf: 0, lf: 0, cr: 0 };
  for (const [newline] of text.matchAll(/\r\n|\n|\r/g)) {
    if (newline === '\r\n') counts.crlf++;
    else if (newline === '\n') counts.lf++;
    else counts.cr++;
  }
  return counts;
}

/**
 * The delimiter with which the most rows have as many cells as the header; then the one that makes the most header
 * cells. A header of one cell is believed only when no delimiter finds more: prompts are full of commas.
 */
function detectDelimiter(head: string, newline: CsvDialect['newline'], isWhole: boolean): string {
  let best: { delimiter: string; agreement: number; cells: number } = {
    delimiter: ',',
    agreement: -1,
    cells: 1,
  };
  for (const delimiter of DELIMITERS) {
    const rows = sampleRows(head, { delimiter, newline, isWhole });
    const cells = rows[0]?.length ?? 1;
    if (cells === 1) continue;
    const agreement = rows.filter((row) => row.length === cells).length / rows.length;
    if (agreement > best.agreement || (agreement === best.agreement && cells > best.cells)) {
      best = { delimiter, agreement, cells };
    }
  }
  return best.delimiter;
}

function sampleRows(
  head: string,
  dialect: { readonly delimiter: string; readonly newline: CsvDialect['newline']; readonly isWhole: boolean },
): string[][] {
  const { delimiter, newline, isWhole } = dialect;
  const { data } = Papa.parse<string[]>(head, {
    delimiter,
    newline,
    preview: SAMPLE_ROWS,
    skipEmptyLines: true,
  });
  return !isWhole && data.length > 1 && data.length < SAMPLE_ROWS ? data.slice(0, -1) : data;
}
