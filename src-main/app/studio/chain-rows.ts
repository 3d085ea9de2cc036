/** The rows that a step of a chain goes over: those of the dataset, with the pictures of the step before. */
import { dirname } from 'node:path';
import { referenceCell } from '@shared/columns';
import type { RowProblem } from '@shared/model/run';
import type { StoredDataset, StoredRow, StoredRun } from '../../store/store';
import { jobPages } from '../results/job-pages';
import type { ChainStep } from './chain-steps';
import { spokenInstruction } from './instruction-words';
import type { StudioParts } from './parts';

const PAGE = 500;
/** Columns that are ours beside the dataset's own. */
export const INSTRUCTION_COLUMN = 'brushfleet:instruction';
export const RESULT_COLUMN = 'brushfleet:result';
export const referenceColumn = (at: number): string => `brushfleet:reference_${at + 1}`;

type Parts = Pick<StudioParts, 'store' | 'allow'>;

export interface StepRows {
  readonly dataset: StoredDataset;
  /** Folders whose images its rows may name besides those the user granted. */
  readonly roots: readonly string[];
}

/** Of the first step: every row with its own picture. */
export function firstRows(
  parts: Parts,
  rows: StoredDataset,
  how: { readonly name: string; readonly step: ChainStep },
): Promise<StepRows> {
  return copyDataset(parts, rows, { ...how, more: [], fieldsOf: ({ fields }) => fields });
}

/** Of a later step: the rows whose picture came in the run before, with it in place of their own. */
export async function nextRows(
  parts: Parts,
  rows: StoredDataset,
  how: { readonly name: string; readonly step: ChainStep; readonly before: StoredRun },
): Promise<StepRows> {
  const results = await resultsOf(parts, how.before);
  return copyDataset(parts, rows, {
    ...how,
    more: [how.before.outputDir],
    fieldsOf(row) {
      const path = results.get(row.row);
      return path === undefined ? null : { ...row.fields, [RESULT_COLUMN]: referenceCell(path) };
    },
  });
}

/** Absolute paths by row. */
async function resultsOf({ store }: Parts, run: StoredRun): Promise<ReadonlyMap<number, string>> {
  const paths = new Map<number, string>();
  for await (const jobs of jobPages(store, { runId: run.id, state: 'done' }, PAGE)) {
    for (const { row, resultId } of jobs) {
      const found = resultId === undefined ? null : await store.result(resultId);
      if (found !== null) {
        paths.set(row, found.path);
      }
    }
  }
  return paths;
}

interface CopyHow {
  readonly name: string;
  readonly step: ChainStep;
  /** Further folders that the rows may name. */
  readonly more: readonly string[];
  /** Null: the row stays out. */
  fieldsOf(row: StoredRow): Readonly<Record<string, string>> | null;
}

/** The same rows under the same numbers, with what the step says and adds. */
async function copyDataset(
  { store, allow }: Parts,
  rows: StoredDataset,
  { name, step, more, fieldsOf }: CopyHow,
): Promise<StepRows> {
  const added = addedFields(step);
  const copy = await store.createDataset({
    name,
    format: 'images',
    sourcePath: null,
    baseDir: rows.baseDir,
  });
  const columns = new Set([...rows.columns, ...Object.keys(added)]);
  let leftOut = 0;
  for (let offset = 0; ; offset += PAGE) {
    const page = await store.rows(rows.id, offset, PAGE);
    if (page.length === 0) {
      break;
    }
    const kept = page.flatMap((row) => {
      const fields = fieldsOf(row);
      return fields === null ? [] : [{ ...row, fields: { ...fields, ...added } }];
    });
    kept.slice(0, 1).forEach(({ fields }) => Object.keys(fields).forEach((column) => columns.add(column)));
    leftOut += page.length - kept.length;
    await store.addRows(copy.id, kept);
  }
  const references = step.images.flatMap(({ file }) => (file === null ? [] : dirname(file)));
  const roots = [...new Set([...references, ...more])];
  allow(copy.id, roots);
  const notes = leftOut === 0 ? [] : [leftOutNote(leftOut)];
  return { dataset: await store.finishDataset(copy.id, [...columns], notes), roots };
}

function leftOutNote(rows: number): RowProblem {
  const message =
    rows === 1
      ? 'One row is left out: the step before has no picture for it.'
      : `${rows} rows are left out: the step before has no picture for them.`;
  return { line: 1, severity: 'note', message };
}

function addedFields(step: ChainStep): Readonly<Record<string, string>> {
  return {
    [INSTRUCTION_COLUMN]: spokenInstruction(step.instruction, step.images, false),
    ...Object.fromEntries(
      step.images.flatMap(({ file }, at) =>
        file === null ? [] : [[referenceColumn(at), referenceCell(file)]],
      ),
    ),
  };
}
