/** Who gets in, what a token may spend, and what becomes of requests that fail or that nobody waits for. */
import { request } from 'node:http';
import { ApiError } from '@google/genai';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Fault, ScriptedRequest } from '../../demo/script';
import { refusal } from '../../demo/refusals';
import { type Held, holdAt, promptOf, said } from '../../app/sessions/testing/session-scene';
import { type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { openProxyScene, type ProxyScene, type SceneOptions } from './testing/proxy-scene';

let scene: ProxyScene;
let server: ScriptedServer | null = null;
let fault: (request: ScriptedRequest) => Fault | null = () => null;
afterEach(async () => {
  fault = () => null;
  await scene.remove();
  await server?.close();
  server = null;
});

/** With a provider whose answers wait until they are let go. */
const openHeld = async (options: SceneOptions = {}): Promise<Held> => {
  server = await startScriptedServer();
  scene = await openProxyScene({
    ...options,
    upstream: server.url,
    endpoints: [{ id: 'g', provider: 'google_genai' }],
  });
  return holdAt(server);
};
const open = async (options: SceneOptions = {}) => {
  scene = await openProxyScene({ ...options, demo: { script: (asked) => fault(asked) } });
};
const until = (test: () => unknown) => expect.poll(test);
const model = 'gemini-2.5-flash';
const chat = (client: OpenAI, content = 'hello', which = model) =>
  client.chat.completions.create({ model: which, messages: [{ role: 'user', content }] });
const chatUntil = (signal: AbortSignal, content: string) =>
  scene.openai().chat.completions.create({ model, messages: [{ role: 'user', content }] }, { signal });
const requestsIn = ({ status }: ProxyScene) => status().requests;
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was answered'),
    (error: unknown) => error,
  );

describe('a token', () => {
  it('is needed on every route, in a header, and a wrong one is told in the words of the protocol', async () => {
    await open();
    const refused = await errorOf(chat(scene.openai('bf-wrong')));
    expect(refused).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error' });
    const google = await errorOf(scene.google('bf-wrong').models.generateContent({ model, contents: 'x' }));
    expect(google).toBeInstanceOf(ApiError);
    expect(JSON.parse((google as ApiError).message)).toMatchObject({
      error: { code: 401, status: 'UNAUTHENTICATED' },
    });
    for (const [method, path] of [
      ['GET', '/v1/models'],
      ['GET', '/v1/models/x'],
      ['GET', '/v1beta/models'],
      ['POST', '/v1/chat/completions'],
      ['POST', '/v1/responses'],
      ['POST', '/v1/images/generations'],
      ['POST', '/v1/images/edits'],
      ['POST', `/v1/models/${model}:generateContent`],
      ['POST', `/v1beta/models/${model}:streamGenerateContent`],
      ['DELETE', '/v1/anything'],
      ['GET', '/v1beta/anything'],
    ] as const) {
      for (const query of ['', `?key=${scene.token}`, `?access_token=${scene.token}`]) {
        const answer = await fetch(`${scene.address}${path}${query}`, { method });
        expect([path, query, answer.status]).toEqual([path, query, 401]);
        expect(await answer.text()).not.toContain(scene.token);
      }
    }
    expect(scene.demo.requests).toEqual([]);
  });

  it('whose session the library could not note once is served by the next request', async () => {
    await open();
    const note = vi.spyOn(scene.library.app.tokens, 'noteRun');
    note.mockRejectedValueOnce(new Error('The disk is full.'));
    expect(await errorOf(chat(scene.openai()))).toMatchObject({ status: 500 });
    expect((await chat(scene.openai())).choices).toHaveLength(1);
    expect(note).toHaveBeenCalledTimes(2);
  });

  it('that was revoked lets nobody in from then on, and what waits with it is never sent', async () => {
    const held = await openHeld();
    const { id, token } = await scene.addToken({ name: 'second', caps: {}, concurrency: 1 });
    const first = chat(scene.openai(token), 'first');
    await until(held.waiting).toEqual(['first']);
    const second = errorOf(chat(scene.openai(token), 'second'));
    await until(() => requestsIn(scene)).toBe(2);
    await scene.library.app.tokens.revoke(id);
    expect(await errorOf(chat(scene.openai(token)))).toMatchObject({ status: 401 });
    held.release();
    await first;
    expect(await second).toMatchObject({ status: expect.toBeOneOf([401, 503]) });
    expect(server?.requests).toHaveLength(1);
  });

  it('has its requests counted, and is out when its cap is reached, until the cap is raised', async () => {
    await open();
    const { id, token } = await scene.addToken({ name: 'capped', caps: { requests: 2 } });
    await chat(scene.openai(token));
    await chat(scene.openai(token));
    const spent = await errorOf(chat(scene.openai(token)));
    expect(spent).toBeInstanceOf(OpenAI.RateLimitError);
    expect(spent).toMatchObject({ status: 429, code: 'insufficient_quota' });
    expect((spent as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toMatch(/^\d+$/);
    expect(scene.sent()).toHaveLength(2);
    const listed = async () => (await scene.library.app.tokens.list()).find((one) => one.id === id);
    expect(await listed()).toMatchObject({ name: 'capped', requests: 2, lastUsedAt: expect.any(Number) });
    await chat(scene.openai());
    await scene.library.app.tokens.update({ id, name: 'capped', caps: { requests: 3 } });
    await chat(scene.openai(token));
    expect(await listed()).toMatchObject({ requests: 3 });
  });

  it('with a cap on cost sends no model whose price nobody knows, and goes on with those that have one', async () => {
    await open();
    const { token } = await scene.addToken({ name: 'thrifty', caps: { costUsd: 5 } });
    const unpriced = await errorOf(chat(scene.openai(token), 'hello', 'gemini-unheard-of'));
    expect(unpriced).toBeInstanceOf(OpenAI.BadRequestError);
    expect(String(unpriced)).toContain(
      'The price of gemini-unheard-of is not known, so the cost cap of the token "thrifty" cannot be enforced',
    );
    expect(scene.sent()).toHaveLength(0);
    await chat(scene.openai(token), 'hello', 'gemini-3.8-flash');
    // Of a token without a cap on cost.
    await chat(scene.openai());
    expect(scene.sent()).toHaveLength(2);
  });

  it('names only so many models that nobody knows, for the library keeps each name', async () => {
    await openHeld();
    server?.reply(said);
    const { token } = await scene.addToken({ name: 'inventive', caps: {} });
    const client = scene.openai(token);
    await Promise.all(Array.from({ length: 200 }, (_, at) => chat(client, 'hello', `gemini-made-up-${at}`)));
    const refused = await errorOf(chat(client, 'hello', 'gemini-made-up-200'));
    expect(refused).toMatchObject({ status: 404, code: 'model_not_found' });
    expect(String(refused)).toContain('You have asked for 200 models that the catalogue does not have');
    await chat(client, 'hello', 'gemini-made-up-7');
    await chat(client);
    expect(server?.requests).toHaveLength(202);
  });

  it('whose cap is lowered while its first request arrives has the new cap', async () => {
    await open();
    const { id, token } = await scene.addToken({ name: 'lowered', caps: {} });
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'first' }] });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const client = request(
        `${scene.address}/v1/chat/completions`,
        { method: 'POST', headers },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      client.on('error', reject);
      client.write(body.slice(0, 10));
      until(() => requestsIn(scene))
        .toBe(1)
        .then(() => scene.library.app.tokens.update({ id, name: 'lowered', caps: { requests: 1 } }))
        .then(() => client.end(body.slice(10)), reject);
    });
    expect(await answered).toBe(200);
    expect(await errorOf(chat(scene.openai(token)))).toMatchObject({
      status: 429,
      code: 'insufficient_quota',
    });
    expect(scene.sent()).toHaveLength(1);
  });

  it('with a bound of its own never has more in flight, and holds up no other', async () => {
    const held = await openHeld({ limit: 3 });
    const { token } = await scene.addToken({ name: 'narrow', caps: {}, concurrency: 2 });
    const slow = Array.from({ length: 6 }, (_, at) => chat(scene.openai(token), `slow ${at}`));
    await until(() => held.waiting().length).toBe(2);
    await until(() => requestsIn(scene)).toBe(6);
    // Four of them wait, and leave the third place of all callers to another.
    const quick = chat(scene.openai(), 'quick');
    await until(() => held.waiting().includes('quick')).toBe(true);
    expect(held.waiting()).toHaveLength(3);
    held.release();
    await Promise.all([...slow, quick]);
    expect(server?.requests).toHaveLength(7);
  });
});

describe('a request that fails', () => {
  it('goes on with another key at once', async () => {
    await open({ keys: ['proxy-test-key-0001', 'proxy-test-key-0002'] });
    fault = ({ key, protocol }) => (key?.includes('0001') === true ? refusal('quota_day', protocol) : null);
    const contents = await Promise.all(Array.from({ length: 4 }, (_, at) => chat(scene.openai(), `p${at}`)));
    expect(contents.every(({ choices }) => choices[0]?.message.content !== '')).toBe(true);
    const statuses = scene.sent().map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses).toContain(429);
  });

  it('has the true status and shape of its protocol', async () => {
    await open();
    fault = ({ protocol }) => refusal('quota_day', protocol);
    const openai = await errorOf(chat(scene.openai()));
    expect(openai).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    expect(
      Number((openai as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')),
    ).toBeGreaterThan(0);
    const google = (await errorOf(
      scene.google().models.generateContent({ model, contents: 'x' }),
    )) as ApiError;
    expect(google.status).toBe(429);
    expect(JSON.parse(google.message)).toMatchObject({
      error: {
        status: 'RESOURCE_EXHAUSTED',
        details: expect.arrayContaining([
          expect.objectContaining({ '@type': 'type.googleapis.com/google.rpc.RetryInfo' }),
        ]),
      },
    });
  });

  it('is told when its keys are out for a minute how long, and does not wait for them', async () => {
    await open();
    fault = ({ protocol }) => refusal('quota_minute', protocol);
    const error = (await errorOf(chat(scene.openai()))) as InstanceType<typeof OpenAI.APIError>;
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    const seconds = Number(error.headers?.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(120);
    expect(error.headers?.get('x-should-retry')).toBeNull();
    // The key rests: the next request is not sent at all.
    const before = scene.sent().length;
    expect(await errorOf(chat(scene.openai(), 'again'))).toMatchObject({ status: 429 });
    expect(scene.sent()).toHaveLength(before);
  });

  it('is a 400 where the content is refused, also where a stream was asked for', async () => {
    await open();
    fault = ({ protocol }) => refusal('blocked', protocol);
    const asked = scene
      .openai()
      .chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }], stream: true });
    expect(await errorOf(asked)).toMatchObject({
      status: 400,
      code: 'content_policy_violation',
    });
  });

  it('is a 404 for a model that nobody can be asked for', async () => {
    await open({ endpoints: [{ id: 'off', provider: 'openai', enabled: false }] });
    expect(await errorOf(chat(scene.openai()))).toMatchObject({ status: 404, code: 'model_not_found' });
    expect(scene.demo.requests).toEqual([]);
  });
});

describe('many callers at once', () => {
  it('never have more in flight than the service allows, and all are answered', async () => {
    await open({ limit: 4 });
    const texts = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        const { choices } = await chat(scene.openai(), `say "answer ${at}"`);
        return choices[0]?.message.content;
      }),
    );
    expect(texts).toEqual(Array.from({ length: 64 }, (_, at) => `answer ${at}`));
    expect(scene.demo.peakInFlight).toBeLessThanOrEqual(4);
    expect(scene.sent()).toHaveLength(64);
  });
});

describe('a client that goes', () => {
  it('before its request is sent has nothing sent', async () => {
    const held = await openHeld({ limit: 1 });
    const first = chat(scene.openai(), 'first');
    await until(held.waiting).toEqual(['first']);
    const gone = new AbortController();
    const second = errorOf(chatUntil(gone.signal, 'second'));
    await until(() => scene.status().waiting).toBe(1);
    const third = chat(scene.openai(), 'third');
    await until(() => scene.status().waiting).toBe(2);
    gone.abort();
    await second;
    await until(() => scene.status().waiting).toBe(1);
    held.release();
    await Promise.all([first, third]);
    expect(server?.requests.map(promptOf)).toEqual(['first', 'third']);
  });

  it('after its request was sent has the answer kept', async () => {
    const held = await openHeld();
    const gone = new AbortController();
    const asked = errorOf(chatUntil(gone.signal, 'sent'));
    await until(held.waiting).toEqual(['sent']);
    gone.abort();
    await asked;
    // By then the service has heard of it.
    await scene.openai().models.list();
    held.release();
    const counts = async () => {
      const runs = await scene.library.app.store.runs();
      return runs.find(({ name }) => name === 'token tests')?.counts;
    };
    await until(counts).toMatchObject({ done: 1, pending: 0, sent: 0 });
  });
});
