/** The documented routes of a real app, over real sockets. */
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refused, spoken } from '../app/sessions/testing/session-scene';
import { OPERATIONS } from './docs/operations';
import { admin, openServiceScene, type ServiceScene } from './testing/service-scene';

let scene: ServiceScene;
beforeAll(async () => {
  scene = await openServiceScene();
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

describe('the documented routes', () => {
  it('answers /chat, with what is to come back', async () => {
    const response = await scene.post('/chat', { prompt: 'one', system_prompt: 'be short', task_id: 7 });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      success: true,
      response: 'You said: one',
      model: expect.any(String),
      task_id: 7,
    });
    expect(scene.prompts()).toEqual(['one']);
    expect(JSON.parse(String(scene.received()[0]?.body))).toMatchObject({
      systemInstruction: { parts: [{ text: 'be short' }] },
    });
  });

  it('refuses a model without a price where a day has a cap on its cost', async () => {
    const { app } = scene.library;
    await app.saveSettings({ dayCaps: { costUsd: 5 } });
    const response = await scene.post('/chat', { prompt: 'one', model: 'gemini-unheard-of' });
    await app.saveSettings({ dayCaps: {} });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: expect.stringContaining('The price of gemini-unheard-of is not known, so the daily cost cap'),
    });
    expect(scene.received()).toEqual([]);
  });

  it('takes message for prompt', async () => {
    const response = await scene.post('/chat', { message: 'hello' });
    expect(await response.json()).toMatchObject({ response: 'You said: hello' });
  });

  it('answers a batch in its order, failures included, with its counts', async () => {
    scene.upstream.reply((request) =>
      request.body.toString().includes('bad') ? refused(400, 'INVALID_ARGUMENT', 'no') : spoken('fine'),
    );
    const response = await scene.post('/batch/chat', {
      requests: [{ prompt: 'a' }, { prompt: 'bad' }, { prompt: 'c', metadata: { any: [1] } }],
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      results: [
        { success: true, response: 'fine', index: 0 },
        { success: false, error: expect.any(String), failure: { kind: 'bad_request' }, index: 1 },
        { success: true, response: 'fine', index: 2, metadata: { any: [1] } },
      ],
      total_requests: 3,
      successful_requests: 2,
      failed_requests: 1,
    });
  });

  it('answers what fits the schema', async () => {
    scene.upstream.reply(() => spoken('{"name":"Jane","city":"New York"}'));
    const item = {
      system_prompt: 'Extract.',
      user_content: 'My name is Jane.',
      json_schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    };
    const single = await scene.post('/structured-output', item);
    const told = {
      success: true,
      data: { name: 'Jane', city: 'New York' },
      message: 'Successfully generated structured output',
    };
    expect(await single.json()).toMatchObject(told);
    const batch = await scene.post('/batch/structured-output', { requests: [item] });
    expect(await batch.json()).toMatchObject({ results: [{ ...told, index: 0 }], successful_requests: 1 });
    const alias = await scene.post('/structured-output-batch', { tasks: [{ task_id: 'x', ...item }] });
    expect(await alias.json()).toMatchObject({
      total_tasks: 1,
      successful_count: 1,
      failed_count: 0,
      successful_results: [{ task_id: 'x', success: true, data: told.data, error: null }],
      failed_results: [],
      external_semaphore_used: false,
      semaphore_id: null,
    });
  });
});

describe('progress', () => {
  it('is told while a batch goes on, with its answer at the end', async () => {
    const requests = Array.from({ length: 5 }, (_, at) => ({ prompt: `p${at}` }));
    const response = await scene.post('/batch/chat', { requests }, { ...admin, accept: 'text/event-stream' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text())
      .split('\n\n')
      .filter((block) => block.startsWith('event: '))
      .map((block) => {
        const [name = '', data = ''] = block.split('\n');
        return { name: name.slice(7), data: JSON.parse(data.slice(6)) as Record<string, unknown> };
      });
    expect(events[0]).toEqual({ name: 'progress', data: { total: 5, successful: 0, failed: 0 } });
    expect(events.at(-2)).toEqual({ name: 'progress', data: { total: 5, successful: 5, failed: 0 } });
    expect(events.at(-1)).toMatchObject({ name: 'result', data: { successful_requests: 5 } });
  });

  it('has its errors before it begins', async () => {
    const response = await scene.post('/batch/chat', {}, { ...admin, accept: 'text/event-stream' });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/json');
  });
});

describe('bad input', () => {
  const structured = { system_prompt: 's', user_content: 'u' };
  const BAD: readonly (readonly [string, string, unknown, number, RegExp])[] = [
    ['no prompt', '/chat', {}, 422, /^prompt is missing\.$/],
    ['a prompt and another message', '/chat', { prompt: 'x', message: 'y' }, 422, /give one of them/],
    ['a blank prompt', '/chat', { prompt: '' }, 422, /^prompt is blank\.$/],
    ['a prompt of another type', '/chat', { prompt: 7 }, 422, /^prompt must be of the type string\.$/],
    ['what is not known', '/chat', { prompt: 'x', temprature: 1 }, 422, /temprature is not known here/],
    ['an unknown model', '/chat', { prompt: 'x', model: 'no-such' }, 422, /no-such is not known here/],
    ['an option nobody has', '/chat', { prompt: 'x', generation_config: { warmth: 1 } }, 422, /warmth/],
    [
      'an option the model’s provider lacks',
      '/chat',
      { prompt: 'x', model: 'gpt-9', generation_config: { top_k: 3 } },
      422,
      /do not serve gpt-9/,
    ],
    [
      'a schema that cannot be',
      '/structured-output',
      { ...structured, json_schema: { type: 'object', properties: { a: { type: 'strin' } } } },
      422,
      /^json_schema.*properties\/a\/type/,
    ],
    [
      'a schema in the middle of a batch',
      '/batch/structured-output',
      {
        requests: [
          { ...structured, json_schema: {} },
          { ...structured, json_schema: { type: 'strin' } },
        ],
      },
      422,
      /^requests\.1\.json_schema/,
    ],
    [
      'a schema that is longer than one may be',
      '/structured-output',
      { ...structured, json_schema: { description: 'x'.repeat(200_001) } },
      422,
      /make it shorter than 200,000/,
    ],
    [
      'more schemas than are read for one request',
      '/batch/structured-output',
      {
        requests: Array.from({ length: 9 }, (_, at) => ({
          ...structured,
          json_schema: { description: `${at}`.repeat(150_000) },
        })),
      },
      413,
      /The 9 schemas of this request .* in several requests/,
    ],
    [
      'equal task ids',
      '/chat-batch',
      {
        tasks: [
          { task_id: 'a', prompt: 'x' },
          { task_id: 'b', prompt: 'x' },
          { task_id: 'a', prompt: 'y' },
        ],
      },
      422,
      /tasks\.0 and tasks\.2 have the same task_id/,
    ],
    ['a list', '/chat', [], 422, /JSON object/],
    ['no requests', '/batch/chat', {}, 422, /^requests is missing\.$/],
  ];

  it.each(BAD)('%s is one sentence, and nothing is sent', async (_what, path, body, status, sentence) => {
    const response = await scene.post(path, body);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(sentence);
    expect(response.status).toBe(status);
    expect(scene.received()).toHaveLength(0);
  });

  it('is refused as what it is: no JSON, a form, too large, too many', async () => {
    const raw = (body: string, type: string | null) =>
      fetch(`${scene.url}/chat`, {
        method: 'POST',
        headers: { ...admin, ...(type === null ? {} : { 'content-type': type }) },
        body,
      });
    expect((await raw('{"prompt":', 'application/json')).status).toBe(400);
    expect((await raw('{"prompt":"x"}', 'text/plain')).status).toBe(415);
    expect((await raw('prompt=x', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await raw('{"prompt":"x"}', null)).status).toBe(415);
    expect((await raw(`{"prompt":"${'x'.repeat(33 * 1024 * 1024)}"}`, 'application/json')).status).toBe(413);
    const requests = Array.from({ length: 1001 }, () => ({ prompt: 'x' }));
    expect((await scene.post('/batch/chat', { requests })).status).toBe(413);
    expect((await scene.post('/no-such-route', {})).status).toBe(404);
    expect(scene.received()).toHaveLength(0);
  });

  it('is answered for an empty batch with its zeros', async () => {
    const response = await scene.post('/batch/chat', { requests: [] });
    expect(await response.json()).toEqual({
      results: [],
      total_requests: 0,
      successful_requests: 0,
      failed_requests: 0,
    });
  });
});

describe('failures of one request', () => {
  it.each([
    [400, 'INVALID_ARGUMENT', 400],
    [401, 'UNAUTHENTICATED', 502],
  ])('of %i %s is %i, never 200', async (status, code, told) => {
    const own = await openServiceScene();
    try {
      own.upstream.reply(refused(status, code, 'It is refused.'));
      const response = await own.post('/chat', { prompt: 'x', task_id: 't' });
      expect(response.status).toBe(told);
      expect(await response.json()).toMatchObject({
        success: false,
        error: expect.stringMatching(/\.$/),
        failure: { kind: expect.any(String) },
        task_id: 't',
      });
    } finally {
      await own.remove();
    }
  });
});

describe('the guard, over the wire', () => {
  const knock = (headers: Readonly<Record<string, string>>, body = '{"prompt":"x"}') =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(scene.url);
      const request = httpRequest(
        { hostname, port, path: '/chat', method: 'POST', headers: { ...admin, ...headers } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  const json = { 'content-type': 'application/json' };

  it('keeps out pages and rebound names before anything is read or sent', async () => {
    const { port } = new URL(scene.url);
    expect(await knock({ ...json, host: `evil.test:${port}` })).toBe(403);
    expect(await knock({ ...json, origin: 'http://evil.test' })).toBe(403);
    expect(await knock({ ...json, origin: 'null' })).toBe(403);
    expect(await knock({ ...json, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await knock({ 'content-type': 'text/plain', origin: 'http://evil.test' })).toBe(403);
    expect(await knock({ 'content-type': 'text/plain' })).toBe(415);
    // Whoever is kept out is not told whether his key was right.
    expect(await knock({ ...json, origin: 'http://evil.test', 'admin-api-key': 'wrong' })).toBe(403);
    expect(await knock({ 'content-type': 'text/plain', 'admin-api-key': 'wrong' })).toBe(401);
    expect(scene.received()).toHaveLength(0);
    expect(await knock({ ...json, origin: scene.url, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(scene.received()).toHaveLength(1);
  });

  it('lets no page read anything', async () => {
    const response = await scene.get('/');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
    const preflight = await fetch(`${scene.url}/chat`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(404);
  });

  it('listens on this machine alone', () => {
    expect(new URL(scene.url).hostname).toBe('127.0.0.1');
  });
});

describe('the description', () => {
  it('has every route there is, with a schema that its example fits', async () => {
    const document = (await (await scene.get('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { requestBody?: unknown }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method, path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    expect(routes).toHaveLength(OPERATIONS.length);
    for (const [method, path] of routes) {
      const response = await fetch(`${scene.url}${path}`, {
        method: method.toUpperCase(),
        headers: { ...admin, 'content-type': 'application/json' },
        ...(method === 'get' ? {} : { body: '{}' }),
      });
      const text = await response.text();
      expect(text, `${method} ${path}`).not.toContain('There is no');
    }
    for (const { body, example, path } of OPERATIONS) {
      expect(body?.safeParse(example).error, path).toBeUndefined();
    }
    expect(JSON.stringify(document.paths['/chat'])).toContain('You are a helpful physics teacher.');
  });

  it('is a page of its own that loads nothing from elsewhere', async () => {
    const response = await scene.get('/docs');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).not.toMatch(/<script|https?:/);
    for (const { path } of OPERATIONS) {
      expect(page).toContain(`<code>${path}</code>`);
    }
    expect((await scene.get('/docs/style.css')).headers.get('content-type')).toContain('text/css');
  });
});

describe('the aliases', () => {
  it('have the shapes of the earlier service', async () => {
    expect(await (await scene.get('/health')).json()).toMatchObject({
      status: 'healthy',
      concurrency_status: { global_concurrency_limit: 15, current_available_slots: 15 },
      features: expect.any(Array),
      admin_key_configured: true,
      server_key_configured: true,
      global_semaphores_count: 0,
    });
    const made = await scene.post('/global-semaphores', { semaphore_id: 'old', limit: 3 });
    expect(await made.json()).toMatchObject({ success: true, semaphore_id: 'old', limit: 3 });
    expect(await (await scene.get('/global-semaphores', admin)).json()).toEqual({
      count: 1,
      global_semaphores: ['old'],
    });
    const body = {
      tasks: [{ task_id: 'a', prompt: 'one', output_filename: 'a.txt' }],
      external_semaphore_id: 'old',
    };
    expect(await (await scene.post('/chat-batch', body)).json()).toMatchObject({
      total_tasks: 1,
      successful_results: [
        {
          task_id: 'a',
          success: true,
          data: 'You said: one',
          output_filename: 'a.txt',
          response_time: expect.any(Number),
        },
      ],
      external_semaphore_used: true,
      semaphore_id: 'old',
    });
  });
});
