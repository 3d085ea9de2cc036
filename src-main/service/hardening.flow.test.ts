/** What hostile or careless clients do to the service: slowly, hugely, and from a real browser's page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heldBytes } from '../testing/collect-garbage';
import { ADMIN, admin, openServiceScene, type ServiceScene } from './testing/service-scene';

let scene: ServiceScene;
beforeAll(async () => {
  scene = await openServiceScene();
});
afterEach(() => scene.forget());
afterAll(() => scene.remove());

const portOf = (): number => Number(new URL(scene.url).port);

describe('bodies', () => {
  it('of 33 MB are refused without being kept', async () => {
    const length = 33 * 1024 * 1024;
    const socket = connect(portOf(), '127.0.0.1');
    await once(socket, 'connect');
    const before = heldBytes();
    let most = 0;
    socket.write(
      `POST /chat HTTP/1.1\r\nHost: 127.0.0.1:${portOf()}\r\nAdmin-API-Key: ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    const piece = Buffer.alloc(64 * 1024, 'x');
    socket.on('error', () => undefined);
    for (let sent = 0; sent < length && socket.writable; sent += piece.length) {
      if (sent % (4 * 1024 * 1024) === 0) {
        most = Math.max(most, heldBytes() - before);
      }
      if (!socket.write(piece)) {
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
      }
    }
    most = Math.max(most, heldBytes() - before);
    socket.destroy();
    expect(most).toBeLessThan(16 * 1024 * 1024);
  });
});

const HALF_A_BODY = (): string =>
  `POST /chat HTTP/1.1\r\nHost: 127.0.0.1:${portOf()}\r\nAdmin-API-Key: ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"prompt`;

describe('200 sockets that trickle', () => {
  it('hold up nobody, and are closed within a minute', async () => {
    const sockets: Socket[] = [];
    let closed = 0;
    for (let n = 0; n < 200; n += 1) {
      const socket = connect(portOf(), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.once('close', () => (closed += 1));
      // Every tenth stands still in its body, the others in their headers.
      socket.write(n % 10 === 0 ? HALF_A_BODY() : 'POST /chat HTTP/1.1\r\nHost: 127.0');
      sockets.push(socket);
    }
    const began = performance.now();
    expect((await scene.post('/chat', { prompt: 'meanwhile' })).status).toBe(200);
    await expect.poll(() => closed, { timeout: 60_000, interval: 250 }).toBe(200);
    expect(performance.now() - began).toBeLessThan(60_000);
  }, 90_000);
});

describe('a wrong key', () => {
  /** What it is answered in, ms. */
  async function timeOf(key: string): Promise<number> {
    const from = performance.now();
    const response = await scene.get('/status', { 'admin-api-key': key });
    await response.arrayBuffer();
    return performance.now() - from;
  }

  /** Whatever else the machine does only adds to a time: the quickest tell what the refusal itself takes. */
  function quickOf(times: readonly number[]): number {
    return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? 0;
  }

  it('takes as long to refuse whether it is nearly right or not at all', async () => {
    const near = `${ADMIN.slice(0, -1)}~`;
    const far = '~'.repeat(ADMIN.length);
    const times: Record<'near' | 'far', number[]> = { near: [], far: [] };
    for (let round = 0; round < 1000; round += 1) {
      times.near.push(await timeOf(near));
      times.far.push(await timeOf(far));
    }
    expect(Math.abs(quickOf(times.near) - quickOf(times.far))).toBeLessThan(1);
  }, 60_000);
});

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Sends what a page can send without asking, and tells what it could read. */
const EVIL_PAGE = (target: string): string => `<!doctype html><title>working</title><script>
const told = [];
const note = (name) => (value) => told.push(name + '=' + value);
(async () => {
  await fetch('${target}/chat', { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: '{"prompt":"spend money"}' }).then((r) => note('opaque')(r.type), note('opaque'));
  await fetch('${target}/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"prompt":"spend money"}' }).then(() => note('json')('READ'), () => note('json')('stopped'));
  await fetch('${target}/').then((r) => r.text()).then(() => note('get')('READ'), () => note('get')('stopped'));
  const frame = document.createElement('iframe'); frame.name = 'sink'; document.body.append(frame);
  const form = document.createElement('form');
  form.method = 'post'; form.enctype = 'text/plain'; form.target = 'sink'; form.action = '${target}/chat';
  const field = document.createElement('input'); field.name = '{"prompt":"spend money","x":"'; field.value = '"}';
  form.append(field); document.body.append(form);
  const loaded = new Promise((done) => frame.addEventListener('load', done, { once: true }));
  form.submit(); await Promise.race([loaded, new Promise((done) => setTimeout(done, 3000))]);
  await fetch('/rebound').then((r) => r.text()).then(note('done'));
  document.title = told.join(' ');
  await fetch('/told', { method: 'POST', body: told.join(' ') });
})();
</script>`;

describe.skipIf(CHROMIUM === undefined)('a page in a real browser', () => {
  it('of another origin, or of a rebound name, spends nothing and reads nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brushfleet-chromium-'));
    let told = '';
    const evil = createServer((request, response) => {
      if (request.url === '/told') {
        request.on('data', (piece: Buffer) => (told += piece.toString()));
        request.on('end', () => response.end());
        return;
      }
      response.setHeader('content-type', 'text/html');
      response.end(request.url === '/' ? EVIL_PAGE(scene.url) : '');
    }).listen(0, '127.0.0.1');
    await once(evil, 'listening');
    const { port } = evil.address() as AddressInfo;
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
      '--host-resolver-rules=MAP evil.test 127.0.0.1',
      `--user-data-dir=${folder}`,
    ];
    const open = (url: string, more: readonly string[] = []) =>
      spawn(CHROMIUM ?? '', [...flags, ...more, url], { stdio: ['ignore', 'pipe', 'ignore'] });
    const browser = open(`http://evil.test:${port}/`);
    try {
      await expect.poll(() => told, { timeout: 60_000 }).toContain('done');
      expect(told).toContain('json=stopped');
      expect(told).toContain('get=stopped');
      expect(scene.received()).toHaveLength(0);
    } finally {
      browser.kill();
      await once(browser, 'close');
    }
    // The name now leads to the service itself: a page of it would be of the same origin.
    const rebound = open(`http://evil.test:${portOf()}/`, ['--dump-dom']);
    let page = '';
    rebound.stdout.on('data', (piece: Buffer) => (page += piece.toString()));
    await once(rebound, 'close');
    expect(page).toContain('not called by that name');
    expect(page).not.toContain('concurrency_status');
    evil.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 120_000);
});

describe('every failure', () => {
  it('is an HTTP error', async () => {
    for (const [path, body] of [
      ['/chat', {}],
      ['/batch/chat', { requests: 'x' }],
      ['/structured-output', {}],
      ['/cinematic-story-design', {}],
      ['/chat-batch', {}],
      ['/_admin/semaphores', {}],
      ['/_admin/semaphores/none/leases', { ttl_s: 1 }],
    ] as const) {
      const response = await scene.post(path, body, admin);
      expect([path, response.status >= 400]).toEqual([path, true]);
    }
  });
});
