/** `brushfleet serve` as a process of its own, and the image's entry command with each of the three deployments. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refused, said } from '../../app/sessions/testing/session-scene';
import { json, type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { type RunningCli, type Workplace, workplace } from './built-cli';
import { freePort, listening } from './served-cli';

const ADMIN_KEY = 'your_secure_admin_key_here';
const SERVER_KEY = 'AIza-server-key-0001';
const MODELS = json({ models: [{ name: 'models/a-model' }] });

let place: Workplace;
let upstream: ScriptedServer;
let running: RunningCli[] = [];
beforeEach(async () => {
  place = await workplace();
  upstream = await startScriptedServer();
  upstream.reply(said);
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGTERM');
    await ended;
  }
  running = [];
  await upstream.close();
  await place.remove();
});

/** What stands in the image after `node out/main/cli.js`. */
function entryCommand(): string[] {
  const line = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1] ?? '[]';
  const [node, cli, ...argv] = JSON.parse(line) as string[];
  expect([node, cli]).toEqual(['node', 'out/main/cli.js']);
  return argv;
}

interface Served {
  readonly url: string;
  chat(
    body?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  readonly run: RunningCli;
}

async function serve(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Served> {
  const port = await freePort();
  const run = place.start(argv, {
    GOOGLE_GEMINI_BASE_URL: upstream.url,
    PORT: String(port),
    ...env,
  });
  running.push(run);
  await listening(run.child);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    run,
    chat: (body = {}, headers = {}) =>
      fetch(`${url}/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ prompt: 'hello', ...body }),
      }),
  };
}

const keysSent = () => upstream.requests.map(({ headers }) => headers['x-goog-api-key']);
const callers = { credentials: { gemini_api_key: 'AIza-callers-own-0001' } };

describe('the three deployments of the image', () => {
  it('production: the admin’s key opens the server’s', async () => {
    const env = { ADMIN_API_KEY: ADMIN_KEY, GEMINI_API_KEY: SERVER_KEY, GEMINI_CONCURRENCY_LIMIT: '20' };
    const { url, chat } = await serve(entryCommand(), { ...env, BRUSHFLEET_ENV_TIER: 'off' });
    expect((await chat({}, { 'Admin-API-Key': ADMIN_KEY })).status).toBe(200);
    expect((await chat({}, { 'Admin-API-Key': 'wrong' })).status).toBe(401);
    expect((await chat()).status).toBe(401);
    expect((await chat(callers)).status).toBe(200);
    expect(keysSent()).toEqual([SERVER_KEY, callers.credentials.gemini_api_key]);
    expect(await (await fetch(url)).json()).toMatchObject({
      status: 'healthy',
      concurrency_status: { global_concurrency_limit: 20 },
      admin_key_configured: true,
      server_credentials_configured: true,
    });
  });

  it('development: the environment’s key serves who brings nothing', async () => {
    const env = { GEMINI_API_KEY: SERVER_KEY, GEMINI_CONCURRENCY_LIMIT: '5', BRUSHFLEET_ENV_TIER: 'any' };
    const { url, chat } = await serve(entryCommand(), env);
    const answer = await chat();
    expect(await answer.json()).toMatchObject({ success: true, response: 'You said: hello' });
    expect((await chat({}, { 'Admin-API-Key': 'any' })).status).toBe(401);
    expect(keysSent()).toEqual([SERVER_KEY]);
    expect(await (await fetch(url)).json()).toMatchObject({
      concurrency_status: { global_concurrency_limit: 5 },
      admin_key_configured: false,
    });
  });

  it('public: callers bring their own keys', async () => {
    const { url, chat } = await serve(entryCommand(), { GEMINI_CONCURRENCY_LIMIT: '30' });
    expect((await chat(callers)).status).toBe(200);
    expect((await chat()).status).toBe(401);
    expect(keysSent()).toEqual([callers.credentials.gemini_api_key]);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({
      concurrency_status: { global_concurrency_limit: 30 },
      server_key_configured: false,
    });
  });
});

describe('brushfleet serve', () => {
  it('answers what is in flight when it is ended, and names no key', async () => {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    upstream.reply(async (request) => {
      await promise;
      return said(request);
    });
    const { chat, run } = await serve(['serve'], { ADMIN_API_KEY: ADMIN_KEY, GEMINI_API_KEY: SERVER_KEY });
    const answer = chat();
    await expect.poll(() => upstream.begun()).toBe(1);
    run.child.kill('SIGTERM');
    await expect.poll(() => upstream.begun()).toBe(1);
    resolve();
    expect((await answer).status).toBe(200);
    const { code, err, out } = await run.ended;
    expect(code).toBe(0);
    expect(err + out).not.toMatch(new RegExp(`${SERVER_KEY}|${ADMIN_KEY}`));
  });

  it('says that its key was refused earlier, and gets it back by a test from beside it', async () => {
    const env = { ADMIN_API_KEY: ADMIN_KEY, GEMINI_API_KEY: SERVER_KEY };
    upstream.reply(refused(403, 'PERMISSION_DENIED', 'The key is restricted.'));
    const first = await serve(['serve'], env);
    const said502 = (await (await first.chat()).json()) as { readonly error: string };
    expect(said502.error).toContain('brushfleet keys test --all');
    first.run.child.kill('SIGTERM');
    expect((await first.run.ended).code).toBe(0);
    upstream.reply((request) => (request.method === 'GET' ? MODELS : said(request)));
    const { chat, run } = await serve(['serve'], env);
    expect((await chat()).status).toBe(502);
    const tested = await place.run(['keys', 'test', '--all'], {
      ...env,
      GOOGLE_GEMINI_BASE_URL: upstream.url,
    });
    expect(tested.out, tested.err).toContain('1 ok, 0 failed');
    expect((await chat()).status).toBe(200);
    run.child.kill('SIGTERM');
    const { err } = await run.ended;
    expect(err).toMatch(/Key …0001 GEMINI_API_KEY was refused .* brushfleet keys test --all/);
    expect(err + tested.out + tested.err).not.toContain(SERVER_KEY);
  });

  it('is refused beside a process that has the library, unless it gets one of its own', async () => {
    const env = { ADMIN_API_KEY: ADMIN_KEY };
    await serve(['serve'], env);
    const second = await place.run(['serve', '--port', String(await freePort())], env);
    expect(second.code).toBe(2);
    expect(second.err).toMatch(/The library is open in another Brushfleet .*--library FOLDER/);
    const { chat } = await serve(['serve', '--library', 'another'], env);
    expect((await chat()).status).toBe(401);
  });

  it('is refused where other machines could read its keys', async () => {
    const { code, err } = await place.run(['serve', '--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(err).toContain('--allow_plain_http');
  });
});
