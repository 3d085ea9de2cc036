import type { EndpointOptions } from '@shared/model/endpoint';
import { requestUrl } from '@shared/request-url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdapters } from '../index';
import {
  bytesIn,
  callContext,
  endpoint,
  failureIn,
  input,
  PLAIN_KEY,
  png,
  request,
  type TestContext,
} from '../testing/calls';
import { answer, json, type ScriptedServer, startScriptedServer } from '../testing/scripted-server';

let server: ScriptedServer;
let contexts: TestContext[] = [];
const adapter = createAdapters().openai;

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await server.close();
});

function to(options: EndpointOptions = {}, key: string | null = PLAIN_KEY, path = '/v1'): TestContext {
  const context = callContext(endpoint('openai', server.url + path, { options }), key);
  contexts.push(context);
  return context;
}

const DATA = png(5).toString('base64');
const OK = json({ created: 1, data: [{ b64_json: DATA }] });
const JPEG = Uint8Array.from({ length: 90_000 }, (_, at) => (at * 17) % 256);
const WEBP = Uint8Array.from([0x52, 0x49, 0x46, 0x46, 13, 10, 45, 45, 0, 255]);
const photo = input('photo é.jpg', 'image/jpeg', JPEG);
const second = input('second.webp', 'image/webp', WEBP);
const mask = input('mask.png', 'image/png', png(2));

function sentJson(): Record<string, unknown> {
  return JSON.parse(String(server.requests.at(-1)?.body)) as Record<string, unknown>;
}

/** The multipart fields as a server reads them, in order. */
async function sentForm(): Promise<[string, unknown][]> {
  const received = server.requests.at(-1);
  const headers = { 'content-type': String(received?.headers['content-type']) };
  const form = await new Response(new Uint8Array(received?.body ?? []), { headers }).formData();
  return Promise.all(
    [...form].map(
      async ([name, value]): Promise<[string, unknown]> =>
        typeof value === 'string'
          ? [name, value]
          : [name, { name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) }],
    ),
  );
}

describe('images.generate', () => {
  it('sends model, prompt, one picture and the size, and nothing else', async () => {
    server.reply(OK);
    const request_ = request({ model: 'gpt-image-2', imageSize: '1536x1024', aspectRatio: '3:2' });
    expect(bytesIn(await adapter.image(request_, to()))).toEqual(png(5));
    expect(sentJson()).toEqual({
      model: 'gpt-image-2',
      prompt: 'a red barn',
      n: 1,
      size: '1536x1024',
      stream: false,
    });
    expect(server.requests[0]?.path).toBe('/v1/images/generations');
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['gpt-image-2', 'auto', null, undefined],
    ['gpt-image-2', 'auto', true, undefined],
    ['openai/gpt-image-2', undefined, null, undefined],
    ['chatgpt-image-latest', undefined, null, undefined],
    ['dall-e-3', undefined, null, 'b64_json'],
    ['flux-kontext', undefined, null, undefined],
    ['flux-kontext', undefined, true, 'b64_json'],
    ['dall-e-3', undefined, false, undefined],
    ['gpt-image-2', 'always', null, 'b64_json'],
    ['dall-e-3', 'never', true, undefined],
  ] as const)(
    '%s with the switch on %s and the catalogue saying %s: %s',
    async (model, option, known, expected) => {
      server.reply(OK);
      const options = option === undefined ? {} : { responseFormat: option };
      await adapter.image(request({ model, responseFormat: known }), to(options));
      expect(sentJson().response_format).toBe(expected);
    },
  );

  it('carries the key in its header and nothing from the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'env-key');
    vi.stubEnv('OPENAI_ADMIN_KEY', 'env-admin');
    vi.stubEnv('OPENAI_ORG_ID', 'env-org');
    vi.stubEnv('OPENAI_PROJECT_ID', 'env-project');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/env');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-extra: env-header');
    server.reply(OK);
    const fresh = createAdapters().openai;
    await fresh.image(request(), to());
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${PLAIN_KEY}`);
    expect((await fresh.image(request(), to({}, null))).kind).toBe('image');
    expect(server.requests[1]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(server.requests.map((received) => received.headers))).not.toMatch(/env-|stainless/);
  });
});

describe('images.edit', () => {
  it('sends one image as `image`, with its name, type and bytes', async () => {
    server.reply(OK);
    const edit = request({ task: 'edit', model: 'gpt-image-2', images: [photo], mask, imageSize: 'auto' });
    expect(bytesIn(await adapter.image(edit, to()))).toEqual(png(5));
    expect(server.requests[0]?.path).toBe('/v1/images/edits');
    expect(Object.fromEntries(await sentForm())).toEqual({
      image: { name: 'photo é.jpg', type: 'image/jpeg', bytes: JPEG },
      mask: { name: 'mask.png', type: 'image/png', bytes: new Uint8Array(png(2)) },
      model: 'gpt-image-2',
      prompt: 'a red barn',
      n: '1',
      size: 'auto',
    });
  });

  it('sends several as `image[]`, in order', async () => {
    server.reply(OK);
    await adapter.image(request({ task: 'edit', images: [photo, second] }), to());
    const files = (await sentForm()).filter(([name]) => name.startsWith('image'));
    expect(files).toEqual([
      ['image[]', { name: 'photo é.jpg', type: 'image/jpeg', bytes: JPEG }],
      ['image[]', { name: 'second.webp', type: 'image/webp', bytes: WEBP }],
    ]);
  });

  it('repeats `image` for relays that know only that', async () => {
    server.reply(OK);
    const edit = request({ task: 'edit', images: [photo, second], mask, imageSize: '1024x1024' });
    await adapter.image(edit, to({ editField: 'image', responseFormat: 'always' }));
    const form = await sentForm();
    expect(form.filter(([name]) => name === 'image').map(([, file]) => file)).toEqual([
      { name: 'photo é.jpg', type: 'image/jpeg', bytes: JPEG },
      { name: 'second.webp', type: 'image/webp', bytes: WEBP },
    ]);
    expect(form.map(([name]) => name)).not.toContain('image[]');
    const fields = Object.fromEntries(form.filter(([name]) => name !== 'image'));
    expect(fields).toMatchObject({
      model: 'test-model',
      n: '1',
      size: '1024x1024',
      response_format: 'b64_json',
    });
    expect(fields.mask).toMatchObject({ name: 'mask.png' });
  });

  it('sends nothing for what the protocol cannot take', async () => {
    const refused = [
      [request({ task: 'edit', images: [] }), to()],
      [request({ task: 't2i', images: [photo] }), to()],
      [request({ task: 't2i', mask }), to()],
      [request({ task: 'edit', images: [photo], mask }), to({ imagesVia: 'chat' })],
    ] as const;
    for (const [each, context] of refused) {
      expect(failureIn(await adapter.image(each, context))).toMatchObject({
        kind: 'bad_input',
        bodySent: false,
      });
    }
    expect(server.begun()).toBe(0);
  });
});

describe('chat completions', () => {
  const chat = { imagesVia: 'chat' } as const;

  it('sends the text, then the images as data URLs, and asks for pictures', async () => {
    server.reply(json({ choices: [{ message: { content: `![i](data:image/png;base64,${DATA})` } }] }));
    const edit = request({ task: 'edit', images: [second, photo], aspectRatio: '4:5', imageSize: '2K' });
    expect(bytesIn(await adapter.image(edit, to(chat)))).toEqual(png(5));
    expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    expect(sentJson()).toEqual({
      model: 'test-model',
      modalities: ['image', 'text'],
      image_config: { aspect_ratio: '4:5', image_size: '2K' },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a red barn' },
            {
              type: 'image_url',
              image_url: { url: `data:image/webp;base64,${Buffer.from(WEBP).toString('base64')}` },
            },
            {
              type: 'image_url',
              image_url: { url: `data:image/jpeg;base64,${Buffer.from(JPEG).toString('base64')}` },
            },
          ],
        },
      ],
    });
  });

  it('sends plain text for text alone, and a size in pixels as such', async () => {
    server.reply(OK);
    await adapter.image(request({ imageSize: '1024x1024' }), to(chat));
    expect(sentJson()).toMatchObject({
      size: '1024x1024',
      messages: [{ role: 'user', content: 'a red barn' }],
    });
    expect(sentJson()).not.toHaveProperty('image_config');
  });

  it.each([
    [
      'images[].image_url',
      { images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${DATA}` } }] },
    ],
    ['image.url', { image: { url: `data:image/png;base64,${DATA}` } }],
    ['a markdown data URL', { content: `Done:\n\n![image](data:image/png;base64,${DATA})\n` }],
    ['a bare data URL', { content: `data:image/png;base64,${DATA}` }],
    [
      'content parts',
      {
        content: [
          { type: 'text', text: 'x' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${DATA}` } },
        ],
      },
    ],
    [
      'output_image parts',
      { content: [{ type: 'output_image', image_url: `data:image/png;base64,${DATA}` }] },
    ],
    ['parts with base64', { content: [{ type: 'output_image', b64_json: DATA }] }],
    ['text parts', { content: [{ type: 'text', text: `![i](data:image/png;base64,${DATA})` }] }],
  ])('reads %s', async (_what, message) => {
    server.reply(json({ choices: [{ message: { role: 'assistant', content: null, ...message } }] }));
    expect(bytesIn(await adapter.image(request(), to(chat)))).toEqual(png(5));
  });

  it('takes the last of several pictures, and hosted ones', async () => {
    const images = [png(1), png(2)].map((each) => ({
      image_url: { url: `data:image/png;base64,${each.toString('base64')}` },
    }));
    server.reply(json({ choices: [{ message: { images } }] }));
    expect(bytesIn(await adapter.image(request(), to(chat)))).toEqual(png(2));
    server.reply(json({ choices: [{ message: { content: 'https://cdn.example/a.png' } }] }));
    expect(await adapter.image(request(), to(chat))).toMatchObject({
      kind: 'url',
      url: 'https://cdn.example/a.png',
    });
  });

  it.each([
    ['a refusal', { message: { refusal: 'No.' } }, 'blocked'],
    ['the content filter', { message: { content: '' }, finish_reason: 'content_filter' }, 'blocked'],
    ['text only', { message: { content: 'I cannot draw.' }, finish_reason: 'stop' }, 'no_image'],
    ['nothing', { message: {} }, 'no_image'],
  ])('names %s', async (_what, choice, kind) => {
    server.reply(json({ choices: [choice] }));
    expect(failureIn(await adapter.image(request(), to(chat)))).toMatchObject({
      kind,
      bodySent: true,
      httpStatus: 200,
    });
  });
});

describe('answers of the images API', () => {
  it.each([
    ['a data: prefix', { data: [{ b64_json: `data:image/png;base64,${DATA}` }] }],
    ['a data URL as url', { data: [{ b64_json: null, url: `data:image/png;base64,${DATA}` }] }],
    ['a first entry without picture', { data: [{ b64_json: null }, { b64_json: DATA }] }],
  ])('reads %s', async (_what, body) => {
    server.reply(json(body));
    expect(bytesIn(await adapter.image(request(), to()))).toEqual(png(5));
  });

  it('reads JSON that is labelled as text', async () => {
    server.reply(
      answer(200, JSON.stringify({ data: [{ b64_json: DATA }] }), { 'content-type': 'text/plain' }),
    );
    expect(bytesIn(await adapter.image(request(), to()))).toEqual(png(5));
  });

  it('hands on a hosted URL, and what was used', async () => {
    const usage = {
      input_tokens: 9,
      output_tokens: 400,
      output_tokens_details: { image_tokens: 390 },
      cost: 0.04,
    };
    server.reply(json({ data: [{ url: 'https://cdn.example/a' }], usage }));
    expect(await adapter.image(request(), to())).toEqual({
      kind: 'url',
      url: 'https://cdn.example/a',
      usage: { inputTokens: 9, outputTokens: 400, imageTokens: 390, costUsd: 0.04 },
    });
  });

  it('tells what was used where only the total names the picture', async () => {
    server.reply(json({ data: [{ b64_json: DATA }], usage: { prompt_tokens: 9, total_tokens: 409 } }));
    expect(await adapter.image(request(), to())).toMatchObject({
      usage: { inputTokens: 9, outputTokens: 400 },
    });
  });

  it.each([
    ['both null', { data: [{ b64_json: null, url: null }] }, 'no_image'],
    ['an empty list', { created: 1, data: [] }, 'no_image'],
    ['base64 that is none', { data: [{ b64_json: 'AAAAA' }] }, 'malformed'],
    ['bytes that are no picture', { data: [{ b64_json: 'aGVsbG8gd29ybGQ=' }] }, 'malformed'],
    ['a task to poll', { task_id: 'abc', status: 'queued' }, 'malformed'],
  ])('names %s', async (_what, body, kind) => {
    server.reply(json(body));
    expect(failureIn(await adapter.image(request(), to()))).toMatchObject({
      kind,
      bodySent: true,
      httpStatus: 200,
    });
  });
});

it.each([
  ['', {}, 't2i'],
  ['/', {}, 'edit'],
  ['/v1', {}, 't2i'],
  ['/proxy/v1/', {}, 'edit'],
  ['/v1', { imagesVia: 'chat' }, 'edit'],
  ['/v1/images/generations', {}, 't2i'],
] as const)('goes where the screen says: base "%s" %j %s', async (path, options, task) => {
  server.reply(OK);
  const context = to(options, PLAIN_KEY, path);
  await adapter.image(request({ task, images: task === 'edit' ? [photo] : [] }), context);
  expect(server.url + server.requests[0]?.path).toBe(requestUrl(context.endpoint, 'test-model', task));
});

describe('the test call', () => {
  it('lists models with one request', async () => {
    server.reply(json({ object: 'list', data: [{ id: 'gpt-image-2' }, { id: 'x' }] }));
    expect(await adapter.test(to())).toMatchObject({ kind: 'ok', models: ['gpt-image-2', 'x'] });
    expect(server.requests.map((received) => `${received.method} ${received.path}`)).toEqual([
      'GET /v1/models',
    ]);
  });

  it('says honestly what it found', async () => {
    server.reply(json({ data: [] }));
    expect(await adapter.test(to())).toMatchObject({
      kind: 'ok',
      models: [],
      detail: expect.stringContaining('lists no models') as string,
    });
    server.reply(json({ error: { message: 'bad', code: 'invalid_api_key' } }, 401));
    expect(await adapter.test(to())).toMatchObject({ kind: 'failed', failure: { kind: 'invalid_key' } });
    server.reply(answer(404, ''));
    expect(await adapter.test(to())).toMatchObject({
      kind: 'failed',
      failure: { kind: 'no_model', message: expect.stringContaining('lists no models') as string },
    });
    server.reply(answer(200, '<html></html>', { 'content-type': 'text/html' }));
    expect(await adapter.test(to())).toMatchObject({ kind: 'failed', failure: { kind: 'malformed' } });
    expect(server.requests).toHaveLength(4);
  });
});

describe('what the headers tell', () => {
  const LIMITS = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '0' };

  it('of limits goes with a picture and with a failure', async () => {
    server.reply(json({ created: 1, data: [{ b64_json: DATA }] }, 200, LIMITS));
    const facts = { requests: { limit: 60, remaining: 0 } };
    expect(await adapter.image(request(), to())).toMatchObject({ kind: 'image', facts });
    server.reply(json({ error: { message: 'slow down' } }, 429, LIMITS));
    expect(await adapter.image(request(), to())).toMatchObject({ kind: 'failed', facts });
  });

  it.each([
    ['org-x', { 'openai-organization': 'org-x', 'openai-project': 'proj_1' }],
    ['proj_1', { 'openai-project': 'proj_1' }],
    [undefined, { 'openai-organization': PLAIN_KEY }],
    [undefined, {}],
  ])('of the account goes with a test call: %s', async (account, headers) => {
    server.reply(json({ data: [{ id: 'm' }] }, 200, headers as Record<string, string>));
    const report = await adapter.test(to());
    expect(report.kind === 'ok' && report.account).toBe(account);
  });
});
