/** What happens on the socket, for both protocols: one request per call, deadlines, cuts, and what had been sent. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { inspect } from 'node:util';
import type { Provider } from '@shared/model/provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from './base64-stream';
import { createAdapters } from './index';
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
} from './testing/calls';
import { answer, json, type ScriptedServer, startScriptedServer } from './testing/scripted-server';
import { createWire } from './wire';

const PROVIDERS: readonly Provider[] = ['google_genai', 'openai'];
const LARGE = new Uint8Array(20 * 1024 * 1024).fill(7);

let server: ScriptedServer;
let contexts: TestContext[] = [];
const adapters = createAdapters();

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await server.close();
});

function to(provider: Provider, changes: Parameters<typeof endpoint>[2] = {}): TestContext {
  const context = callContext(endpoint(provider, server.url, changes));
  contexts.push(context);
  return context;
}

function success(provider: Provider) {
  const data = png(3).toString('base64');
  return provider === 'openai'
    ? json({ data: [{ b64_json: data }] })
    : json({ candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data } }] } }] });
}

const largeEdit = request({ task: 'edit', images: [input('a.png', 'image/png', LARGE)] });

describe.each(PROVIDERS)('%s on the socket', (provider) => {
  it.each([429, 500, 503, 408, 409, 401])('sends one request for one call answered %i', async (status) => {
    server.reply(
      json({ error: { message: 'no', code: status } }, status, {
        'retry-after': '0',
        'x-should-retry': 'true',
      }),
    );
    failureIn(await adapters[provider].image(request(), to(provider)));
    expect(server.requests).toHaveLength(1);
  });

  it('says when the body has left, once, and before the answer', async () => {
    const context = to(provider);
    const sentAtAnswer: number[] = [];
    server.reply(() => {
      sentAtAnswer.push(context.sent());
      return success(provider);
    });
    expect(bytesIn(await adapters[provider].image(largeEdit, context))).toEqual(png(3));
    expect(sentAtAnswer).toEqual([1]);
    expect(context.sent()).toBe(1);
    expect(server.requests[0]?.headers['content-length']).toBe(String(server.requests[0]?.body.byteLength));
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  it('asks for an answer without compression and reads a compressed one all the same', async () => {
    const data = png(3).toString('base64');
    const body =
      provider === 'openai'
        ? { data: [{ b64_json: data }] }
        : { candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data } }] } }] };
    server.reply(
      answer(200, gzipSync(JSON.stringify(body)), {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      }),
    );
    expect(bytesIn(await adapters[provider].image(request(), to(provider)))).toEqual(png(3));
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('names a compressed answer that is broken malformed', async () => {
    server.reply(answer(200, 'not gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }));
    expect(failureIn(await adapters[provider].image(request(), to(provider))).kind).toBe('malformed');
  });

  it('ends a call whose answer never comes, with one request', async () => {
    server.reply({ kind: 'hang' });
    const context = to(provider, { timeoutMs: 500 });
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'timeout', bodySent: true });
    expect(failure.message).toContain('0.5 s');
    expect(server.requests).toHaveLength(1);
  });

  it('ends a call whose answer stops halfway', async () => {
    server.reply({ kind: 'half', body: '{"candidates":[', bytes: 1000, then: 'silence' });
    const failure = failureIn(await adapters[provider].image(request(), to(provider, { timeoutMs: 500 })));
    expect(failure).toMatchObject({ kind: 'timeout', bodySent: true });
  });

  it('ends a call whose body nobody reads; part of it had left, the end of it had not', async () => {
    server.reply({ kind: 'deaf' });
    const context = to(provider, { timeoutMs: 500 });
    const failure = failureIn(await adapters[provider].image(largeEdit, context));
    expect(failure).toMatchObject({ kind: 'timeout', bodySent: true });
    expect(context.sent()).toBe(0);
  });

  it('opens its connection, but its body waits until it may leave, and its time begins then', async () => {
    server.reply(success(provider));
    let open: (mayLeave: boolean) => void = () => undefined;
    const mayLeave = new Promise<boolean>((resolve) => (open = resolve));
    const context = { ...to(provider, { timeoutMs: 500 }), mayLeave };
    const answering = adapters[provider].image(request(), context);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(server.requests).toHaveLength(0);
    open(true);
    expect((await answering).kind).not.toBe('failed');
    expect(server.requests).toHaveLength(1);
  });

  it('sends nothing that may not leave in the end', async () => {
    const context = { ...to(provider), mayLeave: Promise.resolve(false) };
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'network', bodySent: false });
    expect(server.requests).toHaveLength(0);
  });

  it('ends with its caller, which is no timeout', async () => {
    const context = to(provider);
    server.reply(() => {
      context.stop();
      return { kind: 'hang' };
    });
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'network', providerCode: 'STOPPED', bodySent: true });
  });

  it('sends nothing when the caller has given up before', async () => {
    const context = to(provider);
    context.stop();
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'network', providerCode: 'STOPPED', bodySent: false });
    expect(server.begun()).toBe(0);
  });

  it('names a refused connection network, with nothing sent', async () => {
    const refused = endpoint(provider, await closedPort());
    const context = callContext(refused);
    contexts.push(context);
    const failure = failureIn(await adapters[provider].image(largeEdit, context));
    expect(failure).toMatchObject({ kind: 'network', bodySent: false, providerCode: 'ECONNREFUSED' });
    expect(failure.message).toContain('127.0.0.1');
    expect(context.sent()).toBe(0);
  });

  it('names a name that does not resolve network', async () => {
    const context = callContext(endpoint(provider, 'http://no-such-host.invalid'));
    contexts.push(context);
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'network', bodySent: false });
    expect(failure.message).toContain('no-such-host.invalid');
  });

  it.each([
    ['before its answer', { kind: 'reset' }],
    ['amid its answer', { kind: 'half', body: '{"data":', bytes: 1000, then: 'close' }],
  ] as const)('names a connection cut %s network, with its body sent', async (_when, script) => {
    server.reply(script);
    const failure = failureIn(await adapters[provider].image(request(), to(provider)));
    expect(failure).toMatchObject({ kind: 'network', bodySent: true });
    expect(server.requests).toHaveLength(1);
  });

  it('does not say that a body cut amid its way had left', async () => {
    server.reply({ kind: 'resetEarly' });
    const context = to(provider);
    expect(failureIn(await adapters[provider].image(largeEdit, context))).toMatchObject({
      kind: 'network',
      bodySent: true,
    });
    expect(context.sent()).toBe(0);
    expect(server.begun()).toBe(1);
  });

  it('names an answer that is no HTTP network', async () => {
    const alien = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => alien.listen(0, '127.0.0.1', resolve));
    const context = callContext(
      endpoint(provider, `http://127.0.0.1:${(alien.address() as AddressInfo).port}`),
    );
    contexts.push(context);
    expect(failureIn(await adapters[provider].image(request(), context)).kind).toBe('network');
    alien.close();
  });

  it('never follows a redirect: the key would go along', async () => {
    server.reply((received) =>
      received.path === '/elsewhere'
        ? success(provider)
        : answer(307, '', { location: `${server.url}/elsewhere` }),
    );
    const failure = failureIn(await adapters[provider].image(request(), to(provider)));
    expect(failure.kind).toBe('malformed');
    expect(failure.message).toContain(`${server.url}/elsewhere`);
    expect(server.requests).toHaveLength(1);
  });

  it('never shows the key, though the server echoes it in every way', async () => {
    server.reply((received) => {
      const echo = JSON.stringify(received.headers);
      const message = `bad key ${PLAIN_KEY}, ${encodeURIComponent(PLAIN_KEY)}, ${echo}`;
      return json({ error: { message, code: PLAIN_KEY, status: PLAIN_KEY } }, 400, {
        'x-request-id': PLAIN_KEY,
      });
    });
    const context = to(provider);
    const result = await adapters[provider].image(request(), context);
    const seen = `${inspect(result, { depth: 9, showHidden: true })} ${JSON.stringify(result)} ${inspect(adapters, { depth: 9 })}`;
    expect(seen).toContain('[secret]');
    expect(seen).not.toContain(PLAIN_KEY);
    expect(seen).not.toContain(encodeURIComponent(PLAIN_KEY));
  });

  it('never shows the key when the SDK itself fails', async () => {
    const result = await adapters[provider].image(
      request({ model: provider === 'openai' ? 'm' : '../m' }),
      to(provider),
    );
    expect(inspect(result, { depth: 9 })).not.toContain(PLAIN_KEY);
  });

  it('refuses a key that fits no header without sending or showing it', async () => {
    const context = callContext(endpoint(provider, server.url), 'broken\nkey-value');
    contexts.push(context);
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'invalid_key', bodySent: false });
    expect(failure.message).not.toContain('key-value');
    expect(server.begun()).toBe(0);
  });

  it('says which endpoint has an unusable base URL', async () => {
    const context = callContext(endpoint(provider, 'not a url'));
    contexts.push(context);
    const failure = failureIn(await adapters[provider].image(request(), context));
    expect(failure).toMatchObject({ kind: 'network', bodySent: false });
    expect(failure.message).toContain('Test endpoint');
  });

  it('keeps calls of several keys apart', async () => {
    server.reply((received) => {
      const key = String(received.headers.authorization ?? received.headers['x-goog-api-key']);
      return json({ error: { message: `key ${key.includes('one-key') ? 1 : 2}` } }, 400);
    });
    const keys = ['one-key-aaaa', 'two-key-bbbb', 'one-key-aaaa', 'two-key-bbbb'];
    const failures = await Promise.all(
      keys.map(async (key) => {
        const context = callContext(endpoint(provider, server.url), key);
        contexts.push(context);
        return failureIn(await adapters[provider].image(request(), context)).message;
      }),
    );
    expect(failures).toEqual(['key 1', 'key 2', 'key 1', 'key 2']);
  });
});

describe('an answer that takes the plain path though there is a spool', () => {
  const small = png(3).toString('base64');
  const words = 'A long text of no picture. '.repeat(4000);

  it.each([
    ['below 64 KB', json({ data: [{ b64_json: small }] }), 'image'],
    ['a long text beside a small picture', json({ note: words, data: [{ b64_json: small }] }), 'image'],
    ['a long text alone', json({ choices: [{ message: { content: words } }] }), 'failed'],
    ['a refusal', json({ error: { message: 'A'.repeat(90_000) } }, 400), 'failed'],
    ['no JSON', answer(200, `<html>${words}`), 'failed'],
  ] as const)('%s', async (_what, script, kind) => {
    server.reply(script);
    let begun = 0;
    const spool = {
      pressure: () => undefined,
      begin: () => {
        begun += 1;
        throw new Error('nothing here is a large picture');
      },
    };
    const result = await adapters.openai.image(request(), { ...to('openai'), spool });
    expect([result.kind, begun]).toEqual([kind, 0]);
  });

  it('but a large one is offered to it', async () => {
    server.reply(json({ data: [{ b64_json: Buffer.alloc(90_000, 7).toString('base64') }] }));
    let begun = 0;
    const spool = {
      pressure: () => undefined,
      begin: () => {
        begun += 1;
        return {
          lend: () => Buffer.alloc(CHUNK_BYTES),
          take: () => undefined,
          end: () => ({ isImage: false }),
          discard: () => undefined,
        };
      },
    };
    const failure = failureIn(await adapters.openai.image(request(), { ...to('openai'), spool }));
    expect([failure.kind, begun]).toEqual(['malformed', 1]);
  });
});

describe('the wire itself', () => {
  it('refuses a second request within one call, and any outside of one', async () => {
    const wire = createWire();
    server.reply(json({}));
    await expect(wire.fetch(server.url)).rejects.toThrow('exactly one');
    const end = await wire.call(
      { context: to('openai'), timeoutMs: 5000, inputs: [], keyHeader: (key) => ['authorization', key] },
      async () => {
        await wire.fetch(server.url);
        return wire.fetch(server.url);
      },
    );
    expect(end.kind).toBe('answered');
    expect(server.requests).toHaveLength(1);
  });
});

async function closedPort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return `http://127.0.0.1:${port}`;
}
