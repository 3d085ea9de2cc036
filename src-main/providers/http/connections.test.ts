/** Kept connections over real sockets: used again, replaced when stale, and never the cause of a second sending. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RequestBody } from '../request-body';
import { createConnections, type HttpRequest } from './connections';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) {
    close();
  }
});

function connections(now?: () => number) {
  const made = createConnections({ connectTimeoutMs: 2000, ...(now === undefined ? {} : { now }) });
  closers.push(() => made.close());
  return made;
}

async function listening(server: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/x?y=1`;
}

/** Answers whatever comes with `answer`, by hand; tells the sockets it took. */
async function handMade(onData: (socket: Socket, text: string, nth: number) => void) {
  const sockets: Socket[] = [];
  let requests = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    closers.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      requests += 1;
      onData(socket, data.toString('latin1'), sockets.length);
    });
  });
  return { url: await listening(server), sockets, requests: () => requests };
}

/** Answers each whole request, and tells all it has read. */
async function listener() {
  let seen = '';
  const server = await handMade((socket, text) => {
    seen += text;
    if (text.endsWith('hello')) {
      socket.write(OK);
    }
  });
  return { server, seen: () => seen };
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

function post(url: string, text = 'hello', signal = new AbortController().signal): HttpRequest {
  const body = new RequestBody([{ kind: 'bytes', bytes: Buffer.from(text) }], () => undefined);
  const headers = { 'content-length': String(body.byteLength) };
  return { url: new URL(url), method: 'POST', headers, body, signal };
}

async function ask(made: ReturnType<typeof connections>, request: HttpRequest): Promise<string> {
  const pieces: Buffer[] = [];
  await made.exchange(request, {
    head: () => undefined,
    data: (piece) => void pieces.push(Buffer.from(piece)),
  });
  return Buffer.concat(pieces).toString();
}

describe('a kept connection', () => {
  it('carries one request after the other', async () => {
    const seen: string[] = [];
    const server = await handMade((socket, text) => {
      seen.push(text);
      if (text.endsWith('hello')) {
        socket.write(OK);
      }
    });
    const made = connections();
    expect([await ask(made, post(server.url)), await ask(made, post(server.url))]).toEqual(['ok', 'ok']);
    expect(server.sockets).toHaveLength(1);
    expect(seen.join('')).toMatch(/^POST \/x\?y=1 HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/);
  });

  it('that the server has closed meanwhile is replaced, and the request sent once', async () => {
    let bodies = 0;
    const server = await handMade((socket, text) => {
      if (text.includes('hello')) {
        bodies += 1;
        socket.write(OK);
      }
    });
    const made = connections();
    for (let turns = 1; turns <= 4; turns += 1) {
      await ask(made, post(server.url));
      server.sockets.at(-1)?.end();
      // Before and after the moment at which this side hears of it.
      for (let turn = 0; turn < turns; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await ask(made, post(server.url))).toBe('ok');
    }
    expect(bodies).toBe(8);
    expect(server.sockets.length).toBe(5);
  });

  it.each([
    { stated: '', seconds: 4 },
    { stated: 'keep-alive: timeout=5\r\n', seconds: 4 },
    { stated: 'Keep-Alive: max=100, timeout=30\r\n', seconds: 29 },
    { stated: 'keep-alive: timeout=7200\r\n', seconds: 60 },
    { stated: 'keep-alive: timeout=1\r\n', seconds: 0 },
  ])('rests for $seconds s after "$stated", and is not trusted for longer', async ({ stated, seconds }) => {
    const server = await handMade((socket, text) => {
      if (text.endsWith('hello')) {
        socket.write(OK.replace('\r\n\r\n', `\r\n${stated}\r\n`));
      }
    });
    let nowMs = 1_000;
    const made = connections(() => nowMs);
    const socketsAfter = async (restMs: number): Promise<number> => {
      nowMs += restMs;
      await ask(made, post(server.url));
      return server.sockets.length;
    };
    expect(await socketsAfter(0)).toBe(1);
    expect(await socketsAfter(Math.max(0, seconds * 1_000 - 1))).toBe(seconds === 0 ? 2 : 1);
    expect(await socketsAfter(seconds * 1_000)).toBe(seconds === 0 ? 3 : 2);
  });

  it('has the head of a request that may not leave yet, and its body only when it may', async () => {
    const { server, seen } = await listener();
    const made = connections();
    let go = (): void => undefined;
    const asked = ask(made, { ...post(server.url), mayLeave: new Promise((resolve) => (go = resolve)) });
    await expect.poll(seen).toMatch(/\r\n\r\n$/);
    go();
    expect(await asked).toBe('ok');
    let refuse = (_why: Error): void => undefined;
    const refused = ask(made, { ...post(server.url), mayLeave: new Promise((_, no) => (refuse = no)) });
    await expect.poll(() => seen().split('POST')).toHaveLength(3);
    refuse(new Error('not this one'));
    await expect(refused).rejects.toThrow('not this one');
    expect(await ask(made, post(server.url))).toBe('ok');
    expect(seen().split('hello')).toHaveLength(3);
  });

  it('that closes while its request may not leave yet is replaced, and the body sent once', async () => {
    const { server, seen } = await listener();
    const made = connections();
    await ask(made, post(server.url));
    let go = (): void => undefined;
    const asked = ask(made, { ...post(server.url), mayLeave: new Promise((resolve) => (go = resolve)) });
    await expect.poll(() => seen().split('POST')).toHaveLength(3);
    server.sockets[0]?.end();
    await expect.poll(() => server.sockets.length).toBe(2);
    go();
    expect(await asked).toBe('ok');
    expect(seen().split('hello')).toHaveLength(3);
  });

  it('that breaks once its body has begun to leave is not replaced: it may have been paid for', async () => {
    let bodies = 0;
    const server = await handMade((socket, text) => {
      if (text.includes('hello')) {
        bodies += 1;
        if (bodies === 1) {
          socket.write(OK);
        } else {
          socket.destroy();
        }
      }
    });
    const made = connections();
    await ask(made, post(server.url));
    await expect(ask(made, post(server.url))).rejects.toThrow();
    expect(bodies).toBe(2);
    expect(server.sockets).toHaveLength(1);
  });

  it('is not used again when its answer came before its request was whole', async () => {
    const server = await handMade((socket, text) => {
      if (text.startsWith('POST')) {
        socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n');
      }
    });
    const made = connections();
    const large = 'x'.repeat(30_000_000);
    await ask(made, post(server.url, large)).catch(() => undefined);
    await ask(made, post(server.url)).catch(() => undefined);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it('is cut by its caller, and cut again before it is opened', async () => {
    const server = await handMade(() => undefined);
    const made = connections();
    const stop = new AbortController();
    const asked = ask(made, post(server.url, 'hello', stop.signal));
    await sleep(50);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    await expect(ask(made, post(server.url, 'hello', stop.signal))).rejects.toThrow();
  });
});

describe('a large answer', () => {
  const large = Buffer.alloc(3_000_000, 'abcdefg');

  it('is read in full beside many others, and may be paused', async () => {
    const server = createHttp((_request, response) => response.end(large));
    const url = await listening(server);
    closers.push(() => server.closeAllConnections());
    const made = connections();
    const sizes = await Promise.all(
      Array.from({ length: 12 }, async (_, nth) => {
        let size = 0;
        let isPaused = false;
        await made.exchange(post(url), {
          head: () => undefined,
          data(piece) {
            expect(isPaused).toBe(false);
            size += piece.byteLength;
            if (nth % 3 !== 0) {
              return undefined;
            }
            isPaused = true;
            return sleep(5).then(() => {
              isPaused = false;
            });
          },
        });
        return size;
      }),
    );
    expect(new Set(sizes)).toEqual(new Set([large.length]));
  });

  it.skipIf(!hasOpenssl)(
    'comes through TLS as well, from a server whose certificate is trusted only where it should be',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'brushfleet-tls-'));
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-keyout',
          key,
          '-out',
          cert,
          ...subject,
        ],
        {
          stdio: 'ignore',
        },
      );
      const server = createHttps(
        { key: readFileSync(key), cert: readFileSync(cert) },
        (_request, response) => {
          response.end(large);
        },
      );
      const url = await listening(server, 'https');
      closers.push(() => server.closeAllConnections());
      await expect(ask(connections(), post(url))).rejects.toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
      const { default: tls } = await import('node:tls');
      // Older versions cannot be told to trust one certificate more.
      if ('setDefaultCACertificates' in tls) {
        const trusted = tls.getCACertificates('default');
        tls.setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')]);
        const made = connections();
        expect((await ask(made, post(url))).length).toBe(large.length);
        expect((await ask(made, post(url))).length).toBe(large.length);
        tls.setDefaultCACertificates(trusted);
      }
      rmSync(folder, { recursive: true });
    },
  );
});
