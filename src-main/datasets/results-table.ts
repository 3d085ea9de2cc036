/** The columns of results.csv and results.jsonl: every input column as it came, then ours. */
import type { FailureKind } from '@shared/model/failure';
import type { JobState } from '@shared/model/run';
import { cellOf, type Fields } from '@shared/columns';

/** Facts of a job in the order of their columns. Null is a blank cell. */
export interface JobFacts {
  /** Relative to the output folder, with `/`. */
  readonly output_image: string | null;
  readonly status: JobState;
  readonly failure: FailureKind | null;
  /** The failure's sentence. */
  readonly error: string | null;
  readonly model: string;
  readonly endpoint: string | null;
  readonly attempts: number;
  readonly seconds: number | null;
  /** Pixels of the output. */
  readonly width: number | null;
  readonly height: number | null;
  readonly cost_usd: number | null;
}

export interface ResultRow {
  readonly fields: Fields;
  readonly job: JobFacts;
}

const JOB_COLUMNS = [
  'output_image',
  'status',
  'failure',
  'error',
  'model',
  'endpoint',
  'attempts',
  'seconds',
  'width',
  'height',
  'cost_usd',
] as const satisfies readonly (keyof JobFacts)[];

type JobValue = string | number | null;

/** What a table's column shows of a row. */
export interface ResultColumn {
  readonly name: string;
  /** Input columns are cells as text; ours are text, numbers or null. */
  readonly value: (row: ResultRow) => JobValue;
}

/** An input column that bears one of our names keeps it; ours then gets the prefix `brushfleet_`. */
export function resultColumns(inputColumns: readonly string[]): readonly ResultColumn[] {
  const taken = new Set(inputColumns);
  const inputs = inputColumns.map((name) => ({ name, value: (row: ResultRow) => cellOf(row.fields, name) ?? '' }));
  const ours = JOB_COLUMNS.map((fact) => ({ name: freeName(fact, taken), value: (row: ResultRow) => row.job[fact] }));
  return [...inputs, ...ours];
}

function freeName(fact: string, taken: ReadonlySet<string>): string {
  return taken.has(fact) ? freeName(`brushfleet_${fact}`, taken) : fact;
}

/** Numbers as short as they are exact: seconds to the millisecond, money to the millionth, never `1e-7`. */
export function cellText(value: JobValue): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(rounded(value)) : value;
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** One line of results.jsonl, its newline included. Written by hand: an object would put columns named `1`, `2` first. */
export function jsonLine(columns: readonly ResultColumn[], row: ResultRow): string {
  const members = columns.map((column) => {
    const value = column.value(row);
    return `${JSON.stringify(column.name)}:${JSON.stringify(typeof value === 'number' ? rounded(value) : value)}`;
  });
  return `{${members.join(',')}}\n`;
}
