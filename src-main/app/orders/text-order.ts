/** What a row of a text run, or a request of a session, asks a text model for. Pure. */
import type { Fields } from '@shared/columns';
import type { JsonValue } from '@shared/json';
import { mediaOfRow, placeMedia } from '@shared/media-parts';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import type { AnswerFormat, Generation, Message, TextAsk } from '@shared/model/text';
import { storyWords } from '@shared/story-words';
import { badInput, type Refused } from '../../images/bad-input';
import type { TextOrder } from '../../transport/order';
import { renderFields } from './render-fields';

/** What an order says besides where it goes. */
export type TextAsked = Pick<
  TextOrder,
  'task' | 'system' | 'messages' | 'generation' | 'schema' | 'nativeSchema'
>;

export interface TextAskInput {
  readonly recipe: Pick<Recipe, 'instruction' | 'text' | 'imageColumns'>;
  readonly fields: Fields;
  /** Undefined: not in the catalogue. */
  readonly model: CatalogueModel | undefined;
  /** The job's own, word for word. */
  readonly instruction?: string | null | undefined;
}

/** Of a row of a text run: its prompt and system prompt from the recipe's templates, its media by its columns. */
export function textAskFor({ recipe, fields, model, instruction = null }: TextAskInput): TextAsked | Refused {
  const { text } = recipe;
  if (text === undefined) {
    return badInput('The recipe does not say what text is asked for.');
  }
  const prompt = instruction ?? renderFields(recipe.instruction, fields);
  const system = renderFields(text.system, fields);
  if (typeof prompt !== 'string') {
    return prompt;
  }
  if (typeof system !== 'string') {
    return system;
  }
  if (prompt.trim() === '') {
    return badInput('The prompt of this row is empty.');
  }
  const media = mediaOfRow(fields, recipe.imageColumns);
  if (media.kind === 'refused') {
    return badInput(media.sentence);
  }
  const placed = placeMedia(prompt, media.files);
  if (placed.kind === 'refused') {
    return badInput(placed.sentence);
  }
  const messages: Message[] = [{ role: 'user', parts: [...placed.parts] }];
  return askOf({ system, messages, generation: text.generation, answer: text.answer }, model);
}

/** Of a request of a session, which is complete. */
export function textAskOf(ask: TextAsk, model: CatalogueModel | undefined): TextAsked | Refused {
  return ask.messages.at(-1)?.role === 'user'
    ? askOf(ask, model)
    : badInput("The last message of a request is the user's, and this one is not.");
}

function askOf(
  {
    system,
    messages,
    generation,
    answer,
  }: {
    readonly system: string;
    readonly messages: readonly Message[];
    readonly generation: Generation;
    readonly answer: AnswerFormat;
  },
  model: CatalogueModel | undefined,
): TextAsked | Refused {
  const problem = modelProblem(messages, generation, model);
  if (problem !== null) {
    return badInput(problem);
  }
  const schema = schemaOf(answer);
  return schema !== null && 'failure' in schema
    ? schema
    : {
        task: 'text',
        system: systemFor(system, answer),
        messages,
        generation,
        schema,
        nativeSchema: model?.nativeSchema ?? null,
      };
}

/** A story has rules that its schema cannot say; who wrote them into the system prompt already has said them. */
function systemFor(system: string, answer: AnswerFormat): string {
  const words = answer.kind === 'story' ? storyWords(answer.voices) : '';
  return words === '' || system.includes(words)
    ? system
    : [system.trim(), words].filter(Boolean).join('\n\n');
}

/** What the catalogue knows that the model would refuse; of models it does not know, nothing is refused here. */
function modelProblem(
  messages: readonly Message[],
  generation: Generation,
  model: CatalogueModel | undefined,
): string | null {
  if (model === undefined) {
    return null;
  }
  const { media, refusedOptions = [] } = model;
  const medium =
    media === undefined
      ? undefined
      : messages
          .flatMap(({ parts }) => parts)
          .flatMap((part) => (part.kind === 'media' ? [part.medium] : []))
          .find((one) => !media.includes(one));
  if (medium !== undefined) {
    return `${model.label} takes no ${medium}; choose a model that does, or take it out.`;
  }
  const option = refusedOptions.find((name) => generation[name] !== undefined);
  return option === undefined ? null : `${model.label} has no option ${option}; leave it blank.`;
}

function schemaOf(answer: AnswerFormat): TextOrder['schema'] | Refused {
  switch (answer.kind) {
    case 'text':
      return null;
    case 'story':
      return { kind: 'story', ...(answer.voices === undefined ? {} : { voices: answer.voices }) };
    case 'json': {
      const schema = jsonObject(answer.schema);
      return schema === null
        ? badInput('The schema of the answer is not a JSON object; correct it in the recipe.')
        : { kind: 'json', schema };
    }
  }
}

function jsonObject(text: string): Readonly<Record<string, JsonValue>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
