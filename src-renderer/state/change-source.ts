/**
 * Another source for the run being put together. What a person has set stays, as far as the new rows allow it; what was
 * guessed from the old rows is guessed anew. The whole is one step back.
 */
import { parseTemplate, unknownColumns } from '@shared/template';
import type { Dataset } from '@shared/model/run';
import type { AppModel } from './app-model';
import { type Draft, type DraftContext, draftFor, draftOver } from './new-run-draft';
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
  'endpointIds',
  'fallback',
  'waitForQuota',
  'priority',
  'caps',
  'outputGrant',
] as const satisfies readonly (keyof Draft)[];

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
  const kept = keptParts(before, { old, dataset, fresh, context });
  draft.setState({ ...fresh, ...kept }, true);
  if (isTouched(before, draftFor(old, context))) {
    const undo = { label: 'Undo', run: () => draft.setState(before, true) };
    toast(ui, `The new run is of ${dataset.name} now, with what you had set`, undo);
  }
}

interface Change {
  readonly old: Dataset;
  readonly dataset: Dataset;
  readonly fresh: Draft;
  readonly context: DraftContext;
}

/** What differs from what was guessed of the old rows. */
function keptParts(before: Draft, { old, dataset, fresh, context }: Change): Partial<Draft> {
  const guessed = draftFor(old, context);
  const isSet = (field: keyof Draft): boolean => !isSame(before[field], guessed[field]);
  const has = (column: string): boolean => dataset.columns.includes(column);
  const kept: { -readonly [Field in keyof Draft]?: Draft[Field] } = {};
  for (const field of OF_ANY_ROWS) {
    if (isSet(field)) {
      Object.assign(kept, { [field]: before[field] });
    }
  }
  if (isSet('instruction') && isFilledBy(before.instruction, dataset)) {
    kept.instruction = before.instruction;
  }
  if (isSet('task') || before.task === fresh.task) {
    kept.task = before.task;
    kept.models = isSet('models') || isSet('task') ? before.models : fresh.models;
  }
  if (before.imageColumns?.every(has) === true) {
    kept.imageColumns = before.imageColumns;
  }
  for (const field of ['maskColumn', 'outputNameColumn'] as const) {
    if (before[field] !== '' && has(before[field])) {
      kept[field] = before[field];
    }
  }
  return kept;
}

function isFilledBy(instruction: string, { columns }: Dataset): boolean {
  return unknownColumns(parseTemplate(instruction), [...columns, 'index']).length === 0;
}

function isTouched(before: Draft, guessed: Draft): boolean {
  const { isGuessed: _, previewRow: _row, ...set } = before;
  return Object.entries(set).some(([field, value]) => !isSame(value, guessed[field as keyof Draft]));
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
