/** How a text answer is asked for, besides its prompt: the Text screen and New run edit the same. Pure. */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import { generationSchema } from '@shared/model/text';
import type { AnswerFormat, Generation, TextRecipe } from '@shared/model/text';
import { z } from 'zod';

export const answerShapeSchema = z.enum(['text', 'json', 'story']);
export type AnswerShape = z.infer<typeof answerShapeSchema>;

export const textSettingsSchema = z.object({
  /** A run takes a template with `{{column}}`; blank: none. */
  system: z.string(),
  generation: generationSchema,
  shape: answerShapeSchema,
  /** Kept when another shape is looked at. */
  schema: z.string(),
  /** Of a story: voice ids, separated by commas or lines; blank: any. */
  voices: z.string(),
});
export type TextSettings = Readonly<z.infer<typeof textSettingsSchema>>;

export const PLAIN_TEXT_SETTINGS: TextSettings = {
  system: '',
  generation: {},
  shape: 'text',
  schema: '',
  voices: '',
};

/** What a form asks for; what is blocked, only programs say. */
export type GenerationKey = Exclude<keyof Generation, 'safety'>;
const GENERATION_KEYS = generationSchema.omit({ safety: true }).keyof().options;

/** What a provider's protocol has no word for; what one model refuses stands in the catalogue. */
const UNKNOWN_TO: Readonly<Record<Provider, readonly GenerationKey[]>> = {
  google_genai: [],
  openai: ['topK', 'thinkingBudget'],
};

/** The options that the chosen models all have, in the order they are shown. */
export function optionsFor(
  choices: readonly ModelChoice[],
  models: readonly CatalogueModel[],
): readonly GenerationKey[] {
  const refused = new Set(
    choices.flatMap((choice) => [
      ...UNKNOWN_TO[choice.provider],
      ...(models.find(({ id, provider }) => id === choice.model && provider === choice.provider)
        ?.refusedOptions ?? []),
    ]),
  );
  return GENERATION_KEYS.filter((key) => !refused.has(key));
}

/** Those among them that are set; one of another model stays in the draft, and is not sent. */
export function keptGeneration(generation: Generation, options: readonly GenerationKey[]): Generation {
  return Object.fromEntries(
    Object.entries(generation).filter(
      ([key, value]) => value !== undefined && options.some((option) => option === key),
    ),
  );
}

export function voicesOf(voices: string): readonly string[] {
  return [
    ...new Set(
      voices
        .split(/[,\n]/)
        .map((voice) => voice.trim())
        .filter((voice) => voice !== ''),
    ),
  ];
}

export function answerFormatOf({ shape, schema, voices }: TextSettings): AnswerFormat {
  switch (shape) {
    case 'text':
      return { kind: 'text' };
    case 'json':
      return { kind: 'json', schema };
    case 'story': {
      const named = voicesOf(voices);
      return { kind: 'story', ...(named.length === 0 ? {} : { voices: [...named] }) };
    }
  }
}

/** What was asked for before; what another shape holds stays. */
export function settingsOf(asked: TextRecipe, now: TextSettings): TextSettings {
  const { system, generation, answer } = asked;
  const settings = { ...now, system, generation, shape: answer.kind };
  switch (answer.kind) {
    case 'text':
      return settings;
    case 'json':
      return { ...settings, schema: answer.schema };
    case 'story':
      return { ...settings, voices: (answer.voices ?? []).join(', ') };
  }
}

/** One sentence that names what is missing; null when it can be sent. */
export function whyNotSettings(settings: TextSettings): string | null {
  return settings.shape === 'json' && settings.schema.trim().length < 2
    ? 'Write the JSON Schema of the answer, or begin with an example.'
    : null;
}

export function textRecipeOf(settings: TextSettings, options: readonly GenerationKey[]): TextRecipe {
  return {
    system: settings.system,
    generation: keptGeneration(settings.generation, options),
    answer: answerFormatOf(settings),
  };
}
