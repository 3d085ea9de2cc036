/** Text as a job: what is asked of a model besides pictures, and what comes back. */
import { z } from 'zod';
import { failureSchema } from './failure';
import { modelChoiceSchema } from './model-choice';

/** Of a JSON Schema, characters. */
export const LONGEST_SCHEMA = 200_000;

/** Google takes so many; OpenAI itself one less. */
const MOST_STOPS = 5;

/** How an answer is generated. What a provider does not know is refused before it is sent, not dropped. */
export const generationSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  /** google_genai. */
  topK: z.number().int().min(1).max(1000).optional(),
  maxOutputTokens: z.number().int().min(1).max(1_000_000).optional(),
  candidateCount: z.number().int().min(1).max(8).optional(),
  seed: z.number().int().min(-2_147_483_648).max(2_147_483_647).optional(),
  /** Tokens the model may think; 0: none, -1: as it likes. google_genai. */
  thinkingBudget: z.number().int().min(-1).max(1_000_000).optional(),
  /** Above 0: words that were there come less; of OpenAI's protocol in chat completions alone. */
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  /** The answer ends before the first of these. */
  stop: z.array(z.string().min(1).max(500)).min(1).max(MOST_STOPS).optional(),
  /** What is blocked, in Google's words. google_genai; set by callers of the service and by programs. */
  safety: z
    .array(z.strictObject({ category: z.string().min(1).max(100), threshold: z.string().min(1).max(100) }))
    .min(1)
    .max(20)
    .optional(),
});
export type Generation = Readonly<z.infer<typeof generationSchema>>;

/** What shape the answer is to have. */
export const answerFormatSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text') }),
  /** `schema`: a JSON Schema as its author wrote it; what does not fit it is a failure. */
  z.object({ kind: z.literal('json'), schema: z.string().min(2).max(LONGEST_SCHEMA) }),
  /** The cinematic story: its schema and its cross-field rules (src-shared/story.ts). */
  z.object({
    kind: z.literal('story'),
    /** One of them is the narrator's voice. */
    voices: z.array(z.string().min(1).max(200)).max(1000).optional(),
  }),
]);
export type AnswerFormat = Readonly<z.infer<typeof answerFormatSchema>>;

/** The part of a recipe that asks for text: the prompt's template is the recipe's instruction. */
export const textRecipeSchema = z.object({
  /** A template with `{{column}}`; blank: none. */
  system: z.string().max(100_000),
  generation: generationSchema,
  answer: answerFormatSchema,
});
export type TextRecipe = Readonly<z.infer<typeof textRecipeSchema>>;

export const mediumSchema = z.enum(['image', 'audio', 'video']);
export type Medium = z.infer<typeof mediumSchema>;

/** What of a video is meant: offsets as `1250s`, frames a second. google_genai. */
export const videoMetadataSchema = z.strictObject({
  startOffset: z.string().max(40).optional(),
  endOffset: z.string().max(40).optional(),
  fps: z.number().positive().max(120).optional(),
});
export type VideoMetadata = Readonly<z.infer<typeof videoMetadataSchema>>;

/**
 * One piece of a message. `reference`: a path, a URL, a data URL or an `embedded:` id, as in a dataset's cell; `mimeType`
 * absent: by its bytes, else the medium's default.
 */
export const messagePartSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string().max(2_000_000) }),
  z.object({
    kind: z.literal('media'),
    medium: mediumSchema,
    reference: z.string().min(1),
    mimeType: z.string().max(200).optional(),
    video: videoMetadataSchema.optional(),
  }),
]);
export type MessagePart = Readonly<z.infer<typeof messagePartSchema>>;

export const messageSchema = z.object({
  role: z.enum(['user', 'model']),
  parts: z.array(messagePartSchema).min(1).max(1000),
});
export type Message = Readonly<z.infer<typeof messageSchema>>;

/** One text request, complete; the last message is the user's. */
export const textAskSchema = z.object({
  kind: z.literal('text'),
  model: modelChoiceSchema,
  system: z.string().max(2_000_000),
  messages: z.array(messageSchema).min(1).max(1000),
  generation: generationSchema,
  answer: answerFormatSchema,
});
export type TextAsk = Readonly<z.infer<typeof textAskSchema>>;

/** One picture request of a session, complete. */
export const pictureAskSchema = z.object({
  kind: z.literal('picture'),
  model: modelChoiceSchema,
  task: z.enum(['edit', 't2i']),
  prompt: z.string().min(1).max(100_000),
  /** References of the input pictures, in order. */
  inputs: z.array(z.string()).max(64),
  mask: z.string().optional(),
  aspectRatio: z.string().max(40).optional(),
  imageSize: z.string().max(40).optional(),
  quality: z.string().max(40).optional(),
});
export type PictureAsk = Readonly<z.infer<typeof pictureAskSchema>>;

/** A request of a session (src-main/app/sessions). */
export const askSchema = z.discriminatedUnion('kind', [textAskSchema, pictureAskSchema]);
export type Ask = Readonly<z.infer<typeof askSchema>>;

/** The field of a session's row that holds its request, an `Ask` as JSON. */
export const REQUEST_FIELD = 'request';

/** What a row of a session asks for; null: it cannot be read. */
export function askIn(fields: Readonly<Record<string, string>>): Ask | null {
  try {
    const parsed = askSchema.safeParse(JSON.parse(fields[REQUEST_FIELD] ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** What a text job brought: kept in the library, there is no file. */
export const textResultSchema = z.object({
  /** Of a structured answer: its JSON, as it came. */
  text: z.string(),
  mimeType: z.enum(['text/plain', 'application/json']),
  /** The other candidates, where several were asked for. */
  more: z.array(z.string()).optional(),
  /** Why each of `more` ended, null where nothing was said; absent: as the first did. */
  moreFinish: z.array(z.string().nullable()).optional(),
  /** So many candidates were blocked or blank. */
  withheld: z.number().int().optional(),
  /** Why the model stopped, in the provider's word: `STOP`, `MAX_TOKENS`, `length` … */
  finish: z.string().optional(),
});
export type TextResult = Readonly<z.infer<typeof textResultSchema>>;

/** A text job as tables and the history show it. */
export const answerRowSchema = z.object({
  jobId: z.number().int(),
  runId: z.number().int(),
  row: z.number().int(),
  index: z.number().int(),
  model: z.string(),
  state: z.enum(['pending', 'leased', 'sent', 'done', 'failed', 'unknown', 'cancelled']),
  /** The prompt as it was sent, or as it will be. */
  prompt: z.string(),
  /** Cells of its row; of the history: none. */
  fields: z.record(z.string(), z.string()),
  answer: textResultSchema.optional(),
  /** The last answer that did not fit its schema, and why, one sentence each; of a job that is not done. */
  misfit: z.object({ text: z.string(), problems: z.array(z.string()) }).optional(),
  failure: failureSchema.optional(),
  /** Wall clock, ms. */
  askedAt: z.number().optional(),
  seconds: z.number().optional(),
  costUsd: z.number().optional(),
  /** Tokens, as the provider counted them. */
  usage: z.object({ inputTokens: z.number().optional(), outputTokens: z.number().optional() }).optional(),
});
export type AnswerRow = Readonly<z.infer<typeof answerRowSchema>>;
