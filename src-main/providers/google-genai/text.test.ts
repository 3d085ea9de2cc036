import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextPart, TextRequest } from '../adapter';
import { createAdapters } from '../index';
import {
  callContext,
  endpoint,
  failureIn,
  gate,
  GOOGLE_KEY,
  input,
  said,
  type TestContext,
  textIn,
  textRequest,
} from '../testing/calls';
import { answer, events, json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';

let server: ScriptedServer;
let context: TestContext;
const adapter = createAdapters().google_genai;

beforeEach(async () => {
  server = await startScriptedServer();
  context = callContext(endpoint('google_genai', server.url), GOOGLE_KEY);
});
afterEach(async () => {
  await context.close();
  await server.close();
});

const USAGE = { promptTokenCount: 7, candidatesTokenCount: 5, thoughtsTokenCount: 30, totalTokenCount: 42 };

function chunk(text: string, more: object = {}, index = 0) {
  return { candidates: [{ content: { role: 'model', parts: [{ text }] }, index, ...more }] };
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\r\n\r\n`;
}

function ask(changes: Partial<TextRequest> = {}) {
  return adapter.text(textRequest(changes), context);
}

function sentBody(): unknown {
  return JSON.parse(String(server.requests.at(-1)?.body));
}

describe('what is sent', () => {
  it('sends parts in their order, with the very bytes of each file and its own video metadata', async () => {
    server.reply(json(chunk('ok', { finishReason: 'STOP' })));
    const audio = Uint8Array.from({ length: 300_001 }, (_, at) => (at * 37) % 256);
    const parts: TextPart[] = [
      said('listen '),
      { kind: 'media', medium: 'audio', input: input('a.mp3', 'audio/mp3', audio) },
      said(' then look '),
      {
        kind: 'media',
        medium: 'video',
        input: input('b.mp4', 'video/mp4', Uint8Array.from([1, 2, 3])),
        video: { startOffset: '1250s', endOffset: '1260s', fps: 5 },
      },
      {
        kind: 'held',
        medium: 'video',
        uri: 'https://www.youtube.com/watch?v=x',
        mimeType: 'video/mp4',
        video: { fps: 2 },
      },
    ];
    await ask({ messages: [{ role: 'user', parts }] });
    const [content] = (sentBody() as { contents: [{ role: string; parts: Record<string, never>[] }] })
      .contents;
    expect(content.role).toBe('user');
    expect(content.parts).toMatchObject([
      { text: 'listen ' },
      { inlineData: { mimeType: 'audio/mp3' } },
      { text: ' then look ' },
      {
        inlineData: { mimeType: 'video/mp4', data: 'AQID' },
        videoMetadata: { startOffset: '1250s', endOffset: '1260s', fps: 5 },
      },
      {
        fileData: { fileUri: 'https://www.youtube.com/watch?v=x', mimeType: 'video/mp4' },
        videoMetadata: { fps: 2 },
      },
    ]);
    const { inlineData } = content.parts[1] as unknown as { inlineData: { data: string } };
    expect(sha256(Buffer.from(inlineData.data, 'base64'))).toBe(sha256(audio));
    expect(context.sent()).toBe(1);
  });

  it('sends the system instruction, earlier turns in their roles, and every option of generation', async () => {
    server.reply(json(chunk('ok', { finishReason: 'STOP' })));
    await ask({
      system: 'Be brief.',
      messages: [
        { role: 'user', parts: [said('one')] },
        { role: 'model', parts: [said('two')] },
        { role: 'user', parts: [said('three')] },
      ],
      generation: {
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        maxOutputTokens: 100,
        candidateCount: 2,
        seed: -3,
        thinkingBudget: 0,
      },
    });
    expect(sentBody()).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'one' }] },
        { role: 'model', parts: [{ text: 'two' }] },
        { role: 'user', parts: [{ text: 'three' }] },
      ],
    });
    expect((sentBody() as { generationConfig: object }).generationConfig).toEqual({
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      maxOutputTokens: 100,
      candidateCount: 2,
      seed: -3,
      thinkingConfig: { thinkingBudget: 0 },
    });
    expect(server.requests[0]?.path).toBe('/v1beta/models/test-model:generateContent');
  });

  it('sends nothing that was not asked for', async () => {
    server.reply(json(chunk('ok', { finishReason: 'STOP' })));
    await ask({ system: ' ' });
    expect(JSON.stringify(sentBody())).not.toMatch(/systemInstruction|response|thinking|IMAGE/);
  });

  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

  it.each([true, null])('hands a schema to the provider as it is (native: %s)', async (nativeSchema) => {
    server.reply(json(chunk('```json\n{"n": 1}\n```', { finishReason: 'STOP' })));
    const given = textIn(await ask({ schema, nativeSchema }));
    expect(sentBody()).toMatchObject({
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
    });
    expect(given).toEqual({ text: '{"n": 1}', mimeType: 'application/json', finish: 'STOP' });
  });

  it('tells a schema in words where the provider does not keep to one', async () => {
    server.reply(json(chunk('{"n":1}', { finishReason: 'STOP' })));
    await ask({ schema, nativeSchema: false, system: 'Count.' });
    const body = sentBody() as {
      generationConfig: object;
      systemInstruction: { parts: [{ text: string }] };
    };
    expect(body.generationConfig).toEqual({ responseMimeType: 'application/json' });
    expect(body.systemInstruction.parts[0].text).toMatch(/^Count\.\n\nAnswer with one JSON value/);
    expect(body.systemInstruction.parts[0].text).toContain(JSON.stringify(schema));
  });
});

describe('what comes back', () => {
  it('is the first candidate without its thoughts, the others beside it, and what it cost', async () => {
    const parts = [{ text: 'hm…', thought: true }, { text: 'Hello ' }, { text: 'world' }];
    server.reply(
      json({
        candidates: [
          { content: { parts }, finishReason: 'STOP', index: 0 },
          { content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 1 },
        ],
        usageMetadata: USAGE,
      }),
    );
    expect(await ask()).toEqual({
      kind: 'text',
      answer: { text: 'Hello world', mimeType: 'text/plain', more: ['Hi'], finish: 'STOP' },
      usage: { inputTokens: 7, outputTokens: 35 },
    });
  });

  it('says of each candidate why it ended, and how many were withheld', async () => {
    const [first, second, third] = [
      chunk('A', { finishReason: 'STOP' }),
      chunk('B', { finishReason: 'MAX_TOKENS' }, 1),
      chunk('C', { finishReason: 'SAFETY' }, 2),
    ].map(({ candidates: [candidate] }) => candidate);
    server.reply(json({ candidates: [first, second, third], usageMetadata: USAGE }));
    expect(textIn(await ask())).toEqual({
      text: 'A',
      mimeType: 'text/plain',
      more: ['B'],
      finish: 'STOP',
      moreFinish: ['MAX_TOKENS'],
      withheld: 1,
    });
  });

  it('keeps a code fence of a free answer, and text as long and as plain as a picture', async () => {
    const long = `${'ACGT'.repeat(40_000)}\n\`\`\`json\n{}\n\`\`\``;
    server.reply(json(chunk(long, { finishReason: 'STOP' })));
    expect(textIn(await ask()).text).toBe(long);
    const bases = 'ACGT'.repeat(40_000);
    server.reply(json(chunk(bases, { finishReason: 'STOP' })));
    expect(textIn(await ask()).text).toBe(bases);
  });

  it('is text also where the token limit cut it', async () => {
    server.reply(json(chunk('Once upon', { finishReason: 'MAX_TOKENS' })));
    expect(textIn(await ask())).toMatchObject({ text: 'Once upon', finish: 'MAX_TOKENS' });
  });

  it('is one request even for a finish that the SDK would go on from', async () => {
    const more = { finishReason: 'CONTINUATION', continuationToken: 'x' };
    server.reply(json(chunk('a', more)));
    expect(textIn(await ask()).text).toBe('a');
    server.reply(events([event(chunk('a', more))]));
    expect(textIn(await ask({ onDelta: () => undefined })).text).toBe('a');
    expect(server.begun()).toBe(2);
  });

  it.each([
    [{ promptFeedback: { blockReason: 'SAFETY' } }, 'blocked', 'The prompt was blocked (SAFETY).'],
    [
      chunk('so far', { finishReason: 'PROHIBITED_CONTENT' }),
      'blocked',
      'The answer was blocked (PROHIBITED_CONTENT).',
    ],
    [
      chunk('', { finishReason: 'MAX_TOKENS' }),
      'token_limit',
      'The model used up its output tokens before it wrote any text (MAX_TOKENS): raise max_output_tokens, or allow less thinking.',
    ],
    [chunk(' ', { finishReason: 'STOP' }), 'malformed', 'The model returned no text (STOP).'],
  ])('names why there is no text: %j', async (body, kind, message) => {
    server.reply(json({ ...body, usageMetadata: USAGE }));
    const result = await ask();
    expect(result).toMatchObject({ usage: { inputTokens: 7 } });
    const failure = failureIn(result);
    expect(failure).toMatchObject({ kind, message, bodySent: true, httpStatus: 200 });
    server.reply(events([event({ ...body, usageMetadata: USAGE })]));
    expect(failureIn(await ask({ onDelta: () => undefined }))).toEqual(failure);
  });

  it.each([
    [
      json(
        { error: { code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED' } },
        429,
      ),
      'quota_minute',
    ],
    [json({ error: { code: 404, message: 'models/x is not found', status: 'NOT_FOUND' } }, 404), 'no_model'],
    [answer(200, '<html>hello</html>', { 'content-type': 'text/html' }), 'malformed'],
    [json({ hello: 'world' }), 'malformed'],
  ])('names the failures that every answer may be', async (script, kind) => {
    server.reply(script);
    const streamed = failureIn(await ask({ onDelta: () => undefined }));
    expect(streamed.kind).toBe(kind);
    expect(failureIn(await ask())).toEqual(streamed);
    expect(JSON.stringify(streamed)).not.toMatch(/picture|image/i);
  });
});

describe('a stream', () => {
  it('tells each piece while the rest is still to come, and ends as the whole answer would', async () => {
    const pieces = ['Grüße ', 'aus 東京 ', '🌏\n\nund ', '{"a": [1]}'];
    const told: string[] = [];
    const heard = pieces.map(gate);
    async function* stream() {
      for (const [at, piece] of pieces.entries()) {
        const isLast = at === pieces.length - 1;
        const bytes = Buffer.from(
          event({ ...chunk(piece, isLast ? { finishReason: 'STOP' } : {}), usageMetadata: USAGE }),
        );
        // In the middle of a letter.
        const cut = bytes.indexOf(Buffer.from(piece)) + 3;
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
        await heard[at]?.passed;
      }
    }
    server.reply(events(stream()));
    const result = await ask({
      onDelta: (text) => {
        heard[told.length]?.open();
        told.push(text);
      },
    });
    expect(told).toEqual(pieces);
    expect(server.requests[0]?.path).toBe('/v1beta/models/test-model:streamGenerateContent?alt=sse');
    server.reply(json({ ...chunk(pieces.join(''), { finishReason: 'STOP' }), usageMetadata: USAGE }));
    expect(await ask()).toEqual(result);
    expect(textIn(result).text).toBe(pieces.join(''));
  });

  it('tells no thoughts and no second candidate', async () => {
    const told: string[] = [];
    const thought = { candidates: [{ content: { parts: [{ text: 'hm', thought: true }] } }] };
    server.reply(
      events([
        event(thought),
        event(chunk('A', {}, 0)),
        event(chunk('B', { finishReason: 'STOP' }, 1)),
        event(chunk('a', { finishReason: 'STOP' }, 0)),
      ]),
    );
    expect(textIn(await ask({ onDelta: (text) => told.push(text) }))).toMatchObject({
      text: 'Aa',
      more: ['B'],
    });
    expect(told).toEqual(['A', 'a']);
  });

  it('has only the candidates that came to their end', async () => {
    server.reply(events([event(chunk('A', {}, 0)), event(chunk('B', { finishReason: 'STOP' }, 1))]));
    const cut = textIn(await ask({ onDelta: () => undefined }));
    expect(cut).toMatchObject({ text: 'B', withheld: 1 });
    expect(cut.more).toBeUndefined();
  });

  it.each([
    ['as one answer', json(chunk('Hello', { finishReason: 'STOP' }))],
    ['as a list', json([chunk('Hel'), chunk('lo', { finishReason: 'STOP' })])],
    [
      'compressed',
      answer(200, gzipSync(event(chunk('Hel')) + event(chunk('lo', { finishReason: 'STOP' }))), {
        'content-type': 'text/event-stream',
        'content-encoding': 'gzip',
      }),
    ],
    [
      'under another type',
      answer(200, event(chunk('Hel')) + event(chunk('lo', { finishReason: 'STOP' })), {
        'content-type': 'text/plain',
      }),
    ],
  ])('is read also where it comes %s', async (_what, script) => {
    let told = '';
    server.reply(script);
    const result = await ask({ onDelta: (text) => (told += text) });
    expect(textIn(result)).toMatchObject({ text: 'Hello', finish: 'STOP' });
    expect(told).toBe('Hello');
  });

  it('names an error in its middle, wherever it stands', async () => {
    const error = event({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } });
    for (const pieces of [
      [event(chunk('a')), error],
      [event(chunk('a')), error, event(chunk('b', { finishReason: 'STOP' }))],
    ]) {
      server.reply(events(pieces));
      expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
        kind: 'overloaded',
        message: 'The model is overloaded.',
        bodySent: true,
      });
    }
  });

  it('is a network failure where it is cut, with or without a sign of it', async () => {
    for (const then of ['cut', 'end'] as const) {
      server.reply(events([event(chunk('so far')), event(chunk('so good'))], then));
      expect(failureIn(await ask({ onDelta: () => undefined }))).toMatchObject({
        kind: 'network',
        bodySent: true,
      });
    }
  });

  it('stops with its caller, and tells nothing more', async () => {
    const told: string[] = [];
    async function* stream() {
      yield event(chunk('a'));
      await new Promise(() => undefined);
    }
    server.reply(events(stream()));
    const result = await ask({
      onDelta: (text) => {
        told.push(text);
        context.stop();
      },
    });
    expect(failureIn(result)).toMatchObject({ kind: 'network', providerCode: 'STOPPED', bodySent: true });
    expect(told).toEqual(['a']);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
