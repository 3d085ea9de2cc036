/** Files that can be opened as datasets, by their ending: for the reader, and for the dialogs that offer them. */
import type { DatasetFormat } from './model/run';

const FORMATS: ReadonlyMap<string, DatasetFormat> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'json'],
  ['.txt', 'txt'],
  ['.parquet', 'parquet'],
]);

/** With their dots. */
export const DATASET_ENDINGS: readonly string[] = [...FORMATS.keys()];

/** `ending` with its dot, as the file has it; undefined: of no format that can be read. */
export function formatOfEnding(ending: string): DatasetFormat | undefined {
  return FORMATS.get(ending.toLowerCase());
}
