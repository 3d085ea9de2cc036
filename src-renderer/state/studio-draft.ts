/** What the studio's composer holds for one tree before it is sent. Pure. */
import { modelChoiceSchema } from '@shared/model/run';
import { studioInputSchema } from '@shared/model/studio';
import type { ImageRole, Preset, StudioAsk, StudioInput } from '@shared/model/studio';
import { z } from 'zod';

/** The border takes this many pictures in one request. */
export const MOST_INPUTS = 16;
export const MOST_VARIANTS = 8;
export const FEATHER = { smallest: 0, initial: 8, largest: 500 } as const;

export const studioDraftSchema = z.object({
  inputs: z.array(studioInputSchema).max(MOST_INPUTS),
  instruction: z.string(),
  /** What was entered for `{{variables}}`. */
  values: z.record(z.string(), z.string()),
  /** Null: what is likely to work. */
  model: modelChoiceSchema.nullable(),
  /** Blank: as the model likes; so are the next two. */
  aspectRatio: z.string(),
  imageSize: z.string(),
  quality: z.string(),
  /** 0: none. */
  partialImages: z.number().int().min(0).max(3),
  variants: z.number().int().min(1).max(MOST_VARIANTS),
  isLocked: z.boolean(),
  featherPx: z.number().int().min(FEATHER.smallest).max(FEATHER.largest),
  /** Whether the model is reminded of its own answer, where that is possible. */
  wantsConversation: z.boolean(),
});
export type StudioDraft = Readonly<z.infer<typeof studioDraftSchema>>;

export const EMPTY_STUDIO_DRAFT: StudioDraft = {
  inputs: [],
  instruction: '',
  values: {},
  model: null,
  aspectRatio: '',
  imageSize: '',
  quality: '',
  partialImages: 0,
  variants: 1,
  isLocked: false,
  featherPx: FEATHER.initial,
  wantsConversation: true,
};

/** Settings stay from tree to tree; pictures and words do not. */
export function freshDraft(last: StudioDraft | undefined): StudioDraft {
  return last === undefined ? EMPTY_STUDIO_DRAFT : { ...last, inputs: [], instruction: '', values: {} };
}

/** The first picture is what is edited, the others are looked at; none is taken twice. */
export function withInputs(draft: StudioDraft, nodeIds: readonly number[]): StudioDraft {
  let inputs = [...draft.inputs];
  for (const nodeId of nodeIds) {
    if (inputs.length < MOST_INPUTS && inputs.every((input) => input.nodeId !== nodeId)) {
      const role = subjectOf(inputs) === undefined ? 'subject' : 'reference';
      inputs = [...inputs, { nodeId, role }];
    }
  }
  return { ...draft, inputs };
}

export function withoutInput(draft: StudioDraft, nodeId: number): StudioDraft {
  return { ...draft, inputs: draft.inputs.filter((input) => input.nodeId !== nodeId) };
}

/** Those of `before` that are `back` in their tree take their places again; one chosen since to be edited stays the one. */
export function withInputsBack(
  draft: StudioDraft,
  before: readonly StudioInput[],
  back: ReadonlySet<number>,
): StudioDraft {
  const isThere = new Set(draft.inputs.map(({ nodeId }) => nodeId));
  const subject = subjectOf(draft.inputs);
  const isOther = subject !== undefined && !before.some(({ nodeId }) => nodeId === subject.nodeId);
  const inputs = [...draft.inputs];
  for (const [at, input] of before.entries()) {
    const isTaken = isThere.has(input.nodeId) || (input.role === 'subject' && isOther);
    if (back.has(input.nodeId) && !isTaken && inputs.length < MOST_INPUTS) {
      inputs.splice(at, 0, input);
    }
  }
  return { ...draft, inputs };
}

export function withRole(draft: StudioDraft, nodeId: number, role: ImageRole): StudioDraft {
  return {
    ...draft,
    inputs: draft.inputs.map((input) => (input.nodeId === nodeId ? { ...input, role } : input)),
  };
}

/** `place`: where it stands afterwards. */
export function withInputMoved(draft: StudioDraft, from: number, place: number): StudioDraft {
  const moved = draft.inputs[from];
  if (moved === undefined) {
    return draft;
  }
  return { ...draft, inputs: draft.inputs.toSpliced(from, 1).toSpliced(place, 0, moved) };
}

/**
 * Whether something that was written or chosen is in the draft no more. The one picture that is edited is chosen by one
 * key; several, each with its role, are not.
 */
export function isAnyLost(before: StudioDraft, after: StudioDraft): boolean {
  const isSet = (draft: StudioDraft, key: keyof StudioDraft) =>
    JSON.stringify(draft[key]) !== JSON.stringify(EMPTY_STUDIO_DRAFT[key]);
  const isSame = (key: keyof StudioDraft) => JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const isOrdinary = before.inputs.every(({ role }) => role === 'subject') && before.inputs.length < 2;
  return studioDraftSchema
    .keyof()
    .options.some((key) => isSet(before, key) && !isSame(key) && !(key === 'inputs' && isOrdinary));
}

/** Takes a change back, as far as what it set still stands. */
export function takenBack(
  now: StudioDraft,
  { before, after }: { readonly before: StudioDraft; readonly after: StudioDraft },
): StudioDraft {
  return studioDraftSchema
    .keyof()
    .options.reduce((back, key) => (now[key] === after[key] ? { ...back, [key]: before[key] } : back), now);
}

/** The picture that is edited. */
export function subjectOf(inputs: readonly StudioInput[]): StudioInput | undefined {
  return inputs.find(({ role }) => role === 'subject');
}

/** What is known of how a picture was made: all of a request of the studio, less of one from elsewhere. */
export type Asked = { readonly [Key in keyof StudioAsk]?: StudioAsk[Key] | undefined } & Pick<
  StudioAsk,
  'instruction'
>;

/** The settings of another request; of what it does not say, the draft's own stay. */
export function settingsOf(draft: StudioDraft, ask: Asked): Partial<StudioDraft> {
  return {
    model: ask.model ?? draft.model,
    aspectRatio: ask.aspectRatio ?? '',
    imageSize: ask.imageSize ?? '',
    quality: ask.quality ?? '',
    partialImages: ask.partialImages ?? 0,
    variants: ask.variants ?? draft.variants,
    isLocked: ask.lock !== undefined,
    featherPx: ask.lock?.featherPx ?? draft.featherPx,
    wantsConversation: ask.turn === undefined ? draft.wantsConversation : ask.turn === 'conversation',
  };
}

/** What a preset does not say stays as it is. */
export function withPreset(draft: StudioDraft, preset: Preset): StudioDraft {
  return {
    ...draft,
    instruction: preset.instruction,
    model: preset.model ?? draft.model,
    aspectRatio: preset.aspectRatio ?? draft.aspectRatio,
    imageSize: preset.imageSize ?? draft.imageSize,
    quality: preset.quality ?? draft.quality,
    variants: preset.variants ?? draft.variants,
  };
}
