/** Wraps what the demo says in the answers of each protocol, whole or in the pieces of a stream. Pure. */
import type { JsonObject, TextRequest } from './text-request';

export interface Said {
  readonly texts: readonly string[];
  readonly id: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** Four characters are about a token of English. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

interface Cut {
  readonly text: string;
  readonly isCut: boolean;
}

/** As much as was asked for. */
function cutTo(whole: string, { maxTokens, params }: Pick<TextRequest, 'maxTokens' | 'params'>): Cut {
  const text = beforeStop(whole, params);
  const isCut = maxTokens !== null && tokensOf(text) > maxTokens;
  return { text: isCut ? text.slice(0, maxTokens * 4) : text, isCut };
}

/** Up to the first of the stop sequences, by either protocol's name. */
function beforeStop(text: string, { stop, stopSequences }: JsonObject): string {
  const stops = [stop ?? stopSequences ?? []]
    .flat()
    .filter((one): one is string => typeof one === 'string' && one !== '');
  const ends = stops.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function tokensIn(request: TextRequest): number {
  const words = [request.system, ...request.turns.map(({ text }) => text)].join('\n');
  return tokensOf(words) + request.media.length * 258;
}

export function textBody(request: TextRequest, said: Said): JsonObject {
  switch (request.via) {
    case 'generateContent':
      return geminiBody(request, said);
    case 'chat':
      return chatBody(request, said);
    case 'responses':
      return responseBody(request, said);
  }
}

function geminiBody(request: TextRequest, { texts, id }: Said): JsonObject {
  const cuts = texts.map((text) => cutTo(text, request));
  return {
    candidates: cuts.map(({ text, isCut }, index) => ({
      content: { role: 'model', parts: text === '' ? [] : [{ text }] },
      finishReason: isCut ? 'MAX_TOKENS' : 'STOP',
      index,
    })),
    usageMetadata: geminiUsage(request, cuts),
    modelVersion: request.model,
    responseId: id,
  };
}

function geminiUsage(request: TextRequest, cuts: readonly Cut[]): JsonObject {
  const promptTokenCount = tokensIn(request);
  const candidatesTokenCount = cuts.reduce((sum, { text }) => sum + tokensOf(text), 0);
  return { promptTokenCount, candidatesTokenCount, totalTokenCount: promptTokenCount + candidatesTokenCount };
}

function chatBody(request: TextRequest, { texts, id, createdAt }: Said): JsonObject {
  const cuts = texts.map((text) => cutTo(text, request));
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: createdAt,
    model: request.model,
    choices: cuts.map(({ text, isCut }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      finish_reason: isCut ? 'length' : 'stop',
    })),
    usage: chatUsage(request, cuts),
  };
}

function chatUsage(request: TextRequest, cuts: readonly Cut[]): JsonObject {
  const prompt_tokens = tokensIn(request);
  const completion_tokens = cuts.reduce((sum, { text }) => sum + tokensOf(text), 0);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function responseBody(request: TextRequest, { texts, id, createdAt }: Said): JsonObject {
  const cut = cutTo(texts[0] ?? '', request);
  const input_tokens = tokensIn(request);
  const output_tokens = tokensOf(cut.text);
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdAt,
    status: cut.isCut ? 'incomplete' : 'completed',
    ...(cut.isCut ? { incomplete_details: { reason: 'max_output_tokens' } } : {}),
    model: request.model,
    output: [messageItem(id, cut)],
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
  };
}

function messageItem(id: string, { text, isCut }: Cut): JsonObject {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    status: isCut ? 'incomplete' : 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
}

/** The events of a stream, in order, each as the text of one server-sent event. */
export function textEvents(request: TextRequest, said: Said): readonly string[] {
  const cut = cutTo(said.texts[0] ?? '', request);
  const pieces = cut.text.match(/\S+\s*|\s+/g) ?? [];
  const threes = Array.from({ length: Math.ceil(pieces.length / 3) }, (_none, at) =>
    pieces.slice(at * 3, at * 3 + 3).join(''),
  );
  switch (request.via) {
    case 'generateContent':
      return geminiEvents(request, said, { pieces: threes, cut });
    case 'chat':
      return chatEvents(request, said, { pieces: threes, cut });
    case 'responses':
      return responseEvents(request, said, { pieces: threes, cut });
  }
}

interface Pieces {
  readonly pieces: readonly string[];
  readonly cut: Cut;
}

function geminiEvents(request: TextRequest, { id }: Said, { pieces, cut }: Pieces): readonly string[] {
  const common = { modelVersion: request.model, responseId: id };
  const parts = pieces.map((text) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }],
    ...common,
  }));
  const end = {
    candidates: [
      { content: { role: 'model', parts: [] }, finishReason: cut.isCut ? 'MAX_TOKENS' : 'STOP', index: 0 },
    ],
    usageMetadata: geminiUsage(request, [cut]),
    ...common,
  };
  return [...parts, end].map(dataOf);
}

function chatEvents(
  request: TextRequest,
  { id, createdAt }: Said,
  { pieces, cut }: Pieces,
): readonly string[] {
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    dataOf({
      id: `chatcmpl-${id}`,
      object: 'chat.completion.chunk',
      created: createdAt,
      model: request.model,
      choices,
      ...more,
    });
  const delta = (content: JsonObject, finish_reason: string | null = null): string =>
    chunk([{ index: 0, delta: content, finish_reason }]);
  const options = request.params['stream_options'] as { include_usage?: boolean } | undefined;
  return [
    delta({ role: 'assistant', content: '' }),
    ...pieces.map((content) => delta({ content })),
    delta({}, cut.isCut ? 'length' : 'stop'),
    ...(options?.include_usage === true ? [chunk([], { usage: chatUsage(request, [cut]) })] : []),
    'data: [DONE]\n\n',
  ];
}

function responseEvents(request: TextRequest, said: Said, { pieces, cut }: Pieces): readonly string[] {
  const response = responseBody(request, said);
  const item = messageItem(said.id, cut);
  const place = { item_id: item['id'], output_index: 0, content_index: 0 };
  const events: readonly (JsonObject & { readonly type: string })[] = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text: cut.text },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: cut.isCut ? 'response.incomplete' : 'response.completed', response },
  ];
  return events.map((event, at) => `event: ${event.type}\n${dataOf({ ...event, sequence_number: at })}`);
}

function dataOf(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
