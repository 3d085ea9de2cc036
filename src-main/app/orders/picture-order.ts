/** What a row of a picture run, or a request of a session, asks a picture model for. Pure. */
import { imageReferences, maskReference } from '@shared/columns';
import { resolveSize, type SizeAnswer, type SizeQuestion } from '@shared/aspect-ratio';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice, Recipe } from '@shared/model/run';
import type { PictureAsk } from '@shared/model/text';
import { outputNameRefusal } from '../../datasets/output-name';
import { badInput, type Refused } from '../../images/bad-input';
import type { StoredRow } from '../../store/store';
import type { PictureOrder } from '../../transport/order';
import { fittingSize } from './fitting-size';
import { renderFields } from './render-fields';

export interface AskInput {
  readonly context: {
    readonly defaultAspectRatio: string | null;
    readonly run: { readonly recipe: Recipe };
  };
  readonly row: StoredRow;
  readonly choice: ModelChoice;
  readonly model: CatalogueModel | undefined;
  /** What the run chose, where a fallback is asked instead: the size was given for that. */
  readonly chosen?: Pick<AskInput, 'choice' | 'model'> | undefined;
  /** The job's own, word for word. */
  readonly instruction?: string | null;
}

/** What an order says besides where it goes. */
export type PictureAsked = Pick<
  PictureOrder,
  'task' | 'prompt' | 'inputs' | 'mask' | 'aspectRatio' | 'imageSize' | 'quality'
>;

/** What a row asks for under a recipe, or why it cannot be sent as it is. Pure. */
export function askFor(input: AskInput): PictureAsked | Refused {
  const { recipe } = input.context.run;
  const { fields } = input.row;
  if (recipe.task === 'text') {
    return badInput('A recipe for text asks for no picture.');
  }
  const prompt = input.instruction ?? renderFields(recipe.instruction, fields);
  if (typeof prompt !== 'string') {
    return prompt;
  }
  if (prompt.trim() === '') {
    return badInput(
      recipe.task === 'edit' ? 'The instruction of this row is empty.' : 'The prompt of this row is empty.',
    );
  }
  const unnamed = outputNameRefusal(fields, recipe);
  if (unnamed !== null) {
    return badInput(unnamed);
  }
  const inputs = recipe.task === 'edit' ? imageReferences(fields, recipe.imageColumns) : [];
  const mask = recipe.task === 'edit' ? maskReference(fields, recipe.maskColumn) : null;
  const { task, quality } = recipe;
  return sized({ task, prompt, inputs, mask, ...(quality === undefined ? {} : { quality }) }, input);
}

/** What a request of a session asks for, which is complete. Pure. */
export function pictureAskOf(
  { task, prompt, inputs, mask, quality, aspectRatio, imageSize }: PictureAsk,
  { context, choice, model, chosen }: Pick<AskInput, 'context' | 'choice' | 'model' | 'chosen'>,
): PictureAsked | Refused {
  const recipe: Recipe = {
    task,
    models: [choice],
    instruction: '',
    imageColumns: [],
    variants: 1,
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
  };
  return sized(
    {
      task,
      prompt,
      inputs: task === 'edit' ? inputs : [],
      mask: mask ?? null,
      ...(quality === undefined ? {} : { quality }),
    },
    {
      context: { ...context, run: { recipe } },
      row: { row: 0, index: 0, fields: {} },
      choice,
      model,
      chosen,
    },
  );
}

function sized(
  asked: Omit<PictureAsked, 'aspectRatio' | 'imageSize'>,
  input: AskInput,
): PictureAsked | Refused {
  const problem =
    asked.task === 'edit' ? imageProblem(asked.inputs.length, asked.mask !== null, input) : null;
  if (problem !== null) {
    return badInput(problem);
  }
  const size = sizeOf(input, asked.task);
  if (size.kind === 'refused') {
    return badInput(size.sentence);
  }
  const { aspectRatio = null, imageSize = null } = size;
  return { ...asked, aspectRatio, imageSize };
}

function imageProblem(images: number, hasMask: boolean, { model, choice }: AskInput): string | null {
  if (images === 0) {
    return 'The row names no input image.';
  }
  if (model?.maxInputImages !== undefined && images > model.maxInputImages) {
    return `The row has ${images} images, ${choice.model} takes at most ${model.maxInputImages}.`;
  }
  if (hasMask && !(model?.mask ?? PROVIDER_TRAITS[choice.provider].takesMask)) {
    return `The row has a mask, and ${choice.model} takes none.`;
  }
  return null;
}

/** A row that the chosen model would not take is not sent to a fallback either. */
function sizeOf(input: AskInput, task: PictureAsked['task']): SizeAnswer {
  const { chosen } = input;
  if (chosen === undefined) {
    return resolveSize(sizeQuestion(input));
  }
  const asChosen = resolveSize(sizeQuestion({ ...input, ...chosen }));
  return asChosen.kind === 'refused' ? asChosen : { kind: 'ok', ...fittingSize(sizeQuestion(input), task) };
}

/** A t2i row's own width, height or aspect_ratio win over the recipe's. */
function sizeQuestion({ context, row, choice, model }: AskInput): SizeQuestion {
  const { recipe } = context.run;
  const own = recipe.task === 't2i' ? rowSize(row.fields) : {};
  const named = Object.keys(own).length > 0;
  return {
    provider: choice.provider,
    model,
    aspectRatio: named ? own.aspectRatio : recipe.aspectRatio,
    width: named ? own.width : recipe.width,
    height: named ? own.height : recipe.height,
    imageSize: recipe.imageSize,
    envAspectRatio: context.defaultAspectRatio ?? undefined,
  };
}

/** The size that a row of its own asks for. */
export function rowSize(fields: Readonly<Record<string, string>>): {
  aspectRatio?: string;
  width?: number;
  height?: number;
} {
  const ratio = fields['aspect_ratio']?.trim();
  const width = Number(fields['width']?.trim() || Number.NaN);
  const height = Number(fields['height']?.trim() || Number.NaN);
  return {
    ...(ratio ? { aspectRatio: ratio } : {}),
    ...(Number.isFinite(width) ? { width } : {}),
    ...(Number.isFinite(height) ? { height } : {}),
  };
}
