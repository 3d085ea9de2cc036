/** What the composer may send, what it is called, and why not. Pure. */
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import type { StudioAsk, TreeNode } from '@shared/model/studio';
import { parseTemplate, renderTemplate } from '@shared/template';
import type { CostRange } from '@shared/cost';
import { priceOfJobs, priceWords } from '../../jobs/job-price';
import { takesQuality } from '../../state/quality';
import { subjectOf } from '../../state/studio-draft';
import type { StudioDraft } from '../../state/studio-draft';
import { formatCount, plural } from '../../ui/format';
import { isReady, nameOf, pictureOf } from './node-words';

export interface AskContext {
  readonly nodes: ReadonlyMap<number, TreeNode>;
  readonly models: readonly CatalogueModel[];
  /** What is sent where the draft names no model. */
  readonly likely: ModelChoice | undefined;
  /** Pictures are on their way into the request. */
  readonly isArriving?: boolean;
  /** Pictures whose mask was painted, and is no longer there. */
  readonly lost?: ReadonlySet<number>;
}

export type AskOutcome =
  | { readonly kind: 'ready'; readonly ask: StudioAsk }
  | { readonly kind: 'refused'; readonly sentence: string };

export function modelOf(draft: StudioDraft, context: AskContext): ModelChoice | undefined {
  return draft.model ?? context.likely;
}

export function catalogued(
  choice: ModelChoice | undefined,
  models: readonly CatalogueModel[],
): CatalogueModel | undefined {
  return models.find((model) => model.id === choice?.model && model.provider === choice.provider);
}

/** Whether the model gets its answer back as its own turn, or as an input without a history; and why the latter. */
export type Turn =
  | { readonly kind: 'conversation' }
  | { readonly kind: 'fresh'; readonly mayConverse: boolean; readonly why: string };

export function turnOf(draft: StudioDraft, context: AskContext): Turn {
  const why = whyFresh(draft, context);
  if (why !== null) {
    return { kind: 'fresh', mayConverse: false, why };
  }
  return draft.wantsConversation
    ? { kind: 'conversation' }
    : { kind: 'fresh', mayConverse: true, why: 'The model sees only the picture, not how it came about.' };
}

/** Null where the conversation can go on. */
function whyFresh(draft: StudioDraft, context: AskContext): string | null {
  const choice = modelOf(draft, context);
  const subject = subjectOf(draft.inputs);
  const origin = subject === undefined ? undefined : context.nodes.get(subject.nodeId)?.origin;
  if (choice === undefined || subject === undefined) {
    return 'There is no earlier answer.';
  }
  if (!PROVIDER_TRAITS[choice.provider].keepsTurns) {
    return 'Only models of Google keep up a conversation.';
  }
  if (origin?.kind !== 'result') {
    return 'This picture is not an answer of a model.';
  }
  if (origin.ask.model.model !== choice.model || origin.ask.model.provider !== choice.provider) {
    return 'This picture was made by another model.';
  }
  return origin.locked === undefined
    ? null
    : 'This picture was locked to its source, so it is not the model’s own answer.';
}

/** What it may cost, and which turn it is: the user sees both before it is sent. */
export function sendNote(draft: StudioDraft, context: AskContext): string {
  const turn = turnOf(draft, context).kind === 'conversation' ? 'continues the conversation' : 'a fresh edit';
  const price = priceWords(costOf(draft, context));
  return draft.inputs.length === 0 ? price : `${price} · ${turn}`;
}

/** The names in `{{}}` that must be filled in. */
export function variablesOf(draft: StudioDraft): readonly string[] {
  return parseTemplate(draft.instruction).columns;
}

export function renderedInstruction(draft: StudioDraft): string {
  return renderTemplate(parseTemplate(draft.instruction), draft.values).text;
}

export function askOf(draft: StudioDraft, context: AskContext): AskOutcome {
  const sentence = whyNot(draft, context);
  const choice = modelOf(draft, context);
  if (sentence !== null || choice === undefined) {
    return { kind: 'refused', sentence: sentence ?? 'Choose a model.' };
  }
  const model = catalogued(choice, context.models);
  const hasSubject = subjectOf(draft.inputs) !== undefined;
  return {
    kind: 'ready',
    ask: {
      inputs: [...draft.inputs],
      instruction: renderedInstruction(draft).trim(),
      model: choice,
      variants: draft.variants,
      turn: turnOf(draft, context).kind,
      ...optional('aspectRatio', kept(draft.aspectRatio, model?.ratios)),
      ...optional('imageSize', kept(draft.imageSize, model?.sizes)),
      ...optional('quality', takesQuality(choice) ? draft.quality : ''),
      ...(takesQuality(choice) && draft.partialImages > 0 ? { partialImages: draft.partialImages } : {}),
      ...(draft.isLocked && hasSubject ? { lock: { featherPx: draft.featherPx } } : {}),
    },
  };
}

function optional<Key extends string>(key: Key, value: string): Partial<Record<Key, string>> {
  // The key is the one just given; TypeScript cannot tell a computed one.
  return value === '' ? {} : ({ [key]: value } as Record<Key, string>);
}

/** A choice of another model is not sent to one that does not know it. Of a model nobody knows, all is kept. */
function kept(value: string, choices: readonly string[] | undefined): string {
  return choices === undefined || choices.includes(value) ? value : '';
}

/** One sentence that names what is missing and the way out; null when it can be sent. */
function whyNot(draft: StudioDraft, context: AskContext): string | null {
  if (context.isArriving === true) {
    return 'A picture is still coming in: send this once it is there.';
  }
  if (draft.instruction.trim() === '') {
    return draft.inputs.length === 0 ? 'Describe the picture you want.' : 'Write what is to be changed.';
  }
  const blank = variablesOf(draft).find((name) => (draft.values[name] ?? '').trim() === '');
  if (blank !== undefined) {
    return `Fill in {{${blank}}}.`;
  }
  return whyNotInputs(draft, context) ?? whyNotMask(draft, context) ?? whyNotModel(draft, context);
}

/** It would be another request than the one that was put together, and as dear. */
function whyNotMask({ inputs }: StudioDraft, { nodes, lost }: AskContext): string | null {
  const subject = subjectOf(inputs);
  const node = subject === undefined ? undefined : nodes.get(subject.nodeId);
  return node !== undefined && lost?.has(node.id) === true
    ? `The mask of “${nameOf(node)}” was not kept over the restart: paint it again, or go without.`
    : null;
}

function whyNotInputs({ inputs }: StudioDraft, { nodes }: AskContext): string | null {
  for (const { nodeId } of inputs) {
    const node = nodes.get(nodeId);
    if (node === undefined) {
      return 'A picture is no longer in this tree; take it out.';
    }
    if (!isReady(node) || pictureOf(node) === undefined) {
      return `“${nameOf(node)}” has no picture yet; wait for it, or take it out.`;
    }
  }
  return null;
}

function whyNotModel(draft: StudioDraft, context: AskContext): string | null {
  const choice = modelOf(draft, context);
  const model = catalogued(choice, context.models);
  const count = draft.inputs.length;
  if (choice === undefined) {
    return 'Choose a model.';
  }
  if (model === undefined) {
    return null;
  }
  if (count === 0 && !model.tasks.includes('t2i')) {
    return `${model.label} only edits: bring a picture in, or choose another model.`;
  }
  if (count > 0 && (!model.tasks.includes('edit') || model.maxInputImages === 0)) {
    return `${model.label} takes no pictures: take them out, or choose another model.`;
  }
  const most = model.maxInputImages;
  return most !== undefined && count > most
    ? `${model.label} takes up to ${plural(most, 'picture')}: take ${formatCount(count - most)} out, or choose another model.`
    : null;
}

/** What the primary button does to how many: all pictures of a request go into one answer, of which there may be variants. */
export function sendWords(draft: StudioDraft): string {
  const { inputs, variants } = draft;
  const count = inputs.length;
  if (subjectOf(inputs) === undefined) {
    const what = `Generate ${plural(variants, 'picture')}`;
    return count === 0 ? what : `${what} from ${formatCount(count)}`;
  }
  const more = count === 1 ? '' : ` with ${formatCount(count - 1)} more`;
  return variants === 1
    ? `Edit 1 picture${more}`
    : `Edit ${more === '' ? '1 picture' : '1'}${more}, ${variants} variants`;
}

export function costOf(draft: StudioDraft, context: AskContext): CostRange | undefined {
  const choice = modelOf(draft, context);
  return choice === undefined
    ? undefined
    : priceOfJobs(
        draft.variants,
        { models: [choice], ...optional('imageSize', draft.imageSize) },
        context.models,
      );
}

/** What a model is good for, in few words: for the list it is chosen from. */
export function modelNote(model: CatalogueModel): string {
  const most = model.maxInputImages;
  const inputs =
    !model.tasks.includes('edit') || most === 0
      ? 'generates only'
      : most === undefined
        ? 'edits'
        : `up to ${plural(most, 'picture')}`;
  return `${inputs}, ${model.mask ? 'takes masks' : 'no masks'}`;
}
