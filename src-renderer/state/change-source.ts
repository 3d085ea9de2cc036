/**
 * Another source for the run being put together. What a person has set stays, as far as the new rows allow it; what was
 * guessed from the old rows is guessed anew. Columns of a file that is still being read come later. The whole is one step
 * back.
 */
import { SAMPLE_NAME } from '@shared/demo';
import { parseTemplate, unknownColumns } from '@shared/template';
import type { Dataset } from '@shared/model/run';
import type { AppModel } from './app-model';
import {
  type CarriedDraft,
  type Draft,
  type DraftContext,
  draftFor,
  draftOver,
  withColumns,
} from './new-run-draft';
import { toast } from './ui-store';

type Parts = Pick<AppModel, 'draft' | 'live' | 'ui'>;

/** Means the same over any rows. */
const OF_ANY_ROWS = [
  'text',
  'aspectRatio',
  'imageSize',
  'quality',
  'variants',
  'concurrency',
  'autoConcurrency',
  'maxRetries',
  'retryDelayMs',
  'waitForQuota',
  'priority',
  'caps',
  'outputGrant',
] as const satisfies readonly (keyof Draft)[];

/** Who is asked. With the sample on either side it is guessed anew: looking at that must not cost anything. */
const OF_PAID_ROWS = ['endpointIds', 'fallback'] as const satisfies readonly (keyof Draft)[];

export function changeSource({ draft, live, ui }: Parts, dataset: Dataset): void {
  const before = draft.getState();
  if (before.datasetId === dataset.id) {
    return;
  }
  const context = live.getState();
  const old = before.datasetId === null ? undefined : context.datasets.get(before.datasetId);
  const fresh = draftOver(before, dataset, context);
  if (old === undefined) {
    draft.setState(fresh, true);
    return;
  }
  const guessed = draftFor(old, context);
  const isOfSample = [old.name, dataset.name].includes(SAMPLE_NAME);
  const fields = isOfSample ? OF_ANY_ROWS : [...OF_ANY_ROWS, ...OF_PAID_ROWS];
  const set = Object.fromEntries(
    fields.filter((field) => !isSame(before[field], guessed[field])).map((field) => [field, before[field]]),
  ) as Partial<Draft>;
  const carried = isOfSample ? null : { before, guessed };
  draft.setState(overColumns({ ...fresh, ...set, carried }, dataset), true);
  if (isTouched(before, guessed)) {
    const undo = { label: 'Undo', run: () => draft.setState(before, true) };
    toast(ui, `The new run uses ${dataset.name} now`, undo);
  }
}

/** Fills in the draft once the columns of its file are known. What the user wrote meanwhile stays. */
export function withKnownColumns(draft: Draft, dataset: Dataset, context: DraftContext): Draft {
  const known = withColumns(draft, dataset, context);
  if (known === draft || draft.carried === null) {
    return known;
  }
  const isWritten = draft.instruction !== '';
  return { ...overColumns(known, dataset), ...(isWritten ? { instruction: draft.instruction } : {}) };
}

/** Takes along what was set over the rows before, as far as these columns serve it; while there are none it waits. */
function overColumns(draft: Draft, { columns }: Dataset): Draft {
  return draft.carried === null || columns.length === 0
    ? draft
    : { ...draft, ...partsOver(columns, draft.carried, draft), carried: null };
}

function partsOver(
  columns: readonly string[],
  { before, guessed }: CarriedDraft,
  fresh: Draft,
): Partial<Draft> {
  const isSet = (field: keyof Draft): boolean => !isSame(before[field], guessed[field]);
  const has = (column: string): boolean => columns.includes(column);
  const { instruction, task, models, imageColumns, maskColumn, outputNameColumn } = before;
  const isModelSet = isSet('task') || (isSet('models') && task === fresh.task);
  return {
    ...(isSet('instruction') && isFilledBy(instruction, columns) ? { instruction } : {}),
    ...(isModelSet ? { task, models } : {}),
    ...(imageColumns?.every(has) === true ? { imageColumns } : {}),
    ...(maskColumn !== '' && has(maskColumn) ? { maskColumn } : {}),
    ...(outputNameColumn !== '' && has(outputNameColumn) ? { outputNameColumn } : {}),
  };
}

function isFilledBy(instruction: string, columns: readonly string[]): boolean {
  return unknownColumns(parseTemplate(instruction), [...columns, 'index']).length === 0;
}

function isTouched(before: Draft, guessed: Draft): boolean {
  const { isGuessed: _, previewRow: _row, carried: _carried, ...set } = before;
  return Object.entries(set).some(([field, value]) => !isSame(value, guessed[field as keyof Draft]));
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
