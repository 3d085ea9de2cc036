/** What hostile or careless clients do to the service: slowly, and hugely. A hostile page is in e2e/hostile-page.spec.ts. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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
  });
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
  });
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
