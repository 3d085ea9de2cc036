/** The columns of results.csv and results.jsonl: every input column as it came, then ours. */
import { cellOf, type Fields } from '@shared/columns';
import type { Failure } from '@shared/model/failure';
import type { Review } from '@shared/model/review';
import type { JobState } from '@shared/model/run';

/** A job as the tables show it, with the row it came from. */
export interface ResultRow {
  readonly row: { readonly fields: Fields };
  readonly job: {
    readonly state: JobState;
    /** The last one; also of a job that is pending again. */
    readonly failure: Failure | null;
    /** `fileName` is relative to the output folder. */
    readonly result: { readonly fileName: string; readonly width: number; readonly height: number } | null;
    readonly model: string;
    readonly endpointName: string | null;
    readonly attempts: number;
    readonly seconds: number | null;
    readonly costUsd: number | null;
    /** Absent: it was not asked for, or nobody said anything. */
    readonly review?: Review | null;
  };
}

export type CellValue = string | number | null;

export interface ResultColumn {
  readonly name: string;
  /** As a member of a JSON object: quoted, its colon after it. */
  readonly label: string;
  /** Input cells are text as they came; ours are text, numbers or null. */
  readonly value: (row: ResultRow) => CellValue;
}

/** In their order. `output_image` and its pixels are told only of a job that is done: an old file may still lie there. */
const JOB_COLUMNS: readonly Omit<ResultColumn, 'label'>[] = [
  { name: 'output_image', value: (row) => delivered(row)?.fileName.replaceAll('\\', '/') ?? null },
  { name: 'status', value: ({ job }) => job.state },
  { name: 'failure', value: (row) => lastFailure(row)?.kind ?? null },
  { name: 'error', value: (row) => lastFailure(row)?.message ?? null },
  { name: 'model', value: ({ job }) => job.model },
  { name: 'endpoint', value: ({ job }) => job.endpointName },
  { name: 'attempts', value: ({ job }) => job.attempts },
  { name: 'seconds', value: ({ job }) => job.seconds },
  { name: 'width', value: (row) => delivered(row)?.width ?? null },
  { name: 'height', value: (row) => delivered(row)?.height ?? null },
  { name: 'cost_usd', value: ({ job }) => job.costUsd },
];

/** What reviewers said, in tables of reviewed results. */
const REVIEW_COLUMNS: readonly Omit<ResultColumn, 'label'>[] = [
  { name: 'verdict', value: ({ job }) => job.review?.verdict ?? null },
  { name: 'rating', value: ({ job }) => job.review?.rating ?? null },
  { name: 'reasons', value: ({ job }) => job.review?.reasons.join('; ') ?? null },
  { name: 'note', value: ({ job }) => job.review?.note ?? null },
];

/** An input column that bears one of our names keeps it; ours then gets the prefix `brushfleet_`. */
export function resultColumns(
  inputColumns: readonly string[],
  { withReviews = false }: { readonly withReviews?: boolean } = {},
): readonly ResultColumn[] {
  const taken = new Set(inputColumns);
  const inputs = inputColumns.map((name) => ({
    name,
    value: ({ row }: ResultRow) => cellOf(row.fields, name) ?? '',
  }));
  const own = withReviews ? [...JOB_COLUMNS, ...REVIEW_COLUMNS] : JOB_COLUMNS;
  const ours = own.map(({ name, value }) => ({ name: freeName(name, taken), value }));
  return [...inputs, ...ours].map((column) => ({ ...column, label: `${JSON.stringify(column.name)}:` }));
}

/** Text of a cell; numbers to the millionth and never as `1e-7`. */
export function cellText(value: CellValue): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(rounded(value)) : value;
}

/** One line of results.jsonl, its newline included. Written by hand: an object would put columns named `1`, `2` first. */
export function jsonLine(columns: readonly ResultColumn[], row: ResultRow): string {
  const members = columns.map((column) => {
    const value = column.value(row);
    return column.label + JSON.stringify(typeof value === 'number' ? rounded(value) : value);
  });
  return `{${members.join(',')}}\n`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`brushfleet_${name}`, taken) : name;
}

function delivered({ job }: ResultRow): ResultRow['job']['result'] {
  return job.state === 'done' ? job.result : null;
}

function lastFailure({ job }: ResultRow): Failure | null {
  return job.state === 'done' ? null : job.failure;
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
