/** A text request as chat completions and as the Responses API take it. */
import type { Endpoint } from '@shared/model/endpoint';
import { isOpenaiItself, textApi } from '@shared/request-url';
import type OpenAI from 'openai';
import type { InputImage, TextMessage, TextOutline, TextPart, TextRequest } from '../adapter';
import { inputMark } from '../input-marks';
import { schemaWords, withSchemaWords } from '../schema-words';
import { audioFormat, chatOption } from './text-refusal';
import { isStrictSchema } from './strict-schema';

/** The name of every schema: OpenAI wants one. */
const SCHEMA_NAME = 'answer';
/** The Responses API answers a lower bound with 400. */
export const FEWEST_RESPONSE_TOKENS = 16;

/** Which API carries this request: audio, some options, and answers of a few tokens, are chat's alone. */
export function apiFor(outline: TextOutline, endpoint: Endpoint): 'chat' | 'responses' {
  const { maxOutputTokens = FEWEST_RESPONSE_TOKENS } = outline.generation;
  return textApi(endpoint, hasChatParts(outline) || maxOutputTokens < FEWEST_RESPONSE_TOKENS);
}

/** Chat carries it for the few tokens of its answer, and for nothing else. */
export function isChatByLength(outline: TextOutline, endpoint: Endpoint): boolean {
  return apiFor(outline, endpoint) === 'chat' && textApi(endpoint, hasChatParts(outline)) === 'responses';
}

function hasChatParts({ messages, generation }: TextOutline): boolean {
  const hasAudio = messages.some(({ parts }) =>
    parts.some((part) => part.kind !== 'text' && part.medium === 'audio'),
  );
  return hasAudio || chatOption(generation) !== null;
}

/** What the marks in these bodies stand for, in their order. */
export function textInputs(request: TextRequest): readonly InputImage[] {
  return request.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'media' ? [part.input] : [])),
  );
}

type ChatBody = OpenAI.ChatCompletionCreateParams;

export function chatTextBody(request: TextRequest, endpoint: Endpoint): ChatBody {
  const { temperature, topP, candidateCount, seed, stop } = request.generation;
  const { presencePenalty, frequencyPenalty } = request.generation;
  const next = marks();
  const system = systemText(request);
  const messages = request.messages.map((message) => chatMessage(message, next));
  return {
    model: request.model,
    messages: [...(system === '' ? [] : [{ role: 'system' as const, content: system }]), ...messages],
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(candidateCount === undefined ? {} : { n: candidateCount }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...(presencePenalty === undefined ? {} : { presence_penalty: presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequency_penalty: frequencyPenalty }),
    ...outputLimit(request, endpoint),
    ...chatFormat(request),
    ...(request.onDelta === undefined ? {} : { stream: true, stream_options: { include_usage: true } }),
  };
}

/** OpenAI's reasoning models refuse the old name; relays and local servers often know nothing else. */
function outputLimit({ generation }: TextRequest, endpoint: Endpoint): Partial<ChatBody> {
  const { maxOutputTokens } = generation;
  if (maxOutputTokens === undefined) {
    return {};
  }
  return isOpenaiItself(endpoint)
    ? { max_completion_tokens: maxOutputTokens }
    : { max_tokens: maxOutputTokens };
}

type ChatMessage = OpenAI.ChatCompletionMessageParam;

function chatMessage({ role, parts }: TextMessage, next: () => string): ChatMessage {
  if (role === 'model') {
    return { role: 'assistant', content: wordsOf(parts) };
  }
  const [only, ...more] = parts;
  if (only?.kind === 'text' && more.length === 0) {
    return { role: 'user', content: only.text };
  }
  return { role: 'user', content: parts.map((part) => chatPart(part, next)) };
}

function chatPart(part: TextPart, next: () => string): OpenAI.ChatCompletionContentPart {
  if (part.kind === 'text') {
    return { type: 'text', text: part.text };
  }
  if (part.kind === 'media' && part.medium === 'audio') {
    // Relays know more formats than the SDK's type does.
    const format = audioFormat(part.input.mimeType) as 'mp3' | 'wav';
    return { type: 'input_audio', input_audio: { data: next(), format } };
  }
  return { type: 'image_url', image_url: { url: imageUrl(part, next) } };
}

function chatFormat(request: TextRequest): Pick<ChatBody, 'response_format'> {
  const { schema } = request;
  switch (formatOf(request)) {
    case 'none':
      return {};
    case 'object':
      return { response_format: { type: 'json_object' } };
    case 'schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: { name: SCHEMA_NAME, schema: { ...schema }, strict: isStrictSchema(schema ?? {}) },
        },
      };
  }
}

type ResponseBody = OpenAI.Responses.ResponseCreateParams;

/** Nothing is kept at OpenAI: what was said before goes along with each request. */
export function responsesBody(request: TextRequest): ResponseBody {
  const { temperature, topP, maxOutputTokens } = request.generation;
  const next = marks();
  // It looks for the word JSON in the input only, not in the instructions.
  const words =
    formatOf(request) === 'object' && request.schema !== null
      ? [{ role: 'system' as const, content: schemaWords(request.schema) }]
      : [];
  const system = words.length === 0 ? systemText(request) : request.system;
  return {
    model: request.model,
    ...(system.trim() === '' ? {} : { instructions: system }),
    input: [...words, ...request.messages.map((message) => responseItem(message, next))],
    store: false,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...responseFormat(request),
    ...(request.onDelta === undefined ? {} : { stream: true }),
  };
}

function responseItem({ role, parts }: TextMessage, next: () => string): OpenAI.Responses.EasyInputMessage {
  if (role === 'model') {
    return { role: 'assistant', content: wordsOf(parts) };
  }
  const content = parts.map(
    (part): OpenAI.Responses.ResponseInputContent =>
      part.kind === 'text'
        ? { type: 'input_text', text: part.text }
        : { type: 'input_image', image_url: imageUrl(part, next), detail: 'auto' },
  );
  return { role: 'user', content };
}

function responseFormat(request: TextRequest): Pick<ResponseBody, 'text'> {
  const { schema } = request;
  switch (formatOf(request)) {
    case 'none':
      return {};
    case 'object':
      return { text: { format: { type: 'json_object' } } };
    case 'schema': {
      const strict = isStrictSchema(schema ?? {});
      return { text: { format: { type: 'json_schema', name: SCHEMA_NAME, schema: { ...schema }, strict } } };
    }
  }
}

/**
 * How the provider is told of a schema; where nobody knows better, it is trusted to keep to it itself. Both its modes take
 * objects only: any other shape is told in words alone.
 */
function formatOf({ schema, nativeSchema }: TextRequest): 'none' | 'object' | 'schema' {
  if (schema?.type !== 'object') {
    return 'none';
  }
  return nativeSchema === false ? 'object' : 'schema';
}

function systemText(request: TextRequest): string {
  const { schema, system } = request;
  const text = schema === null || formatOf(request) === 'schema' ? system : withSchemaWords(system, schema);
  return text.trim() === '' ? '' : text;
}

function wordsOf(parts: readonly TextPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

function imageUrl(part: Exclude<TextPart, { kind: 'text' }>, next: () => string): string {
  return part.kind === 'held' ? part.uri : `data:${part.input.mimeType};base64,${next()}`;
}

/** The marks of a request, one after the other. */
function marks(): () => string {
  let mark = 0;
  return () => inputMark(mark++);
}
