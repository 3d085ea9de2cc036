/** Reads results.csv and every picture it names. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { readMark } from '../loopback/marked-png.mjs';

/**
 * One sentence for each row that is missing, not done, or holds a picture made for another row.
 * @param {string} outputDir
 * @param {number} rows
 * @returns {Promise<readonly string[]>}
 */
export async function wrongRows(outputDir, rows) {
  const text = await readFile(join(outputDir, 'results.csv'), 'utf8');
  const { data } = Papa.parse(text, { header: true, skipEmptyLines: true });
  const wrong = data.length === rows ? [] : [`${data.length} lines in results.csv for ${rows} rows`];
  for (const [row, line] of data.entries()) {
    const asked = Number(/row (\d+)/.exec(line.instruction ?? line.prompt)?.[1]);
    const mark =
      line.status === 'done' ? readMark(await readFile(join(outputDir, line.output_image))) : Number.NaN;
    if (asked !== row || mark !== row) {
      wrong.push(`line ${row}: ${line.status}, asked for ${asked}, holds ${mark}`);
    }
  }
  return wrong;
}
