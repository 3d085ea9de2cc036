/** How a CSV file separates its rows and cells, found in its first part. */
import Papa from 'papaparse';

export interface CsvDialect {
  readonly delimiter: string;
  /** `\n` stands for CRLF too: a file may mix them, also beyond its first part. */
  readonly newline: '\n' | '\r';
}

const DELIMITERS = [',', '\t', ';', '|'] as const;
const SAMPLE_ROWS = 20;

export function detectDialect(head: string, isWhole: boolean): CsvDialect {
  const newline = detectNewline(head);
  return { delimiter: detectDelimiter(head, newline, isWhole), newline };
}

function detectNewline(head: string): CsvDialect['newline'] {
  const outside = head.replaceAll(/"[^"]*"?/g, '');
  const found = /[\r\n]/.test(outside) ? outside : head;
  return found.includes('\r') && !found.includes('\n') ? '\r' : '\n';
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
    // A blank line may still have the CR of its CRLF.
    skipEmptyLines: 'greedy',
  });
  return !isWhole && data.length > 1 && data.length < SAMPLE_ROWS ? data.slice(0, -1) : data;
}
