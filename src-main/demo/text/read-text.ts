/**
 * Reads text requests: Gemini's `generateContent`, OpenAI's chat completions and responses. Shapes: the two APIs as of
 * 2026 (ai.google.dev/api, platform.openai.com/docs/api-reference); Gemini's REST parser takes snake_case, too.
 */
import { z } from 'zod';
import type { Picture } from '../request';
import { answersInWords, type JsonObject, type SpokenTurn, type TextRequest } from './text-request';

export type ReadText =
  | { readonly kind: 'text'; readonly request: TextRequest }
  | { readonly kind: 'bad'; readonly status?: number; readonly message: string }
  /** It asks for a picture. */
  | { readonly kind: 'picture' };

/** A file that was uploaded before, by its address; undefined: there is none that this key may use. */
export type FindFile = (uri: string) => Picture | undefined;

const looseObject = z.record(z.string(), z.unknown());
const blobSchema = z.object({ mimeType: z.string().optional(), data: z.string() });
const fileSchema = z.object({ mimeType: z.string().optional(), fileUri: z.string() });
const partSchema = z.object({
  text: z.string().optional(),
  inlineData: blobSchema.optional(),
  fileData: fileSchema.optional(),
  videoMetadata: looseObject.optional(),
  thought: z.boolean().optional(),
});
const contentSchema = z.object({ role: z.string().optional(), parts: z.array(partSchema) });
const geminiSchema = z.looseObject({
  contents: z.union([z.array(contentSchema).min(1), contentSchema.transform((one) => [one])]),
  systemInstruction: contentSchema.optional(),
  generationConfig: z
    .looseObject({
      responseModalities: z.array(z.string()).optional(),
      responseMimeType: z.string().optional(),
      responseJsonSchema: looseObject.optional(),
      responseSchema: looseObject.optional(),
      maxOutputTokens: z.number().int().positive().optional(),
      candidateCount: z.number().int().min(1).max(8).optional(),
    })
    .default({}),
});

/** @param model as the path names it */
export function readGeminiText(
  model: string,
  body: unknown,
  { isStreamed, file }: { readonly isStreamed: boolean; readonly file: FindFile },
): ReadText {
  const parsed = geminiSchema.safeParse(camelCased(body));
  if (!parsed.success) {
    return invalid(parsed.error);
  }
  const { contents, systemInstruction, generationConfig, ...rest } = parsed.data;
  const modalities = generationConfig.responseModalities?.map((one) => one.toUpperCase());
  if (modalities === undefined ? !answersInWords(model) : modalities.includes('IMAGE')) {
    return { kind: 'picture' };
  }
  const last = contents.at(-1)?.parts ?? [];
  const lost = last.find(({ fileData }) => fileData !== undefined && !isKnown(fileData.fileUri, file));
  if (lost?.fileData !== undefined) {
    const message = `You do not have permission to access the File ${lost.fileData.fileUri} or it may not exist.`;
    return { kind: 'bad', status: 403, message };
  }
  const { responseMimeType, responseJsonSchema, responseSchema, ...params } = generationConfig;
  if (responseJsonSchema !== undefined && responseMimeType !== 'application/json') {
    return { kind: 'bad', message: 'Response schema needs the response MIME type application/json.' };
  }
  const video = last.flatMap(({ videoMetadata }) => videoMetadata ?? []);
  return {
    kind: 'text',
    request: {
      protocol: 'google_genai',
      via: 'generateContent',
      model,
      system: wordsOf(systemInstruction?.parts ?? []),
      turns: contents.map(({ role, parts }) => ({
        role: role === 'model' ? 'model' : 'user',
        text: wordsOf(parts),
      })),
      media: last.flatMap((part) => mediumOf(part, file)),
      schema: responseJsonSchema ?? responseSchema ?? null,
      wantsJson: responseMimeType === 'application/json',
      maxTokens: generationConfig.maxOutputTokens ?? null,
      count: generationConfig.candidateCount ?? 1,
      isStreamed,
      params: { ...params, ...rest, ...(video.length === 0 ? {} : { videoMetadata: video }) },
    },
  };
}

/** Public videos are looked at by the provider itself. */
function isKnown(uri: string, file: FindFile): boolean {
  return /^https:\/\/(?:www\.)?(?:youtube\.com|youtu\.be)\//.test(uri) || file(uri) !== undefined;
}

function wordsOf(parts: readonly z.infer<typeof partSchema>[]): string {
  return parts
    .flatMap(({ text, thought }) => (text === undefined || thought === true ? [] : [text]))
    .join('\n');
}

function mediumOf(part: z.infer<typeof partSchema>, file: FindFile): Picture[] {
  if (part.inlineData !== undefined) {
    const { mimeType = '', data } = part.inlineData;
    return [{ bytes: Buffer.from(data, 'base64'), mimeType, fileName: null, field: 'inlineData' }];
  }
  if (part.fileData === undefined) {
    return [];
  }
  const { fileUri, mimeType = '' } = part.fileData;
  return [file(fileUri) ?? { bytes: Buffer.alloc(0), mimeType, fileName: null, field: 'fileData' }];
}

const imagePart = z.object({ url: z.string() });
const chatPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.union([z.string(), imagePart]).optional(),
  input_audio: z.object({ data: z.string(), format: z.string() }).optional(),
});
const chatMessage = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(chatPart), z.null()]).optional(),
});
const chatSchema = z.looseObject({
  model: z.string(),
  messages: z.array(chatMessage).min(1),
  modalities: z.array(z.string()).optional(),
  response_format: looseObject.optional(),
  max_tokens: z.number().int().positive().optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  n: z.number().int().min(1).max(128).optional(),
  stream: z.boolean().optional(),
});

export function readChatText(body: unknown): ReadText {
  const parsed = chatSchema.safeParse(body);
  if (!parsed.success) {
    return invalid(parsed.error);
  }
  const {
    model,
    messages,
    modalities,
    response_format,
    max_tokens,
    max_completion_tokens,
    n,
    stream,
    ...params
  } = parsed.data;
  if (modalities?.includes('image') === true || !answersInWords(model)) {
    return { kind: 'picture' };
  }
  return {
    kind: 'text',
    request: {
      protocol: 'openai',
      via: 'chat',
      model,
      ...spoken(messages),
      ...openaiShape(response_format, asObject(response_format?.['json_schema'])),
      maxTokens: max_completion_tokens ?? max_tokens ?? null,
      count: n ?? 1,
      isStreamed: stream === true,
      params,
    },
  };
}

const responsesSchema = z.looseObject({
  model: z.string(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(chatMessage).min(1)]),
  text: z.looseObject({ format: looseObject.optional() }).optional(),
  max_output_tokens: z.number().int().positive().nullish(),
  stream: z.boolean().nullish(),
});

export function readResponses(body: unknown): ReadText {
  const parsed = responsesSchema.safeParse(body);
  if (!parsed.success) {
    return invalid(parsed.error);
  }
  const { model, instructions, input, text, max_output_tokens, stream, ...params } = parsed.data;
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const { system, ...said } = spoken(messages);
  return {
    kind: 'text',
    request: {
      protocol: 'openai',
      via: 'responses',
      model,
      system: [instructions ?? '', system].filter(Boolean).join('\n'),
      ...said,
      ...openaiShape(text?.format, text?.format),
      maxTokens: max_output_tokens ?? null,
      count: 1,
      isStreamed: stream === true,
      params,
    },
  };
}

function spoken(
  messages: readonly z.infer<typeof chatMessage>[],
): Pick<TextRequest, 'system' | 'turns' | 'media'> {
  const isSystem = ({ role }: { role: string }): boolean => role === 'system' || role === 'developer';
  const turns = messages.filter((message) => !isSystem(message));
  return {
    system: messages.filter(isSystem).map(textIn).join('\n'),
    turns: turns.map(
      (message): SpokenTurn => ({
        role: message.role === 'assistant' ? 'model' : 'user',
        text: textIn(message),
      }),
    ),
    media: partsOf(turns.at(-1)).flatMap(mediumOfChat),
  };
}

function partsOf(message: z.infer<typeof chatMessage> | undefined): readonly z.infer<typeof chatPart>[] {
  return Array.isArray(message?.content) ? message.content : [];
}

function textIn(message: z.infer<typeof chatMessage>): string {
  return typeof message.content === 'string'
    ? message.content
    : partsOf(message)
        .flatMap(({ text }) => text ?? [])
        .join('\n');
}

function mediumOfChat({ image_url: image, input_audio: audio }: z.infer<typeof chatPart>): Picture[] {
  if (audio !== undefined) {
    const mimeType = `audio/${audio.format}`;
    return [{ bytes: Buffer.from(audio.data, 'base64'), mimeType, fileName: null, field: 'input_audio' }];
  }
  const url = typeof image === 'string' ? image : image?.url;
  const match = /^data:([^;,]+);base64,/.exec(url ?? '');
  return url === undefined || match === null
    ? []
    : [
        {
          bytes: Buffer.from(url.slice(match[0].length), 'base64'),
          mimeType: match[1] ?? '',
          fileName: null,
          field: 'image_url',
        },
      ];
}

function openaiShape(
  format: JsonObject | undefined,
  holder: JsonObject | undefined,
): Pick<TextRequest, 'schema' | 'wantsJson'> {
  const schema = format?.['type'] === 'json_schema' ? (asObject(holder?.['schema']) ?? {}) : null;
  return { schema, wantsJson: schema !== null || format?.['type'] === 'json_object' };
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** What a caller's own schema names is left as it is. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCased);
  }
  const object = asObject(value);
  if (object === undefined) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => {
      const camel = name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
      return [camel, /schema$/i.test(camel) ? inner : camelCased(inner)];
    }),
  );
}

function invalid(error: z.ZodError): ReadText {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? 'body';
  return { kind: 'bad', message: `Invalid value for '${where}': ${issue?.message ?? 'not readable'}.` };
}
