/** The studio in a browser: who gets in, what is served, and what a page can do and cannot. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Agent, fetch as undiciFetch } from 'undici';
import { browserPictureUrl } from '@shared/picture-url';
import { sniffImage } from '../../images/sniff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificate, type RawAnswer, rawRequest } from './testing/raw-request';
import { openStudioScene, PAGE, RECIPE, type StudioScene } from './testing/studio-scene';

let scene: StudioScene;
beforeAll(async () => {
  scene = await openStudioScene();
});
afterAll(() => scene.remove());

const picture = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#336699' } })
    .png()
    .toBuffer();

function form(files: Readonly<Record<string, string | Buffer>>): FormData {
  const data = new FormData();
  for (const [name, content] of Object.entries(files)) {
    data.append('file', new File([content], 'x'), name);
  }
  return data;
}

/** `body`: POST. */
function raw(path: string, { body, ...headers }: Readonly<Record<string, string>>): Promise<RawAnswer> {
  return rawRequest(scene.address, { path, headers, body });
}

describe('the login', () => {
  it('shows its page, and sends whoever has no cookie there', async () => {
    const page = await scene.get('/app/');
    expect([page.status, page.headers.get('location')]).toEqual([303, '/app/login']);
    const login = await scene.get('/app/login');
    expect(login.status).toBe(200);
    expect(login.headers.get('content-security-policy')).toContain("script-src 'none'");
    expect(login.headers.get('referrer-policy')).toBe('same-origin');
    expect(await login.text()).not.toMatch(/<script|<style|style=/);
  });

  it.each([
    '/app/assets/index-0123abcd.js',
    '/app/media/view/1',
    '/app/downloads?call=a',
    '/app/picture?as=file&picture=%7B%22kind%22%3A%22result%22%2C%22resultId%22%3A1%7D',
    '/app/session',
    '/app/nothing',
  ])('gives nothing of %s without one', async (path) => {
    expect((await scene.get(path)).status).toBe(401);
    expect((await scene.get(path, 'brushfleet_studio_1=abc')).status).toBe(401);
  });

  it('refuses an upload and a socket without a cookie', async () => {
    expect((await scene.send('/app/files', form({ 'a.csv': 'prompt\na' }), '')).status).toBe(401);
    await expect(scene.open('')).rejects.toThrow('refused');
  });

  it('takes a token by form, and refuses one that is wrong', async () => {
    const post = (token: string, headers = {}) =>
      fetch(`${scene.address}/app/login`, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: new URLSearchParams({ token }),
      });
    const wrong = await post('bf-wrong');
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('set-cookie')).toBeNull();
    expect(await wrong.text()).toContain('This token is not known here');
    const right = await post(scene.token);
    expect([right.status, right.headers.get('location')]).toEqual([303, '/app/']);
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^brushfleet_studio_\d+=[\w-]{43}; Path=\/app; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(scene.token);
    expect((await post(scene.token, { origin: 'http://evil.test' })).status).toBe(403);
    await expect(scene.login('bf-wrong')).rejects.toThrow('401');
  });

  it('ends at its logout', async () => {
    const cookie = await scene.login();
    const page = await scene.open(cookie);
    expect((await scene.get('/app/session', cookie)).status).toBe(204);
    expect((await scene.send('/app/logout', null, cookie)).status).toBe(204);
    expect(await page.closed).toBe(4401);
    expect((await scene.get('/app/session', cookie)).status).toBe(401);
    await expect(scene.open(cookie)).rejects.toThrow('refused');
  });
});

describe('the page', () => {
  it('is served under the policy of the window', async () => {
    const cookie = await scene.login();
    const page = await scene.get('/app/', cookie);
    expect(await page.text()).toBe(PAGE);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect((await scene.get('/app/assets/index-0123abcd.js', cookie)).headers.get('content-type')).toContain(
      'javascript',
    );
  });

  it.each([
    '/app/../secret.html',
    '/app/..%2fsecret.html',
    '/app/%2e%2e/secret.html',
    '/app/assets/..%2f..%2fsecret.html',
    '/app/..%5csecret.html',
    '/app/%00secret.html',
    '/app//etc/passwd',
  ])('gives no file outside its folder: %s', async (path) => {
    const cookie = await scene.login();
    // Not fetch: it would tidy the path before it is sent.
    const answer = await raw(path, { cookie });
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('secret<');
    expect(answer.text).not.toBe('secret');
  });

  it('has no socket for another origin', async () => {
    const cookie = await scene.login();
    await expect(scene.open(cookie, { origin: 'http://evil.test' })).rejects.toThrow('refused');
    await expect(scene.open(cookie, { origin: 'null' })).rejects.toThrow('refused');
  });

  it('loses its socket when its token is revoked', async () => {
    const { secret, token } = await scene.library.app.tokens.add({ name: 'to revoke', caps: {} });
    const cookie = await scene.login(secret.reveal());
    const page = await scene.open(cookie);
    expect((await page.client.system.info()).version).toBe('1.2.3');
    await scene.library.app.tokens.revoke(token.id);
    expect(await page.closed).toBe(4401);
    expect((await scene.get('/app/', cookie)).status).toBe(303);
    await expect(scene.login(secret.reveal())).rejects.toThrow('401');
  });
});

describe('what a page can do', () => {
  it('runs, sees it live, and shows and downloads what came of it', async () => {
    const cookie = await scene.login();
    const { client, socket } = await scene.open(cookie);
    const saving = await scene.open(cookie, { callId: 'saving' });
    const stream = await client.system.events();
    const dataset = await client.datasets.fromPrompts({ name: 'three', prompts: 'one\ntwo\nthree' });
    const run = await client.runs.start({
      datasetId: dataset.id,
      recipe: RECIPE,
      options: {},
    });
    expect(run.outputDir).not.toContain('/');
    for await (const event of stream) {
      expect(JSON.stringify(event)).not.toContain(scene.library.folder);
      if (event.kind === 'run' && event.run.id === run.id && event.run.state.kind === 'finished') {
        expect(event.run.counts.done).toBe(3);
        break;
      }
    }
    const { jobs } = await client.runs.jobs({ runId: run.id, offset: 0, limit: 10 });
    const detail = await client.runs.job({ jobId: jobs[0]?.id ?? 0 });
    expect(detail.output).toMatch(/^\/app\/media\/view\/\d+$/);
    const shown = await scene.get(detail.output ?? '', cookie);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/webp']);

    // The picture itself leaves to be kept: as a PNG for the clipboard, or as the file it is.
    const picture = { kind: 'result', resultId: detail.result?.id ?? 0 } as const;
    const png = await scene.get(browserPictureUrl(picture, 'png'), cookie);
    expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(sniffImage(Buffer.from(await png.arrayBuffer()))?.mimeType).toBe('image/png');
    const original = await scene.get(browserPictureUrl(picture, 'file'), cookie);
    expect(original.headers.get('content-type')).toBe('application/octet-stream');
    expect(original.headers.get('content-security-policy')).toContain('sandbox');
    const { fileName } = await client.pictures.facts({ picture });
    expect(original.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${fileName}`);
    const { path = '' } = (await scene.library.app.store.result(picture.resultId)) ?? {};
    expect(Buffer.from(await original.arrayBuffer())).toEqual(readFileSync(path));
    const none = browserPictureUrl({ kind: 'result', resultId: 999_999 }, 'file');
    expect((await scene.get(none, cookie)).status).toBe(404);
    expect((await scene.get('/app/picture?as=file&picture=%7B%7D', cookie)).status).toBe(400);

    expect(await saving.client.runs.export({ runId: run.id, format: 'csv' })).toBe('results.csv');
    const [offer] = await scene.offers('saving', cookie);
    expect(offer?.name).toBe('results.csv');
    const other = await scene.login();
    expect(await scene.offers('saving', other)).toEqual([]);
    expect((await scene.get(`/app/downloads/${offer?.id}`, other)).status).toBe(404);
    const file = await scene.get(`/app/downloads/${offer?.id}`, cookie);
    expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''results.csv");
    expect((await file.text()).trim().split('\n')).toHaveLength(4);
    socket.close();
    saving.socket.close();
  });

  it('sends files in place of a dialog, which are its own', async () => {
    const cookie = await scene.login();
    const { client, socket } = await scene.open(cookie);
    const files = form({ 'rows.csv': 'prompt,image\nbluer,a.png\n', 'a.png': await picture() });
    const [grant] = await scene.upload(files, cookie);
    expect(grant).toEqual({ token: expect.any(String), name: 'rows.csv', isDirectory: false });
    const other = await scene.open(await scene.login());
    await expect(other.client.datasets.open({ grant: grant?.token ?? '' })).rejects.toThrow(
      'another session',
    );
    const dataset = await client.datasets.open({ grant: grant?.token ?? '' });
    await expect
      .poll(async () => (await client.datasets.rows({ datasetId: dataset.id, offset: 0, limit: 5 })).length)
      .toBe(1);
    const [row] = await client.datasets.rows({ datasetId: dataset.id, offset: 0, limit: 5 });
    const thumbnail = row?.thumbnails[0] ?? '';
    expect(thumbnail).toMatch(/^\/app\/media\//);
    expect((await scene.get(thumbnail, cookie)).headers.get('content-type')).toBe('image/webp');
    socket.close();
    other.socket.close();
  });

  it('sends a folder', async () => {
    const cookie = await scene.login();
    const { client, socket } = await scene.open(cookie);
    const files = form({ 'pictures/a.png': await picture(), 'pictures/b.png': await picture() });
    const grants = await scene.upload(files, cookie, '?folder=1');
    expect(grants).toEqual([{ token: expect.any(String), name: 'pictures', isDirectory: true }]);
    const dataset = await client.datasets.open({ grant: grants[0]?.token ?? '' });
    const rows = () => client.datasets.rows({ datasetId: dataset.id, offset: 0, limit: 5 });
    await expect.poll(async () => (await rows()).length).toBe(2);
    expect((await scene.get((await rows())[1]?.thumbnails[0] ?? '', cookie)).status).toBe(200);
    socket.close();
  });

  it.each(['../out.csv', '/etc/x.csv', 'a/../../b.csv', 'a\\b.csv', '..', 'a\u0000.csv'])(
    'keeps no file under the name %j',
    async (name) => {
      const cookie = await scene.login();
      const uploads = join(scene.library.app.paths.root, 'uploads');
      const before = await readdir(uploads).catch(() => []);
      expect((await scene.send('/app/files?folder=1', form({ [name]: 'x' }), cookie)).status).toBe(400);
      expect(await readdir(uploads)).toEqual(before);
    },
  );

  it('downloads a tree as one ZIP', async () => {
    const cookie = await scene.login();
    const { client, socket } = await scene.open(cookie, { callId: 'tree' });
    const { tree } = await client.studio.bring({
      treeId: null,
      images: [new File([await picture()], 'lake.png', { type: 'image/png' })],
    });
    const grant = await client.files.pick({ purpose: 'outputFolder' });
    for await (const _ of await client.studio.exportTree({ treeId: tree.id, grant: grant?.token ?? '' })) {
      // To its end.
    }
    const [offer] = await scene.offers('tree', cookie);
    expect(offer?.name).toBe('brushfleet-export.zip');
    const bytes = Buffer.from(await (await scene.get(`/app/downloads/${offer?.id}`, cookie)).arrayBuffer());
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(bytes.toString('latin1')).toContain('lake');
    socket.close();
  });
});

describe('what a page cannot do', () => {
  it('changes nothing of the machine, and learns no path of it', async () => {
    const cookie = await scene.login();
    const { client, socket } = await scene.open(cookie);
    const window = /in the window of Brushfleet/;
    const draft = {
      name: 'x',
      provider: 'openai',
      baseUrl: 'http://127.0.0.1:9',
      apiVersion: '',
      enabled: true,
    } as const;
    await expect(
      client.endpoints.update({ ...draft, id: 'o', weight: 1, limits: {}, timeoutMs: 5000, options: {} }),
    ).rejects.toThrow(window);
    await expect(client.endpoints.reset({ endpointId: 'o' })).rejects.toThrow(window);
    await expect(client.keys.importEnv({ grant: crypto.randomUUID() })).rejects.toThrow(window);
    await expect(client.settings.set({ outputDir: '/tmp' })).rejects.toThrow(window);
    await expect(client.service.set({ enabled: false, port: 1, allowedHosts: [] })).rejects.toThrow(window);
    await expect(client.service.updateToken({ id: scene.tokenId, name: 'x', caps: {} })).rejects.toThrow(
      window,
    );
    await expect(client.service.addToken({ name: 'x', caps: {} })).rejects.toThrow(window);
    await expect(client.system.openLogs()).rejects.toThrow(window);
    await expect(client.vault.unlock({ passphrase: 'x' })).rejects.toThrow(window);
    expect((await client.service.status()).kind).toBe('on');
    expect((await client.system.info()).libraryDir).not.toContain('/');
    expect(scene.library.app.fleet.view('o').endpoint.baseUrl).toContain('/v1');
    socket.close();
  });
});

it('answers who offers HTTP/2 as if they had not', async () => {
  const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
  const answer = await raw('/app/login', {
    ...offer,
    'content-type': 'application/json',
    body: JSON.stringify({ token: scene.token }),
  });
  expect(answer.status).toBe(204);
  expect((await raw('/health', { connection: 'Upgrade', upgrade: 'websocket' })).status).toBe(200);
});

it.skipIf(spawnSync('openssl', ['version']).status !== 0)('serves the same over TLS', async () => {
  const own = await openStudioScene({ tls: certificate() });
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  const login = await undiciFetch(`${own.address}/app/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ token: own.token }),
    dispatcher: agent,
  });
  const cookie = login.headers.get('set-cookie') ?? '';
  expect(cookie).toContain('; Secure');
  const page = await own.open(cookie.split(';')[0] ?? '', { dispatcher: agent });
  expect((await page.client.system.info()).version).toBe('1.2.3');
  const offered = await rawRequest(own.address, {
    path: '/health',
    headers: { connection: 'Upgrade', upgrade: 'h2c' },
  });
  expect(offered.status).toBe(200);
  await own.remove();
  expect(await page.closed).toBe(1001);
  await agent.close();
});

it('keeps nothing of an upload that is too large, too much or too many', async () => {
  const own = await openStudioScene({ uploadLimits: { files: 3, fileBytes: 1000, sessionBytes: 2500 } });
  const cookie = await own.login();
  const size = (bytes: number): string => 'x'.repeat(bytes);
  const status = async (files: FormData) => (await own.send('/app/files', files, cookie)).status;
  const kept = () => readdir(join(own.library.app.paths.root, 'uploads'));
  expect(await status(form({ a: size(1), b: size(1), c: size(1), d: size(1) }))).toBe(413);
  expect(await status(form({ a: size(1001) }))).toBe(413);
  expect(await kept()).toEqual([]);
  expect(await status(form({ a: size(700) }))).toBe(200);
  expect(await status(form({ a: size(900) }))).toBe(413);
  expect(await kept()).toHaveLength(1);
  expect(await status(new FormData())).toBe(400);
  await own.remove();
});

it('ends with pages open', async () => {
  const own = await openStudioScene();
  const page = await own.open(await own.login());
  await own.service.stop();
  expect(await page.closed).toBe(1001);
  await own.remove();
});
