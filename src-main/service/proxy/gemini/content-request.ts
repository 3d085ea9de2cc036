/** The body of `generateContent` as an ask: for a picture where one is wanted, else for text. */
import type { AnswerFormat, Generation, Message, PictureAsk, TextAsk } from '@shared/model/text';
import { z } from 'zod';
import type { CallerMedia } from '../caller-media';
import { fieldsOf, parsed, readParams } from '../params';
import { badParam } from '../proxy-error';
import { type ModelGround, type Served, servedModel, tasksOf } from '../served-models';
import { camelKeys } from './camel-keys';
import { messagesOf, systemOf } from './content-parts';
import { jsonSchemaOf } from './openapi-schema';

const MOST_ANSWERS = 8;

const bodySchema = z.object({
  contents: z.unknown(),
  systemInstruction: z.unknown().optional(),
  generationConfig: z.unknown().optional(),
  safetySettings: z.array(z.unknown()).max(20).optional(),
});
const safetySchema = z.object({
  category: z.string().min(1).max(100),
  threshold: z.string().min(1).max(100),
});
const BODY_KNOWN = { harmless: ['labels', 'store', 'serviceTier', 'model'], plain: {} };

const generationSchema = z.object({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().min(1).max(1000).optional(),
  maxOutputTokens: z.number().int().min(1).max(1_000_000).optional(),
  candidateCount: z.number().int().min(1).max(MOST_ANSWERS).optional(),
  seed: z.number().int().min(-2_147_483_648).max(2_147_483_647).optional(),
  stopSequences: z.array(z.string().min(1).max(500)).max(5).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  responseMimeType: z.enum(['text/plain', 'application/json']).optional(),
  responseSchema: z.record(z.string(), z.unknown()).optional(),
  responseJsonSchema: z.unknown().optional(),
  responseModalities: z.array(z.string()).optional(),
  imageConfig: z.unknown().optional(),
  thinkingConfig: z.unknown().optional(),
});
const GENERATION_KNOWN = {
  harmless: [],
  plain: { responseLogprobs: [false], logprobs: [0] },
};
const imageConfigSchema = z.object({
  aspectRatio: z.string().max(40).optional(),
  imageSize: z.string().max(40).optional(),
});
const thinkingSchema = z.object({ thinkingBudget: z.number().int().min(-1).max(1_000_000).optional() });
const THINKING_KNOWN = { harmless: [], plain: { includeThoughts: [false] } };

export interface ContentAsked {
  readonly ask: TextAsk | PictureAsk;
  readonly count: number;
}

type Config = z.infer<typeof generationSchema>;

export function readContent(
  name: string,
  given: unknown,
  { media, ground }: { readonly media: CallerMedia; readonly ground: ModelGround },
): ContentAsked {
  const body = readParams(bodySchema, camelKeys(fieldsOf(given)), BODY_KNOWN);
  const config = readParams(
    generationSchema,
    camelKeys(fieldsOf(body.generationConfig ?? {})),
    GENERATION_KNOWN,
  );
  const served = servedModel(name, 'google_genai', ground);
  const messages = messagesOf(body.contents, media);
  const system = systemOf(body.systemInstruction, media);
  const count = config.candidateCount ?? 1;
  const parts = { served, config, messages, system, safety: safetyOf(body.safetySettings ?? [], served) };
  return wantsPicture(config, served) ? { ask: pictureAsk(parts), count } : { ask: textAsk(parts), count };
}

/** Only Gemini has them; to pass them over would block other answers than the caller wants blocked. */
function safetyOf(settings: readonly unknown[], { choice }: Served): Pick<Generation, 'safety'> {
  const safety = settings.map((one, at) =>
    parsed(safetySchema, camelKeys(fieldsOf(one)), `safetySettings.${at}`),
  );
  if (safety.length > 0 && choice.provider !== 'google_genai') {
    throw badParam('safetySettings', `${choice.model} takes no safety settings: leave them out.`);
  }
  return safety.length === 0 ? {} : { safety };
}

function wantsPicture({ responseModalities }: Config, served: Served): boolean {
  const asked = (responseModalities ?? []).map((one) => one.toUpperCase());
  const other = asked.find((one) => one !== 'TEXT' && one !== 'IMAGE');
  if (other !== undefined) {
    throw badParam(
      'generationConfig.responseModalities',
      `Answers in ${other.slice(0, 40)} are not supported here.`,
    );
  }
  const tasks = tasksOf(served);
  const isPicture = asked.includes('IMAGE') || (asked.length === 0 && !tasks.includes('text'));
  if (!tasks.includes(isPicture ? 'picture' : 'text')) {
    throw badParam(
      'model',
      isPicture
        ? `${served.choice.model} draws no pictures: name a model that does.`
        : `${served.choice.model} draws pictures, and does not answer in text.`,
    );
  }
  return isPicture;
}

interface Parts {
  readonly served: Served;
  readonly config: Config;
  readonly messages: readonly Message[];
  readonly system: string;
  readonly safety: Pick<Generation, 'safety'>;
}

function textAsk({ served, config, messages, system, safety }: Parts): TextAsk {
  if (config.imageConfig !== undefined) {
    throw badParam(
      'generationConfig.imageConfig',
      'imageConfig goes with a picture: ask for responseModalities IMAGE.',
    );
  }
  return {
    kind: 'text',
    model: served.choice,
    system,
    messages: [...messages],
    generation: { ...generationOf(config), ...safety },
    answer: answerOf(config),
  };
}

function generationOf(config: Config): Generation {
  const { temperature, topP, topK, maxOutputTokens, seed } = config;
  const { thinkingBudget } = readParams(
    thinkingSchema,
    camelKeys(fieldsOf(config.thinkingConfig ?? {})),
    THINKING_KNOWN,
  );
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK: Math.round(topK) }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(thinkingBudget === undefined ? {} : { thinkingBudget }),
    ...((config.stopSequences ?? []).length === 0 ? {} : { stop: config.stopSequences }),
    ...penalties(config),
  };
}

/** Clients send 0 without meaning anything by it, and some models take no penalty at all. */
function penalties({ presencePenalty = 0, frequencyPenalty = 0 }: Config): Generation {
  return {
    ...(presencePenalty === 0 ? {} : { presencePenalty }),
    ...(frequencyPenalty === 0 ? {} : { frequencyPenalty }),
  };
}

function answerOf({ responseMimeType, responseSchema, responseJsonSchema }: Config): AnswerFormat {
  if (responseJsonSchema !== undefined) {
    return { kind: 'json', schema: JSON.stringify(responseJsonSchema) };
  }
  if (responseSchema !== undefined) {
    return { kind: 'json', schema: JSON.stringify(jsonSchemaOf(responseSchema)) };
  }
  // Any JSON will do.
  return responseMimeType === 'application/json' ? { kind: 'json', schema: '{}' } : { kind: 'text' };
}

/** Options of a picture model that a picture request does not have. */
const TEXT_ONLY = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'seed',
  'stopSequences',
  'presencePenalty',
  'frequencyPenalty',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
] as const satisfies readonly (keyof Config)[];

function isMeant(name: (typeof TEXT_ONLY)[number], value: unknown): boolean {
  const isNothing = name.endsWith('Penalty') ? value === 0 : Array.isArray(value) && value.length === 0;
  return value !== undefined && !isNothing;
}

function pictureAsk({ served, config, messages, system, safety }: Parts): PictureAsk {
  if (safety.safety !== undefined) {
    throw badParam('safetySettings', 'Safety settings cannot be passed on with a picture: leave them out.');
  }
  const option = TEXT_ONLY.find((name) => isMeant(name, config[name]));
  if (option !== undefined) {
    throw badParam(
      `generationConfig.${option}`,
      `${option} cannot be passed on with a picture: leave it out.`,
    );
  }
  const [message, ...more] = messages;
  if (message === undefined || more.length > 0) {
    throw badParam(
      'contents',
      'A picture is asked for in one message: send the instruction and the pictures to change in it.',
    );
  }
  const texts = message.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const media = message.parts.filter((part) => part.kind === 'media');
  const other = media.find(({ medium }) => medium !== 'image');
  if (other !== undefined) {
    throw badParam('contents', `A picture request takes pictures, and no ${other.medium}.`);
  }
  const prompt = [system, ...texts].filter((text) => text.trim() !== '').join('\n\n');
  if (prompt === '') {
    throw badParam('contents', 'Say in a text part what the picture is to show.');
  }
  const inputs = media.map(({ reference }) => reference);
  const shape = readParams(imageConfigSchema, camelKeys(fieldsOf(config.imageConfig ?? {})), {
    harmless: [],
    plain: {},
  });
  return {
    kind: 'picture',
    model: served.choice,
    task: inputs.length > 0 ? 'edit' : 't2i',
    prompt,
    inputs,
    ...(shape.aspectRatio === undefined ? {} : { aspectRatio: shape.aspectRatio }),
    ...(shape.imageSize === undefined ? {} : { imageSize: shape.imageSize }),
  };
}
