import { createHash } from 'node:crypto';
import type { EndpointOptions } from '@shared/model/endpoint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextPart, TextRequest } from '../adapter';
import { Exchange } from '../exchange';
import { createAdapters } from '../index';
import {
  callContext,
  endpoint,
  failureIn,
  input,
  PLAIN_KEY,
  png,
  said,
  type TestContext,
  textIn,
  textRequest,
} from '../testing/calls';
import { chat, event, response, USAGE } from '../testing/openai-text';
import { events, json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';
import { createWire } from '../wire';
import { createOpenaiAdapter } from './adapter';

let server: ScriptedServer;
let context: TestContext;
const adapter = createAdapters().openai;

beforeEach(async () => {
  server = await startScriptedServer();
  use();
});
afterEach(async () => {
  await context.close();
  await server.close();
});

function use(options: EndpointOptions = {}): void {
  context = callContext(endpoint('openai', `${server.url}/v1`, { options }), PLAIN_KEY);
}

const SCHEMA = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
  additionalProperties: false,
};

function ask(changes: Partial<TextRequest> = {}) {
  return adapter.text(textRequest(changes), context);
}

function sentBody(): Record<string, unknown> {
  return JSON.parse(String(server.requests.at(-1)?.body)) as Record<string, unknown>;
}

const picture: TextPart = { kind: 'media', medium: 'image', input: input('a.png', 'image/png', png(3)) };
const sound = Uint8Array.from({ length: 200_003 }, (_, at) => (at * 37) % 256);
const audio: TextPart = { kind: 'media', medium: 'audio', input: input('b.mp3', 'audio/mpeg', sound) };
const PNG_URL = `data:image/png;base64,${png(3).toString('base64')}`;

describe('chat completions', () => {
  it('carry the parts in order with their very bytes, the system, earlier turns and the options', async () => {
    server.reply(json(chat('ok')));
    await ask({
      system: 'Be brief.',
      messages: [
        { role: 'user', parts: [said('one')] },
        { role: 'model', parts: [said('two')] },
        {
          role: 'user',
          parts: [
            said('see '),
            picture,
            said(' and hear '),
            audio,
            { kind: 'held', medium: 'image', uri: 'https://example.com/a.png', mimeType: 'image/png' },
          ],
        },
      ],
      generation: { temperature: 0, topP: 0.5, maxOutputTokens: 9, candidateCount: 2, seed: 4 },
    });
    const { messages, ...rest } = sentBody() as {
      messages: { content: { input_audio?: { data: string } }[] }[];
    };
    expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${PLAIN_KEY}`);
    expect(rest).toEqual({ model: 'test-model', temperature: 0, top_p: 0.5, max_tokens: 9, n: 2, seed: 4 });
    expect(messages).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see ' },
          { type: 'image_url', image_url: { url: PNG_URL } },
          { type: 'text', text: ' and hear ' },
          { type: 'input_audio', input_audio: { format: 'mp3' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
    ]);
    const sent = messages[3]?.content[3]?.input_audio?.data ?? '';
    expect(sha256(Buffer.from(sent, 'base64'))).toBe(sha256(sound));
    expect(context.sent()).toBe(1);
    expect(server.begun()).toBe(1);
  });

  it('send a schema as one, strict only where it is closed', async () => {
    server.reply(json(chat('{"n":1}')));
    expect(textIn(await ask({ schema: SCHEMA })).mimeType).toBe('application/json');
    expect(sentBody().response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema: SCHEMA, strict: true },
    });
    const { required: _required, ...open } = SCHEMA;
    await ask({ schema: open, nativeSchema: true });
    expect(sentBody().response_format).toMatchObject({ json_schema: { schema: open, strict: false } });
  });

  it('tell a schema in words where it is not kept to, or is none of an object', async () => {
    server.reply(json(chat('```json\n{"n":1}\n```')));
    expect(textIn(await ask({ schema: SCHEMA, nativeSchema: false })).text).toBe('{"n":1}');
    expect(sentBody().response_format).toEqual({ type: 'json_object' });
    expect(JSON.stringify(sentBody().messages)).toContain(
      JSON.stringify(JSON.stringify(SCHEMA)).slice(1, -1),
    );
    await ask({ schema: { type: 'array' } });
    expect(sentBody().response_format).toBeUndefined();
    expect(sentBody().messages).toMatchObject([{ role: 'system' }, { role: 'user', content: 'Hello' }]);
  });

  it('say of each choice why it ended, and how many were withheld', async () => {
    const choice = (index: number, content: string, finish: string) => ({
      index,
      message: { content },
      finish_reason: finish,
    });
    const choices = [choice(0, 'A', 'stop'), choice(1, 'B', 'length'), choice(2, 'C', 'content_filter')];
    server.reply(json({ choices, usage: USAGE }));
    expect(await ask()).toMatchObject({
      answer: { text: 'A', more: ['B'], finish: 'stop', moreFinish: ['length'], withheld: 1 },
    });
  });

  it('answer with the first choice, the others beside it, and the usage', async () => {
    const parts = [
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
    ];
    const first = chat(parts, { reasoning_content: 'hm' }).choices[0];
    const second = { index: 1, message: { content: 'Hi' }, finish_reason: 'stop' };
    server.reply(json({ choices: [second, first], usage: USAGE }));
    expect(await ask()).toEqual({
      kind: 'text',
      answer: { text: 'Hello', mimeType: 'text/plain', more: ['Hi'], finish: 'stop' },
      usage: { inputTokens: 7, outputTokens: 35 },
    });
  });

  it.each([
    [chat(null, { refusal: 'I cannot.' }), 'blocked', 'The model refused: “I cannot.”'],
    [
      { choices: [{ message: { content: 'so far' }, finish_reason: 'content_filter' }] },
      'blocked',
      'The content filter stopped the answer.',
    ],
    [
      { choices: [{ message: { content: '' }, finish_reason: 'length' }] },
      'token_limit',
      'The model used up its output tokens before it wrote any text (length): raise max_output_tokens, or allow less thinking.',
    ],
    [chat('\n'), 'malformed', 'The model returned no text (stop).'],
    [{ choices: [] }, 'malformed', 'The model returned no text.'],
  ])('name why there is no text: %j', async (body, kind, message) => {
    server.reply(json(body));
    expect(failureIn(await ask())).toMatchObject({ kind, message, bodySent: true });
    expect(server.begun()).toBe(1);
  });
});

describe('the Responses API', () => {
  beforeEach(() => use({ textVia: 'responses' }));

  it('carries the same, and keeps nothing', async () => {
    server.reply(json(response('ok')));
    await ask({
      system: 'Be brief.',
      messages: [
        { role: 'user', parts: [said('one')] },
        { role: 'model', parts: [said('two')] },
        { role: 'user', parts: [said('see '), picture] },
      ],
      generation: { temperature: 1, topP: 0.5, maxOutputTokens: 90, candidateCount: 1 },
      schema: SCHEMA,
    });
    expect(server.requests[0]?.path).toBe('/v1/responses');
    expect(sentBody()).toEqual({
      model: 'test-model',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'one' }] },
        { role: 'assistant', content: 'two' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'see ' },
            { type: 'input_image', image_url: PNG_URL, detail: 'auto' },
          ],
        },
      ],
      store: false,
      temperature: 1,
      top_p: 0.5,
      max_output_tokens: 90,
      text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true } },
    });
  });

  it('says JSON in the input, where it is looked for', async () => {
    server.reply(json(response('{"n":1}')));
    await ask({ schema: SCHEMA, nativeSchema: false, system: 'Count.' });
    const body = sentBody() as { input: { role: string; content: string }[] };
    expect(body).toMatchObject({ instructions: 'Count.', text: { format: { type: 'json_object' } } });
    expect(body.input[0]?.content).toContain(JSON.stringify(SCHEMA));
  });

  it('answers with the text of its messages, without comments on the way', async () => {
    const [, message] = response('Hello').output;
    const comment = {
      ...message,
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'Let me see' }],
    };
    server.reply(json(response('', { output: [comment, message] })));
    expect(await ask()).toEqual({
      kind: 'text',
      answer: { text: 'Hello', mimeType: 'text/plain', finish: 'completed' },
      usage: { inputTokens: 7, outputTokens: 35 },
    });
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    server.reply(json(response('Hel', cut)));
    expect(textIn(await ask())).toMatchObject({ text: 'Hel', finish: 'max_output_tokens' });
    expect(server.begun()).toBe(2);
  });

  it.each([
    [
      response('', { output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }] }),
      'blocked',
      'The model refused: “No.”',
    ],
    [
      response('so far', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
      'blocked',
      'The content filter stopped the answer.',
    ],
    [
      response('', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
      'token_limit',
      'The model used up its output tokens before it wrote any text (max_output_tokens): raise max_output_tokens, or allow less thinking.',
    ],
    [
      response('', { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' } }),
      'quota_minute',
      'Slow down.',
    ],
  ])('names why there is no text: %j', async (body, kind, message) => {
    server.reply(json(body));
    expect(failureIn(await ask())).toMatchObject({ kind, message, bodySent: true });
    const type = body.status === 'failed' ? 'response.failed' : 'response.completed';
    server.reply(events([event({ type: 'response.created' }), event({ type, response: body })]));
    expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({ kind, message });
  });
});

describe('what the protocol lacks is refused before anything is sent', () => {
  const video: TextPart = { kind: 'media', medium: 'video', input: input('v.mp4', 'video/mp4', sound) };
  const ogg: TextPart = { kind: 'media', medium: 'audio', input: input('b.ogg', 'audio/ogg', sound) };

  function of(part: TextPart): Partial<TextRequest> {
    return { messages: [{ role: 'user', parts: [part] }] };
  }

  it.each<[EndpointOptions, Partial<TextRequest>, RegExp]>([
    [{}, { generation: { topK: 3 } }, /has no top_k/],
    [{}, { generation: { thinkingBudget: 0 } }, /has no thinking budget/],
    [{}, of(video), /takes no video/],
    [{}, { messages: [{ role: 'model', parts: [picture] }] }, /only text in the model’s earlier turns/],
    [
      {},
      of({ kind: 'held', medium: 'audio', uri: 'https://example.com/a.mp3', mimeType: 'audio/mp3' }),
      /by its bytes only/,
    ],
    [{}, of({ kind: 'held', medium: 'image', uri: 'files/a', mimeType: 'image/png' }), /not as files\/a/],
    [{ textVia: 'responses' }, { generation: { seed: 3 } }, /has no seed/],
    [{ textVia: 'responses' }, { generation: { stop: ['x'] } }, /has no stop sequences/],
    [{}, { generation: { safety: [{ category: 'c', threshold: 't' }] } }, /has no safety settings/],
    [{ textVia: 'responses' }, { generation: { candidateCount: 2 } }, /one candidate only/],
    [{ textVia: 'responses' }, of(audio), /takes no audio/],
  ])('%j %#', async (options, changes, sentence) => {
    use(options);
    const failure = failureIn(await ask(changes));
    expect(failure).toMatchObject({ kind: 'bad_input', bodySent: false });
    expect(failure.message).toMatch(sentence);
    expect(server.begun()).toBe(0);
  });

  it('lets relays have other audio, but not OpenAI itself', async () => {
    server.reply(json(chat('ok')));
    await ask(of(ogg));
    expect(JSON.stringify(sentBody())).toContain('"format":"ogg"');
    const official = callContext(endpoint('openai', ''), PLAIN_KEY);
    expect(failureIn(await adapter.text(textRequest(of(ogg)), official)).message).toBe(
      'OpenAI takes audio as MP3 or WAV; “b.ogg” is audio/ogg.',
    );
    await official.close();
  });
});

describe('a 404 of OpenAI itself', () => {
  const ONLY = 'This model is only supported in v1/responses and not in v1/chat/completions.';
  const NO_CHAT = 'This is not a chat model and thus not supported in the v1/chat/completions endpoint.';
  const UNKNOWN = 'The model `m` does not exist or you do not have access to it.';

  it.each<[string, TextRequest['generation'], string]>([
    [ONLY, { maxOutputTokens: 15 }, 'bad_request'],
    [NO_CHAT, { maxOutputTokens: 1 }, 'bad_request'],
    [UNKNOWN, { maxOutputTokens: 15 }, 'no_model'],
    [ONLY, { maxOutputTokens: 15, seed: 3 }, 'no_model'],
    [ONLY, { seed: 3 }, 'no_model'],
  ])(
    'to chat is of the row alone where its length alone chose chat: %s %j',
    async (message, generation, kind) => {
      const error = { message, type: 'invalid_request_error', param: 'model', code: null };
      const exchange = new Exchange(404, new Headers(), Buffer.from(JSON.stringify({ error })));
      const wire = { ...createWire(), call: async () => ({ kind: 'answered', exchange }) as const };
      const official = callContext(endpoint('openai', ''), PLAIN_KEY);
      const failure = failureIn(await createOpenaiAdapter(wire).text(textRequest({ generation }), official));
      const sentence =
        'This model answers only through the Responses API, which takes at least 16 output tokens; raise max_output_tokens to 16 or more.';
      expect(failure).toMatchObject({
        kind,
        message: kind === 'no_model' ? message : sentence,
        httpStatus: 404,
      });
      await official.close();
    },
  );
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
