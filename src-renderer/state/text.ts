/** What the Text screen holds in this window: the draft, requests under way and just over, and the history it looks at. */
import type { TextRequest } from '@shared/contract/text';
import type { JobState, ModelChoice } from '@shared/model/run';
import { modelChoiceSchema } from '@shared/model/run';
import type { AnswerRow } from '@shared/model/text';
import { z } from 'zod';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { ChosenFile } from './attachments';
import { PLAIN_TEXT_SETTINGS, textSettingsSchema } from './text-settings';
import type { TextSettings } from './text-settings';

export const textDraftSchema = z.object({
  /** Null: what is likely to work. */
  model: modelChoiceSchema.nullable(),
  prompt: z.string(),
  settings: textSettingsSchema,
});
export type TextDraft = Readonly<z.infer<typeof textDraftSchema>>;

/** How a request of this window went so far. */
export type AskState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'over'; readonly answer: AnswerRow }
  /** It never became a job. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** It became this job, and nothing was heard of it any more: it goes on, may be charged, and is kept. */
  | { readonly kind: 'lost'; readonly jobId: number; readonly sentence: string }
  /** By the user; what had come is kept on screen. */
  | { readonly kind: 'stopped' };

export interface TextAsking {
  /** Of this window. */
  readonly id: number;
  /** Null until it is in the library. */
  readonly jobId: number | null;
  readonly prompt: string;
  readonly model: ModelChoice;
  readonly files: readonly ChosenFile[];
  /** How it was asked, besides. */
  readonly settings: TextSettings;
  readonly after: TextState['after'];
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** What came so far. */
  readonly text: string;
  /** Why it was asked again; null: it was not. */
  readonly again: string | null;
  readonly state: AskState;
}

/** What the stage shows. */
export type TextShown =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'asking'; readonly id: number }
  | { readonly kind: 'answer'; readonly jobId: number };

export interface TextHistory {
  readonly search: string;
  /** What `answers` were searched by; those of `search` may be on their way. */
  readonly searched: string;
  readonly total: number;
  readonly answers: readonly AnswerRow[];
  /** Why it could not be read. */
  readonly sentence: string | null;
  readonly isKnown: boolean;
}

/** What the next request goes on from. */
export interface Continued {
  readonly jobId: number;
  readonly prompt: string;
  /** What was said before that request, and not its answer: it is asked again. */
  readonly isBefore?: true;
}

export interface TextState {
  readonly draft: TextDraft;
  readonly files: readonly ChosenFile[];
  /** The answer that the next request goes on from. */
  readonly after: Continued | null;
  /** Newest first. */
  readonly asking: readonly TextAsking[];
  readonly shown: TextShown;
  readonly history: TextHistory;
  /** Taken out a moment ago, and not to be shown. */
  readonly forgotten: ReadonlySet<number>;
  readonly problems: readonly string[];
}

const EMPTY_DRAFT: TextDraft = { model: null, prompt: '', settings: PLAIN_TEXT_SETTINGS };

const INITIAL: TextState = {
  draft: EMPTY_DRAFT,
  files: [],
  after: null,
  asking: [],
  shown: { kind: 'nothing' },
  history: { search: '', searched: '', total: 0, answers: [], sentence: null, isKnown: false },
  forgotten: new Set(),
  problems: [],
};

export type TextStore = StoreApi<TextState>;

const KEPT = 'brushfleet.text';
/** Requests of this window that are kept besides the history. */
const KEPT_ASKING = 50;

export function createTextStore(storage: Storage): TextStore {
  const store = createStore<TextState>(() => ({ ...INITIAL, draft: readDraft(storage) }));
  store.subscribe(({ draft }, before) => {
    if (draft !== before.draft) {
      storage.setItem(KEPT, JSON.stringify(draft));
    }
  });
  return store;
}

/** What cannot be read is let go: it was only a draft. */
function readDraft(storage: Storage): TextDraft {
  try {
    const read = textDraftSchema.safeParse(JSON.parse(storage.getItem(KEPT) ?? 'null'));
    return read.success ? read.data : EMPTY_DRAFT;
  } catch {
    return EMPTY_DRAFT;
  }
}

export function changeTextDraft(store: TextStore, part: Partial<TextDraft>): void {
  store.setState(({ draft }) => ({ draft: { ...draft, ...part } }));
}

export function changeTextSettings(store: TextStore, part: Partial<TextDraft['settings']>): void {
  store.setState(({ draft }) => ({ draft: { ...draft, settings: { ...draft.settings, ...part } } }));
}

let lastId = 0;

/** A request that just began; it is shown. */
export function beginAsking(
  store: TextStore,
  request: Pick<TextRequest, 'prompt' | 'model'>,
  facts: Pick<TextAsking, 'files' | 'settings' | 'after' | 'startedAt'>,
): number {
  lastId += 1;
  const id = lastId;
  const begun: TextAsking = {
    id,
    jobId: null,
    prompt: request.prompt,
    model: request.model,
    ...facts,
    endedAt: null,
    text: '',
    again: null,
    state: { kind: 'asking' },
  };
  store.setState(({ asking }) => ({
    asking: keptAsking([begun, ...asking]),
    shown: { kind: 'asking', id },
  }));
  return id;
}

/** Those under way stay, however many; of the others the newest. */
function keptAsking(asking: readonly TextAsking[]): readonly TextAsking[] {
  return asking.filter(({ state }, at) => state.kind === 'asking' || at < KEPT_ASKING);
}

export function patchAsking(
  store: TextStore,
  id: number,
  change: (asking: TextAsking) => Partial<TextAsking>,
): void {
  store.setState(({ asking }) => ({
    asking: asking.map((one) => (one.id === id ? { ...one, ...change(one) } : one)),
  }));
}

export function isUnderWay({ state }: TextAsking): boolean {
  return state.kind === 'asking';
}

const GOES_ON: ReadonlySet<JobState> = new Set(['pending', 'leased', 'sent']);

/** Whether a job in this state has become something else than what its request shows. */
export function isNewsOf({ state }: TextAsking, jobState: JobState): boolean {
  switch (state.kind) {
    case 'asking':
    case 'refused':
      return false;
    case 'over':
      return state.answer.state !== jobState;
    case 'lost':
      return !GOES_ON.has(jobState);
    case 'stopped':
      // One that was not sent any more has nothing to show but what had come.
      return !GOES_ON.has(jobState) && jobState !== 'cancelled';
  }
}

/** A request that was stopped, or heard of no more, went on: its answer takes its place. */
export function settleAsking(store: TextStore, answers: readonly AnswerRow[]): void {
  for (const answer of answers) {
    const one = store.getState().asking.find(({ jobId }) => jobId === answer.jobId);
    if (one !== undefined && isNewsOf(one, answer.state)) {
      patchAsking(store, one.id, () => ({ state: { kind: 'over', answer } }));
    }
  }
}

/** What the composer holds. */
export type Composed = Pick<TextState, 'draft' | 'files' | 'after'>;

/** Whether something that was written or chosen is in the composer no more. How it is asked counts with what is asked. */
export function isAnyLost({ draft, files, after }: Composed, now: Composed): boolean {
  const { prompt, model, settings } = draft;
  const isBegun = prompt.trim() !== '' || files.length > 0;
  return (
    (prompt.trim() !== '' && prompt !== now.draft.prompt) ||
    (isBegun && model !== null && !isSame(model, now.draft.model)) ||
    (isBegun && !isSame(settings, PLAIN_TEXT_SETTINGS) && !isSame(settings, now.draft.settings)) ||
    files.some(({ source }) => !now.files.some((file) => isSameSource(file.source, source))) ||
    (after !== null && !isSame(after, now.after))
  );
}

/** Takes a replacement back, as far as what it set still stands. */
export function takenBack(
  now: Composed,
  { before, after }: { readonly before: Composed; readonly after: Composed },
): Composed {
  const back = <Value>(of: (composed: Composed) => Value): Value => of(of(now) === of(after) ? before : now);
  return {
    draft: {
      model: back(({ draft }) => draft.model),
      prompt: back(({ draft }) => draft.prompt),
      settings: back(({ draft }) => draft.settings),
    },
    files: back(({ files }) => files),
    after: back((composed) => composed.after),
  };
}

/** A page's own file says nothing of itself as JSON. */
function isSameSource(one: ChosenFile['source'], other: ChosenFile['source']): boolean {
  return one.kind === 'bytes' && other.kind === 'bytes' ? one.file === other.file : isSame(one, other);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
