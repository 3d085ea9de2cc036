/** What the formats and filters of an export are called, and which of them go together. */
import { TABLES } from '@shared/model/export';
import type { ExportFilter, ExportFormat } from '@shared/model/export';
import type { ReviewCounts } from '@shared/model/review';
import type { Run } from '@shared/model/run';
import { jobTotal } from '../jobs/job-words';

export const FORMAT_WORDS: Readonly<Record<ExportFormat, { readonly name: string; readonly hint: string }>> =
  {
    csv: { name: 'CSV', hint: 'Every cell as it came, results and verdicts beside it' },
    jsonl: { name: 'JSON Lines', hint: 'The same, one object per line' },
    spreadsheet: { name: 'CSV for spreadsheets', hint: 'No cell can be read as a formula' },
    imageFolder: {
      name: 'Dataset folder',
      hint: 'Pictures, sources and metadata.jsonl: a Hugging Face ImageFolder',
    },
    parquet: { name: 'Parquet', hint: 'One file with the pictures inside' },
    zip: { name: 'ZIP', hint: 'The dataset folder in one file' },
    pairs: { name: 'Preference pairs', hint: 'Which variant of a row was preferred: pairs.jsonl for DPO' },
  };

export const FILTER_WORDS: Readonly<Record<ExportFilter, string>> = {
  jobs: 'Every row',
  results: 'All results',
  accepted: 'Accepted',
  rejected: 'Rejected',
  unset: 'Not judged',
  failures: 'Failed or unknown',
};

export interface FilterChoice {
  readonly filter: ExportFilter;
  readonly count: number;
}

/** Those that hold something. `reviewed` null: not known. */
export function filtersOf(
  { counts }: Pick<Run, 'counts'>,
  reviewed: ReviewCounts | null,
): readonly FilterChoice[] {
  const choices: readonly FilterChoice[] = [
    { filter: 'jobs', count: jobTotal(counts) },
    { filter: 'results', count: counts.done },
    { filter: 'accepted', count: reviewed?.accepted ?? 0 },
    { filter: 'rejected', count: reviewed?.rejected ?? 0 },
    { filter: 'unset', count: reviewed === null ? 0 : reviewed.unset },
    { filter: 'failures', count: counts.failed + counts.unknown },
  ];
  return choices.filter(({ count }) => count > 0);
}

/** Why only tables are offered; null: pictures, too. */
export function whyTables(
  filter: ExportFilter | null,
  { isText = false, isEmpty = false } = {},
): string | null {
  if (isText) {
    return 'Answers are text: they leave as tables. The formats with pictures are for runs that make pictures.';
  }
  if (filter === 'failures') {
    return 'What failed has no picture: it leaves as a table.';
  }
  return filter === 'jobs' && isEmpty ? 'No row has a picture yet: they leave as a table.' : null;
}

/** Of every row, those that have a picture are what a format with pictures can hold. */
export function filterFor(filter: ExportFilter, format: ExportFormat): ExportFilter {
  return filter === 'jobs' && !TABLES.includes(format) ? 'results' : filter;
}

export function thingOf(format: ExportFormat): string {
  return TABLES.includes(format) ? 'row' : 'result';
}
