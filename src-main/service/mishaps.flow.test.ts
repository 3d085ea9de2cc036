/** What goes wrong beside a request: its client leaves while it is prepared, the library cannot be written, a second start. */
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyPluginAsync } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../providers/testing/scripted-server';
import type { Session } from '../app/sessions/session';
import type { ServiceApp } from './service-app';
import { admin, openServiceScene, type ServiceScene } from './testing/service-scene';
import { serviceOver, startForTokens, startServiceOver } from './testing/service-over';

let scene: ServiceScene;
beforeAll(async () => {
  scene = await openServiceScene();
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

/** Under names of its own: the scene's service has its sessions open. */
const sessionsWith = (
  wrap: (session: Session) => Session,
  before: () => Promise<void>,
): ServiceApp['sessions'] => ({
  ...scene.library.app.sessions,
  async open(options) {
    await before();
    return wrap(await scene.library.app.sessions.open({ ...options, name: `mishap ${options.name}` }));
  },
  close: () => Promise.resolve(),
});

function moment(): { readonly comes: Promise<void>; come(): void } {
  let come: () => void = () => undefined;
  const comes = new Promise<void>((resolve) => (come = resolve));
  return { comes, come: () => come() };
}

describe('a client that goes while its batch of events is prepared', () => {
  it('leaves nothing behind, and nothing is sent', async () => {
    const { app } = scene.library;
    const gate = moment();
    const reached = moment();
    const idle = moment();
    const over: ServiceApp = {
      ...app,
      clock: {
        ...app.clock,
        wallNow: () => app.clock.wallNow(),
        setTimer(ms, work) {
          // The minute after which a caller's key is forgotten: it begins when nobody uses it any more.
          if (ms === 60_000) {
            idle.come();
          }
          return app.clock.setTimer(ms, work);
        },
      },
      sessions: sessionsWith(
        (session) => session,
        () => {
          reached.come();
          return gate.comes;
        },
      ),
    };
    const { service, url } = await startServiceOver(over, scene.upstream.url);
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const client = httpRequest(`${url}/batch/chat`, { method: 'POST', headers });
    client.on('error', () => undefined);
    client.end(
      JSON.stringify({ credentials: { gemini_api_key: 'AIza-gone-0001' }, requests: [{ prompt: 'gone' }] }),
    );
    await reached.comes;
    const gone = new Promise((done) => client.once('close', done));
    client.destroy();
    await gone;
    // The service answers in turn: by then it has heard of the other's end.
    await (await fetch(`${url}/health`)).text();
    await new Promise((resolve) => setImmediate(resolve));
    gate.come();
    await idle.comes;
    expect(scene.received()).toHaveLength(0);
    await service.stop();
  });
});

describe('an item that the library cannot take', () => {
  it('fails alone: the others of its batch are answered', async () => {
    const { app } = scene.library;
    const failing = (session: Session): Session => ({
      ...session,
      submit: (ask, options) =>
        JSON.stringify(ask).includes('unlucky')
          ? Promise.reject(new Error('disk full at /home/somebody'))
          : session.submit(ask, options),
    });
    const sessions = sessionsWith(failing, () => Promise.resolve());
    const { service, url } = await startServiceOver({ ...app, sessions }, scene.upstream.url);
    const post = (path: string, body: unknown) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...admin },
        body: JSON.stringify(body),
      });
    const requests = [{ prompt: 'a' }, { prompt: 'unlucky' }, { prompt: 'c' }];
    const batch = await post('/batch/chat', { requests });
    expect(batch.status).toBe(200);
    const told = await batch.text();
    expect(JSON.parse(told)).toMatchObject({
      successful_requests: 2,
      failed_requests: 1,
      results: [{ response: 'You said: a' }, { success: false, index: 1 }, { response: 'You said: c' }],
    });
    expect(told).not.toContain('somebody');
    expect((await post('/chat', { prompt: 'unlucky' })).status).toBe(507);
    await service.stop();
  });
});

describe('a service', () => {
  it('is started once, and does not listen when it is stopped meanwhile', async () => {
    const { service } = await startServiceOver(scene.library.app, scene.upstream.url);
    expect(await service.start()).toMatchObject({ kind: 'on' });
    expect(service.status()).toMatchObject({ kind: 'on' });
    await Promise.all([service.stop(), service.stop()]);
    expect(await service.start()).toEqual({ kind: 'off' });
    const other = serviceOver(scene.library.app, scene.upstream.url);
    const starting = other.start();
    await other.stop();
    const status = await starting;
    expect(other.status()).toEqual({ kind: 'off' });
    await expect(fetch(status.kind === 'on' ? status.address : 'nowhere')).rejects.toThrow();
  });

  it('ends without the client that reads nothing, and hands over what another one reads late', async () => {
    const whole = 64 * 1024 * 1024;
    const large: FastifyPluginAsync = async (server) => {
      server.get('/whole', async () => Buffer.alloc(whole));
      server.get('/endless', (_request, reply) => reply.send(Readable.from(endless())));
    };
    const { service, url } = await startForTokens({
      app: scene.library.app,
      version: 'test',
      plugins: [() => large],
    });
    const [late, never] = await Promise.all([answerOf(`${url}/whole`), answerOf(`${url}/endless`)]);
    const stopped = service.stop();
    let read = 0;
    for await (const piece of late) {
      read += (piece as Buffer).byteLength;
    }
    expect(read).toBe(whole);
    await stopped;
    expect(service.status()).toEqual({ kind: 'off' });
    never.destroy();
  });
});

function* endless(): Generator<Buffer> {
  for (;;) {
    yield Buffer.alloc(64 * 1024);
  }
}

/** Nothing of it is read yet. */
async function answerOf(url: string): Promise<IncomingMessage> {
  const client = httpRequest(url, { agent: false });
  client.on('error', () => undefined);
  client.end();
  const [answer] = (await once(client, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

describe('a deeply nested body', () => {
  it('is refused before anything of it is sent', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const response = await fetch(`${scene.url}/batch/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...admin },
      body: `{"requests":[{"prompt":"a"},{"prompt":"b","metadata":${deep}}]}`,
    });
    expect(response.status).toBe(422);
    expect(scene.received()).toHaveLength(0);
    const cut = await fetch(`${scene.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...admin },
      body: '{"prompt":',
    });
    expect(await cut.json()).toMatchObject({ detail: 'The body is not valid JSON.' });
  });
});

describe('several candidates', () => {
  it('are all told: they are paid for', async () => {
    const candidate = (text: string) => ({
      content: { role: 'model', parts: [{ text }] },
      finishReason: 'STOP',
    });
    scene.upstream.reply(json({ candidates: [candidate('one'), candidate('two')] }));
    const response = await scene.post('/chat', { prompt: 'x', generation_config: { candidate_count: 2 } });
    expect(await response.json()).toMatchObject({ response: 'one', candidates: ['one', 'two'] });
    const json_schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
    scene.upstream.reply(json({ candidates: [candidate('{"a":1}'), candidate('{"a":2}')] }));
    const generation_config = { candidate_count: 2 };
    const wish = { system_prompt: '', user_content: 'x', json_schema, generation_config };
    const structured = await (await scene.post('/structured-output', wish)).json();
    expect(structured).toMatchObject({ data: { a: 1 }, candidates: [{ a: 1 }, { a: 2 }] });
    const tasks = [{ task_id: 1, ...wish }];
    const listed = await (await scene.post('/structured-output-batch', { tasks })).json();
    expect(listed).toMatchObject({
      successful_results: [{ data: { a: 1 }, candidates: [{ a: 1 }, { a: 2 }] }],
    });
  });
});

describe('an answer that is cut at its token limit', () => {
  const cut = (text: string) =>
    json({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'MAX_TOKENS' }] });

  it('is told to be so', async () => {
    scene.upstream.reply(cut('Once upon'));
    const told = { response: 'Once upon', finish: 'MAX_TOKENS' };
    expect(await (await scene.post('/chat', { prompt: 'x' })).json()).toMatchObject(told);
    const requests = [{ prompt: 'x' }];
    expect(await (await scene.post('/batch/chat', { requests })).json()).toMatchObject({
      results: [{ success: true, ...told }],
    });
    const tasks = [{ task_id: 1, prompt: 'x' }];
    expect(await (await scene.post('/chat-batch', { tasks })).json()).toMatchObject({
      successful_results: [{ data: 'Once upon', finish: 'MAX_TOKENS' }],
    });
  });

  it('before its first word is asked once, fails, and says what to raise', async () => {
    scene.upstream.reply(cut(''));
    const response = await scene.post('/chat', { prompt: 'x' });
    expect([response.status, scene.received().length]).toEqual([422, 1]);
    expect(await response.json()).toMatchObject({
      error: expect.stringContaining('raise max_output_tokens'),
      failure: { kind: 'token_limit' },
    });
  });
});
