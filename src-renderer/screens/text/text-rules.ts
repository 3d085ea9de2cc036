/** What the composer of the Text screen may send, and why not. Pure. */
import type { TextRequest } from '@shared/contract/text';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import type { Medium } from '@shared/model/text';
import { attachmentOf, MEDIA, whyNotFiles } from '../../state/attachments';
import type { ChosenFile } from '../../state/attachments';
import type { TextState } from '../../state/text';
import { answerFormatOf, keptGeneration, optionsFor, whyNotSettings } from '../../state/text-settings';
import { mediumWord } from '../../text/text-models';

export interface AskContext {
  readonly models: readonly CatalogueModel[];
  /** What is asked where the draft names no model. */
  readonly likely: ModelChoice | undefined;
}

export type AskOutcome =
  | { readonly kind: 'ready'; readonly request: TextRequest }
  | { readonly kind: 'refused'; readonly sentence: string };

type Asked = Pick<TextState, 'draft' | 'files' | 'after'>;

export function modelOf({ draft }: Pick<Asked, 'draft'>, { likely }: AskContext): ModelChoice | undefined {
  return draft.model ?? likely;
}

export function cataloguedModel(
  choice: ModelChoice | undefined,
  models: readonly CatalogueModel[],
): CatalogueModel | undefined {
  return models.find(({ id, provider }) => id === choice?.model && provider === choice.provider);
}

export function askOf(state: Asked, context: AskContext): AskOutcome {
  const { draft, files, after } = state;
  const model = modelOf(state, context);
  const sentence = whyNot(state, context);
  if (sentence !== null || model === undefined) {
    return { kind: 'refused', sentence: sentence ?? 'Choose a model.' };
  }
  const options = optionsFor([model], context.models);
  return {
    kind: 'ready',
    request: {
      model,
      system: draft.settings.system,
      prompt: draft.prompt,
      attachments: files.map(attachmentOf),
      generation: keptGeneration(draft.settings.generation, options),
      answer: answerFormatOf(draft.settings),
      ...continuing(after),
    },
  };
}

function continuing(after: Asked['after']): Pick<TextRequest, 'after' | 'before'> {
  if (after === null) {
    return {};
  }
  return after.isBefore === true ? { before: after.jobId } : { after: after.jobId };
}

/** One sentence that names what is missing and the way out; null when it can be sent. */
function whyNot(state: Asked, context: AskContext): string | null {
  const { draft, files } = state;
  if (draft.prompt.trim() === '') {
    return files.length === 0 ? 'Write a prompt.' : 'Write what is to be said of the files.';
  }
  return (
    whyNotTokens(draft.prompt, files) ??
    whyNotSettings(draft.settings) ??
    whyNotFiles(files) ??
    whyNotMedia(files, cataloguedModel(modelOf(state, context), context.models))
  );
}

function whyNotTokens(prompt: string, files: readonly ChosenFile[]): string | null {
  const short = MEDIA.find((medium) => tokensOf(prompt, medium) > countOf(files, medium));
  if (short === undefined) {
    return null;
  }
  const [tokens, there] = [tokensOf(prompt, short), countOf(files, short)];
  return `The prompt has ${tokens} <${short}> and ${there === 0 ? `no ${short} is` : `only ${there} are`} attached: attach ${there === 0 ? 'one' : 'more'}, or remove the token.`;
}

export function tokensOf(prompt: string, medium: Medium): number {
  return prompt.split(`<${medium}>`).length - 1;
}

function countOf(files: readonly ChosenFile[], medium: Medium): number {
  return files.filter((file) => file.medium === medium).length;
}

/** Of a model nobody knows, all is sent as it is. */
function whyNotMedia(files: readonly ChosenFile[], model: CatalogueModel | undefined): string | null {
  const refused = files.find(({ medium }) => model?.media?.includes(medium) === false);
  return refused === undefined || model === undefined
    ? null
    : `${model.label} takes no ${mediumWord(refused.medium)}: take “${refused.name}” out, or choose another model.`;
}
