/** The run being put together: what the New run screen edits, kept while the user looks elsewhere. Pure besides the store. */
import { SAMPLE_NAME } from '@shared/demo';
import { detectImageColumns } from '@shared/columns';
import type { Grant, RunRequest } from '@shared/contract';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Caps, Dataset, Fallback, ModelChoice, Priority, Task, WaitForQuota } from '@shared/model/run';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import type { Settings } from '@shared/model/settings';
import { columnTemplate } from '@shared/template';
import { createStore } from 'zustand/vanilla';
import { takesQuality } from './quality';
import { demoModel, likelyChoice, likelyModel } from './served-models';
import type { ModelGround } from './served-models';
import { optionsFor, PLAIN_TEXT_SETTINGS, textRecipeOf, whyNotSettings } from './text-settings';
import type { TextSettings } from './text-settings';

export interface Draft {
  readonly datasetId: number | null;
  readonly name: string;
  readonly task: Task;
  /** Of a text run, the prompt. */
  readonly instruction: string;
  /** Of a text run; kept when another task is looked at. */
  readonly text: TextSettings;
  /** Null: by the alias rule. */
  readonly imageColumns: readonly string[] | null;
  /** Blank: none, or `mask_url` where the dataset has it. */
  readonly maskColumn: string;
  readonly outputNameColumn: string;
  readonly models: readonly ModelChoice[];
  /** Blank: the model's own choice. */
  readonly aspectRatio: string;
  readonly imageSize: string;
  /** Sent to the models that know such a thing. */
  readonly quality: string;
  readonly variants: number;
  readonly filterRows: string;
  readonly concurrency: number;
  /** The number in flight follows rate and latency. */
  readonly autoConcurrency: boolean;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  /** Null: every endpoint that speaks the protocol. */
  readonly endpointIds: readonly string[] | null;
  /** In this order, when all of the first are out. */
  readonly fallback: readonly Fallback[];
  readonly waitForQuota: WaitForQuota;
  readonly priority: Priority;
  /** Over the whole run. */
  readonly caps: Caps;
  readonly outputGrant: Grant | null;
  /** What becomes of what the chosen folder holds; null: nothing was said yet. */
  readonly onExisting: NonNullable<RunRequest['onExisting']> | null;
  /** The row the previews show. */
  readonly previewRow: number;
  /** Whether the columns were known when the draft was filled in; a file still being read tells them later. */
  readonly isGuessed: boolean;
  /** What was set over the source before, until the columns of this one are known; null: nothing of it is awaited. */
  readonly carried: CarriedDraft | null;
  /** A picture whose recipe filled the form in before there was a source: it waits for one. */
  readonly recipeOf: File | null;
}

export interface CarriedDraft {
  readonly before: Draft;
  /** What was guessed of the rows before. */
  readonly guessed: Draft;
}

/** What the recipe of a picture says of a run. */
export type RecipePart = Pick<
  Draft,
  'task' | 'instruction' | 'models' | 'aspectRatio' | 'imageSize' | 'quality'
>;

export const EMPTY_DRAFT: Draft = {
  datasetId: null,
  name: '',
  task: 'edit',
  instruction: '',
  text: PLAIN_TEXT_SETTINGS,
  imageColumns: null,
  maskColumn: '',
  outputNameColumn: '',
  models: [],
  aspectRatio: '',
  imageSize: '',
  quality: '',
  variants: 1,
  filterRows: '',
  concurrency: DEFAULT_SETTINGS.concurrency,
  maxRetries: DEFAULT_SETTINGS.maxRetries,
  retryDelayMs: DEFAULT_SETTINGS.retryDelayMs,
  autoConcurrency: false,
  endpointIds: null,
  fallback: [],
  waitForQuota: 'always',
  priority: 'normal',
  caps: {},
  outputGrant: null,
  onExisting: null,
  previewRow: 0,
  isGuessed: false,
  carried: null,
  recipeOf: null,
};

export function createDraftStore() {
  return createStore<Draft>(() => EMPTY_DRAFT);
}
export type DraftStore = ReturnType<typeof createDraftStore>;

export interface DraftContext extends ModelGround {
  readonly settings: Settings | null;
}

/** Columns that usually hold the instruction, the likeliest first. */
const INSTRUCTION_COLUMNS = ['instruction', 'prompt', 'edit_instruction', 'text', 'caption'] as const;

export function instructionFor(columns: readonly string[]): string {
  const found = INSTRUCTION_COLUMNS.map((name) =>
    columns.find((column) => column.trim().toLowerCase() === name),
  ).find((column) => column !== undefined);
  return found === undefined ? '' : columnTemplate(found);
}

export function taskFor(dataset: Dataset): Task {
  const hasPictures = dataset.format === 'folder' || dataset.format === 'images';
  return hasPictures || detectImageColumns(dataset.columns).length > 0 ? 'edit' : 't2i';
}

/** Another task, with models that can do it: of those chosen, else the likeliest. */
export function withTask(
  { models: chosen }: Pick<Draft, 'models'>,
  task: Task,
  ground: ModelGround,
): Pick<Draft, 'task' | 'models'> {
  const able = chosen.filter((choice) =>
    ground.models.every((model) => model.id !== choice.model || model.tasks.includes(task)),
  );
  const likely = task === 'text' ? likelyChoice(task, ground) : choiceOf(likelyModel(task, ground));
  return { task, models: able.length > 0 || likely === undefined ? able : [likely] };
}

function choiceOf(model: CatalogueModel | undefined): ModelChoice | undefined {
  return model === undefined ? undefined : { provider: model.provider, model: model.id };
}

/** Of `columns`, which a person takes in or out: whoever names one wants its pictures sent, also where none was found before. */
export function withPictureColumns(
  draft: Draft,
  columns: readonly string[],
  ground: ModelGround,
): Partial<Draft> {
  const asks = draft.task === 't2i' && columns.length > (draft.imageColumns ?? []).length;
  return { imageColumns: columns, ...(asks ? withTask(draft, 'edit', ground) : {}) };
}

/** Columns that were chosen for their pictures, of a task that sends none. */
export function unsentColumns({ task, imageColumns }: Draft): readonly string[] {
  return task === 't2i' ? (imageColumns ?? []) : [];
}

/** A fresh draft for a dataset, filled in as far as it can be guessed. */
export function draftFor(dataset: Dataset, context: DraftContext): Draft {
  const settings = context.settings ?? DEFAULT_SETTINGS;
  const task = taskFor(dataset);
  // The sample is the demo's, also when there are keys: looking at it must not cost anything.
  const model = dataset.name === SAMPLE_NAME ? demoModel(task, context) : likelyModel(task, context);
  return {
    ...EMPTY_DRAFT,
    datasetId: dataset.id,
    task,
    instruction: instructionFor(dataset.columns),
    models: model === undefined ? [] : [{ provider: model.provider, model: model.id }],
    concurrency: settings.concurrency,
    maxRetries: settings.maxRetries,
    retryDelayMs: settings.retryDelayMs,
    isGuessed: dataset.columns.length > 0,
  };
}

/** The same for a source that is chosen: a recipe that waited for one stays. */
export function draftOver(before: Draft, dataset: Dataset, context: DraftContext): Draft {
  const fresh = draftFor(dataset, context);
  return before.recipeOf === null ? fresh : { ...fresh, ...recipePartOf(before), isGuessed: true };
}

export function recipePartOf(draft: RecipePart): RecipePart {
  const { task, instruction, models, aspectRatio, imageSize, quality } = draft;
  return { task, instruction, models, aspectRatio, imageSize, quality };
}

/** Fills in the draft once the columns of its file are known. What the user wrote meanwhile stays. */
export function withColumns(draft: Draft, dataset: Dataset, context: DraftContext): Draft {
  if (draft.datasetId !== dataset.id || draft.isGuessed || dataset.columns.length === 0) {
    return draft;
  }
  const { task, models, instruction } = draftFor(dataset, context);
  return {
    ...draft,
    task,
    models,
    instruction: draft.instruction === '' ? instruction : draft.instruction,
    isGuessed: true,
  };
}

/** The columns of a dataset; a prompt list names none, so its first row tells. */
export function columnsOf(
  dataset: Dataset,
  firstRow: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  return dataset.columns.length > 0 ? dataset.columns : Object.keys(firstRow ?? {});
}

/** Null while something a request cannot do without is missing; `nextStep` asks for it. */
export function requestOf(draft: Draft, models: readonly CatalogueModel[]): RunRequest | null {
  if (nextStep(draft) !== null || draft.datasetId === null) {
    return null;
  }
  return {
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    datasetId: draft.datasetId,
    recipe: {
      task: draft.task,
      models: [...draft.models],
      instruction: draft.instruction,
      imageColumns: draft.task === 't2i' ? [] : [...(draft.imageColumns ?? [])],
      ...(draft.maskColumn === '' || draft.task !== 'edit' ? {} : { maskColumn: draft.maskColumn }),
      ...(draft.aspectRatio === '' || draft.task === 'text' ? {} : { aspectRatio: draft.aspectRatio }),
      ...(draft.imageSize === '' || draft.task === 'text' ? {} : { imageSize: draft.imageSize }),
      ...(draft.quality === '' || draft.task === 'text' || !draft.models.some(takesQuality)
        ? {}
        : { quality: draft.quality }),
      ...(draft.task === 'text' ? { text: textRecipeOf(draft.text, optionsFor(draft.models, models)) } : {}),
      variants: draft.variants,
      ...(draft.outputNameColumn === '' ? {} : { outputNameColumn: draft.outputNameColumn }),
    },
    options: {
      filterRows: draft.filterRows,
      concurrency: draft.concurrency,
      maxRetries: draft.maxRetries,
      retryDelayMs: draft.retryDelayMs,
      waitForQuota: draft.waitForQuota,
      ...(draft.priority === 'normal' ? {} : { priority: draft.priority }),
      ...(Object.keys(draft.caps).length === 0 ? {} : { caps: draft.caps }),
      ...(draft.autoConcurrency ? { autoConcurrency: true } : {}),
      ...(draft.endpointIds === null ? {} : { endpointIds: [...draft.endpointIds] }),
      ...(draft.fallback.length === 0 ? {} : { fallback: [...draft.fallback] }),
    },
    ...(draft.outputGrant === null ? {} : { outputGrant: draft.outputGrant.token }),
  };
}

/** What to do next, while `requestOf` is null. */
export function nextStep(draft: Draft): string | null {
  if (draft.datasetId === null) {
    return 'Choose a source to begin.';
  }
  if (draft.instruction.trim() === '') {
    return draft.task === 'text'
      ? 'Write a prompt, or insert a column that holds one.'
      : 'Write an instruction, or insert a column that holds one.';
  }
  const missing = draft.task === 'text' ? whyNotSettings(draft.text) : null;
  if (missing !== null) {
    return missing;
  }
  if (draft.models.length === 0) {
    return 'Choose a model.';
  }
  if (draft.endpointIds?.length === 0) {
    return 'Choose an endpoint that may serve the run.';
  }
  return draft.fallback.some((one) => one.model.trim() === '') ? 'Name a model for each fallback.' : null;
}

/** Keeps a choice only where the chosen models can follow it. */
export function sharedChoices(
  chosen: readonly ModelChoice[],
  models: readonly CatalogueModel[],
): { readonly sizes: readonly string[]; readonly ratios: readonly string[] } {
  const known = chosen.flatMap(
    (choice) => models.find((model) => model.id === choice.model && model.provider === choice.provider) ?? [],
  );
  const common = (lists: readonly (readonly string[])[]) =>
    (lists[0] ?? []).filter((value) => lists.every((list) => list.includes(value)));
  return {
    sizes: common(known.map((model) => model.sizes)),
    ratios: common(known.map((model) => model.ratios)),
  };
}
