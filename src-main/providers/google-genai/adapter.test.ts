import { requestUrl } from '@shared/request-url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdapters } from '../index';
import {
  bytesIn,
  callContext,
  endpoint,
  failureIn,
  GOOGLE_KEY,
  input,
  png,
  request,
  type TestContext,
} from '../testing/calls';
import { answer, json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';

let server: ScriptedServer;
let contexts: TestContext[] = [];
const adapter = createAdapters().google_genai;

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await server.close();
});

function to(baseUrl = server.url, changes = {}, key: string | null = GOOGLE_KEY): TestContext {
  const context = callContext(endpoint('google_genai', baseUrl, changes), key);
  contexts.push(context);
  return context;
}

function inline(shade: number, more: object = {}) {
  return { inlineData: { mimeType: 'image/png', data: png(shade).toString('base64') }, ...more };
}

function parts(...list: object[]) {
  return { candidates: [{ content: { role: 'model', parts: list }, finishReason: 'STOP' }] };
}

async function answered(body: unknown) {
  server.reply(json(body));
  return adapter.image(request(), to());
}

function sentBody(): unknown {
  return JSON.parse(String(server.requests.at(-1)?.body));
}

describe('what is sent', () => {
  it('puts the instruction first, then the images in order with their own bytes and types', async () => {
    const jpeg = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256);
    const webp = Uint8Array.from([0x52, 0x49, 0x46, 0x46, 0, 255, 128]);
    server.reply(json(parts(inline(1))));
    const images = [input('b.jpg', 'image/jpeg', jpeg), input('a.webp', 'image/webp', webp)];
    await adapter.image(request({ task: 'edit', images, aspectRatio: '4:5', imageSize: '2K' }), to());
    expect(sentBody()).toEqual({
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'a red barn' },
            { inlineData: { mimeType: 'image/jpeg', data: Buffer.from(jpeg).toString('base64') } },
            { inlineData: { mimeType: 'image/webp', data: Buffer.from(webp).toString('base64') } },
          ],
        },
      ],
      generationConfig: {
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: '4:5', imageSize: '2K' },
      },
    });
  });

  it('sends an image config only when something is set, and only what is set', async () => {
    server.reply(json(parts(inline(1))));
    await adapter.image(request(), to());
    expect(sentBody()).toMatchObject({ generationConfig: { responseModalities: ['IMAGE'] } });
    expect(JSON.stringify(sentBody())).not.toContain('imageConfig');
    await adapter.image(request({ aspectRatio: '16:9' }), to());
    expect(sentBody()).toMatchObject({ generationConfig: { imageConfig: { aspectRatio: '16:9' } } });
    expect(JSON.stringify(sentBody())).not.toContain('imageSize');
  });

  it('carries the key in its header and nowhere else', async () => {
    server.reply(json(parts(inline(1))));
    await adapter.image(request(), to());
    const received = server.requests[0];
    expect(received?.headers['x-goog-api-key']).toBe(GOOGLE_KEY);
    expect(received?.headers.authorization).toBeUndefined();
    expect(received?.path).not.toContain(GOOGLE_KEY);
  });

  it('takes nothing from the environment, and sends no key where there is none', async () => {
    vi.stubEnv('GEMINI_API_KEY', 'env-gemini-key');
    vi.stubEnv('GOOGLE_API_KEY', 'env-google-key');
    vi.stubEnv('GOOGLE_GENAI_USE_VERTEXAI', 'true');
    vi.stubEnv('GOOGLE_GENAI_API_VERSION', 'v9');
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', 'http://127.0.0.1:9');
    server.reply(json(parts(inline(1))));
    expect((await createAdapters().google_genai.image(request(), to(server.url, {}, null))).kind).toBe(
      'image',
    );
    expect(JSON.stringify(server.requests[0]?.headers)).not.toMatch(/env-|api-key/);
    expect(server.requests[0]?.path).toBe('/v1beta/models/test-model:generateContent');
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['/v1', ''],
    ['/v1beta/', ''],
    ['/v1alpha', ''],
    ['/v1', 'v1beta'],
    ['/proxy/gemini', ''],
    ['/proxy/v1beta/models/other:generateContent', ''],
  ])('goes where the screen says: base "%s", version "%s"', async (suffix, apiVersion) => {
    server.reply(json(parts(inline(1))));
    const context = to(server.url + suffix, { apiVersion });
    for (const model of ['gemini-3-pro-image', 'models/a b', 'google/gemini']) {
      await adapter.image(request({ model }), context);
      const preview = requestUrl(context.endpoint, model, 't2i');
      expect(server.url + server.requests.at(-1)?.path).toBe(preview);
    }
  });

  it('sends nothing for what Gemini cannot take', async () => {
    const picture = input('a.png', 'image/png', png());
    const refused = [
      request({ task: 'edit', images: [picture], mask: picture }),
      request({ task: 'edit', images: [] }),
    ];
    for (const each of refused) {
      expect(failureIn(await adapter.image(each, to()))).toMatchObject({
        kind: 'bad_input',
        bodySent: false,
      });
    }
    expect(server.begun()).toBe(0);
  });

  it('sends one request for an answer that asks to be continued', async () => {
    server.reply(
      json({
        candidates: [{ finishReason: 'CONTINUATION', continuationToken: 'next', content: { parts: [] } }],
      }),
    );
    expect(failureIn(await adapter.image(request(), to())).kind).toBe('no_image');
    expect(server.requests).toHaveLength(1);
  });
});

describe('where the picture is found', () => {
  it('takes the last one that is no thought, over all candidates', async () => {
    const body = {
      candidates: [
        { content: { parts: [inline(1), { text: 'x' }, inline(2), inline(3, { thought: true })] } },
        { content: { parts: [inline(4), inline(5, { thought: true })] } },
      ],
    };
    expect(bytesIn(await answered(body))).toEqual(png(4));
  });

  it('takes the last thought when there is nothing else', async () => {
    const body = { ...parts(inline(1, { thought: true }), inline(2, { thought: true })), parts: [inline(3)] };
    expect(bytesIn(await answered(body))).toEqual(png(2));
  });

  it('takes parts at the top of the body, which the SDK drops', async () => {
    expect(bytesIn(await answered({ parts: [inline(6)] }))).toEqual(png(6));
    const withFile = { ...parts({ fileData: { fileUri: 'https://cdn.example/x.png' } }), parts: [inline(7)] };
    expect(bytesIn(await answered(withFile))).toEqual(png(7));
  });

  it('takes a file URI before text', async () => {
    const body = parts(
      { text: '![x](https://cdn.example/in-text.png)' },
      { fileData: { fileUri: 'https://cdn.example/f' } },
    );
    expect(await answered(body)).toMatchObject({ kind: 'url', url: 'https://cdn.example/f' });
  });

  it('takes a data URL or a hosted URL in the text', async () => {
    const data = png(8).toString('base64');
    expect(bytesIn(await answered(parts({ text: `![image](data:image/png;base64,${data})` })))).toEqual(
      png(8),
    );
    expect(await answered(parts({ text: 'See ![x](https://cdn.example/a.webp)' }))).toMatchObject({
      kind: 'url',
      url: 'https://cdn.example/a.webp',
    });
  });

  it('passes over sound and reads the names in snake case', async () => {
    const data = png(9).toString('base64');
    const sound = { inlineData: { mimeType: 'audio/wav', data } };
    expect(bytesIn(await answered(parts({ inline_data: { mime_type: 'image/png', data } }, sound)))).toEqual(
      png(9),
    );
  });

  it('tells what was used', async () => {
    const usageMetadata = {
      promptTokenCount: 12,
      candidatesTokenCount: 1120,
      thoughtsTokenCount: 30,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
    };
    expect(await answered({ ...parts(inline(1)), usageMetadata })).toMatchObject({
      usage: { inputTokens: 12, outputTokens: 1150, imageTokens: 1120 },
    });
  });

  it('tells what was used where only the total names the picture', async () => {
    const usageMetadata = { promptTokenCount: 12, totalTokenCount: 1302 };
    expect(await answered({ ...parts(inline(1)), usageMetadata })).toMatchObject({
      usage: { inputTokens: 12, outputTokens: 1290 },
    });
  });

  it('tells the limits that a relay names, with a picture and with a failure', async () => {
    const limits = { 'x-ratelimit-limit-requests': '10', 'x-ratelimit-remaining-requests': '0' };
    const facts = { requests: { limit: 10, remaining: 0 } };
    server.reply(json(parts(inline(1)), 200, limits));
    expect(await adapter.image(request(), to())).toMatchObject({ kind: 'image', facts });
    server.reply(json({ error: { message: 'no' } }, 500, limits));
    expect(await adapter.image(request(), to())).toMatchObject({ kind: 'failed', facts });
  });
});

describe('a 200 without a picture', () => {
  it.each([
    [
      'a blocked prompt',
      { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } },
      'blocked',
      'PROHIBITED_CONTENT',
    ],
    [
      'a prompt blocked for no reason given',
      { promptFeedback: { blockReason: 'OTHER' } },
      'blocked',
      'OTHER',
    ],
    ...[
      'SAFETY',
      'RECITATION',
      'BLOCKLIST',
      'SPII',
      'IMAGE_SAFETY',
      'IMAGE_PROHIBITED_CONTENT',
      'IMAGE_RECITATION',
    ].map((reason) => [reason, { candidates: [{ finishReason: reason }] }, 'blocked', reason] as const),
    ...['NO_IMAGE', 'IMAGE_OTHER', 'MAX_TOKENS', 'OTHER', 'STOP', 'MALFORMED_RESPONSE'].map(
      (reason) => [reason, { candidates: [{ finishReason: reason }] }, 'no_image', reason] as const,
    ),
    ['text only', parts({ text: 'I would rather not.' }), 'no_image', 'STOP'],
    ['no candidates', { candidates: [] }, 'no_image', undefined],
    ['nothing but usage', { usageMetadata: { promptTokenCount: 3 } }, 'no_image', undefined],
    ['an empty object', {}, 'malformed', undefined],
    [
      'base64 that is none',
      parts({ inlineData: { mimeType: 'image/png', data: '***' } }),
      'malformed',
      undefined,
    ],
    [
      'bytes that are no picture',
      parts({ inlineData: { mimeType: 'image/png', data: 'aGVsbG8gd29ybGQ=' } }),
      'malformed',
      undefined,
    ],
    ['oddly typed fields', { candidates: 'x', promptFeedback: 7, parts: [null, 3] }, 'no_image', undefined],
  ] as const)('%s', async (_what, body, kind, providerCode) => {
    const failure = failureIn(await answered(body));
    expect(failure).toMatchObject({ kind, bodySent: true, httpStatus: 200 });
    expect(failure.providerCode).toBe(providerCode);
  });

  it('quotes what the model said instead', async () => {
    expect(failureIn(await answered(parts({ text: 'I would rather not.' }))).message).toContain(
      'I would rather not.',
    );
  });
});

describe('the test call', () => {
  it('lists models with one request', async () => {
    server.reply(
      json({ models: [{ name: 'models/gemini-3-pro-image' }, { name: 'models/x' }], nextPageToken: 'more' }),
    );
    const report = await adapter.test(to(`${server.url}/v1`));
    expect(report).toMatchObject({ kind: 'ok', models: ['gemini-3-pro-image', 'x'] });
    expect(server.requests.map((received) => received.path)).toEqual(['/v1/models?pageSize=1000']);
    expect(server.requests[0]?.headers['x-goog-api-key']).toBe(GOOGLE_KEY);
  });

  it('says honestly what it found', async () => {
    server.reply(json({}));
    expect(await adapter.test(to())).toMatchObject({
      kind: 'ok',
      models: [],
      detail: expect.stringContaining('lists no models') as string,
    });
    server.reply(
      json({ error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } }, 400),
    );
    expect(await adapter.test(to())).toMatchObject({ kind: 'failed', failure: { kind: 'invalid_key' } });
    const place = 'User location is not supported for the API use.';
    server.reply(json({ error: { code: 400, message: place, status: 'FAILED_PRECONDITION' } }, 400));
    expect(await adapter.test(to())).toMatchObject({
      kind: 'failed',
      failure: { kind: 'no_model', message: place },
    });
    server.reply(answer(404, 'not here'));
    expect(await adapter.test(to())).toMatchObject({
      kind: 'failed',
      failure: { kind: 'no_model', message: expect.stringContaining('lists no models') as string },
    });
    server.reply(answer(200, '<html></html>', { 'content-type': 'text/html' }));
    expect(await adapter.test(to())).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
  });
});
