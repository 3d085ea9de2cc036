/** The columns of results.csv and results.jsonl: every input column as it came, then ours. */
import { join } from 'node:path';
import { cellOf, type Fields } from '@shared/columns';
import type { Failure } from '@shared/model/failure';
import type { Review } from '@shared/model/review';
import type { JobState } from '@shared/model/run';
import type { TextResult } from '@shared/model/text';
import { type AnswerShape, answerColumns } from './answer-columns';

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
    /** What this job alone was asked, in place of the run's instruction. */
    readonly instruction?: string | null;
    /** Absent: it was not asked for, or nobody said anything. */
    readonly review?: Review | null;
  };
  /** Absent: the table is of one run, which lies beside it. */
  readonly run?: { readonly name: string; readonly outputDir: string };
  /** Of a text job; absent: it has none, or a picture. */
  readonly answer?: TextResult | null;
  /** Of a text job, over all of its attempts; absent: nobody told. */
  readonly usage?: TokenUsage | null;
}

/** What providers reported that a job used. */
export interface TokenUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

export type CellValue = string | number | null;

export interface ResultColumn {
  readonly name: string;
  /** As a member of a JSON object: quoted, its colon after it. */
  readonly label: string;
  /** Input cells are text as they came; ours are text, numbers or null. */
  readonly value: (row: ResultRow) => CellValue;
  /** JSON text, where a line of results.jsonl holds more than `value` can say. */
  readonly json?: (row: ResultRow) => string;
  /** Only in tables: a line of results.jsonl says it otherwise. */
  readonly isTableOnly?: boolean;
}

export type OwnColumn = Omit<ResultColumn, 'label'>;

/** In their order. `output_image` and its pixels are told only of a job that is done: an old file may still lie there. */
const JOB_COLUMNS: readonly OwnColumn[] = [
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
  { name: 'own_instruction', value: ({ job }) => job.instruction ?? null },
];

/** Those of them that only pictures have; a text run has its answers there (answer-columns.ts). */
const PICTURE_COLUMNS: ReadonlySet<string> = new Set(['output_image', 'width', 'height']);

/** What reviewers said, in tables of reviewed results. */
const REVIEW_COLUMNS: readonly OwnColumn[] = [
  { name: 'verdict', value: ({ job }) => job.review?.verdict ?? null },
  { name: 'rating', value: ({ job }) => job.review?.rating ?? null },
  { name: 'reasons', value: ({ job }) => job.review?.reasons.join('; ') ?? null },
  { name: 'note', value: ({ job }) => job.review?.note ?? null },
];

/** In tables of several runs: whose a row is, and where its picture lies, as `output_image` is from that run's folder. */
const RUN_COLUMNS: readonly OwnColumn[] = [
  { name: 'run', value: ({ run }) => run?.name ?? null },
  {
    name: 'output_path',
    value: (row) => {
      const result = delivered(row);
      return result === null || row.run === undefined ? null : join(row.run.outputDir, result.fileName);
    },
  },
];

export interface ColumnChoice {
  readonly withRuns?: boolean | undefined;
  readonly withReviews?: boolean | undefined;
  /** Of a text run; absent: pictures. */
  readonly answers?: AnswerShape | undefined;
}

/** An input column that bears one of our names keeps it; ours then gets the prefix `brushfleet_`. */
export function resultColumns(
  inputColumns: readonly string[],
  { withRuns = false, withReviews = false, answers }: ColumnChoice = {},
): readonly ResultColumn[] {
  const taken = new Set(inputColumns);
  const inputs = inputColumns.map((name) => ({
    name,
    value: ({ row }: ResultRow) => cellOf(row.fields, name) ?? '',
  }));
  const of =
    answers === undefined
      ? JOB_COLUMNS
      : [...answerColumns(answers), ...JOB_COLUMNS.filter(({ name }) => !PICTURE_COLUMNS.has(name))];
  const own = [...of, ...(withRuns ? RUN_COLUMNS : []), ...(withReviews ? REVIEW_COLUMNS : [])];
  const ours = own.map((column) => ({ ...column, name: freeName(column.name, taken) }));
  return [...inputs, ...ours].map((column) => ({ ...column, label: `${JSON.stringify(column.name)}:` }));
}

/** Text of a cell; numbers to the millionth and never as `1e-7`. */
export function cellText(value: CellValue): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(rounded(value)) : value;
}

/** One line of results.jsonl, its newline included. Written by hand: an object would put columns named `1`, `2` first. */
export function jsonLine(columns: readonly ResultColumn[], row: ResultRow): string {
  const members: string[] = [];
  for (const column of columns) {
    if (column.isTableOnly !== true) {
      members.push(column.label + jsonOf(column, row));
    }
  }
  return `{${members.join(',')}}\n`;
}

function jsonOf({ json, value }: ResultColumn, row: ResultRow): string {
  if (json !== undefined) return json(row);
  const cell = value(row);
  return JSON.stringify(typeof cell === 'number' ? rounded(cell) : cell);
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
