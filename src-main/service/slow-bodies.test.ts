/** How long a body may take, over real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildServer } from './server';
import type { ServiceContext } from './service-context';
import { cutSlowBodies } from './slow-bodies';

const WINDOW_MS = 30_000;
const LENGTH = 1000;

let server: FastifyInstance;
let now: number;
let taken: number[];
/** The service reads on. */
let read: () => void;
beforeEach(async () => {
  now = 0;
  taken = [];
  read = () => undefined;
  server = fastify();
  // Its timer looks every few milliseconds; what it finds is decided by this clock.
  cutSlowBodies(server, () => now, { windowMs: WINDOW_MS, leastBytes: 100, lookMs: 5 });
  server.addContentTypeParser('*', (_request, body, done) => {
    let length = 0;
    body.on('data', (piece: Buffer) => {
      length += piece.length;
      taken.push(length);
    });
    body.on('end', () => done(null, length));
    body.on('error', done);
  });
  server.post('/', async ({ body }) => ({ length: body }));
  server.post('/refused', { onRequest: async (_, reply) => reply.code(403).send({}) }, async () => null);
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

async function begin(path: string, length = LENGTH): Promise<{ socket: Socket; told: () => string }> {
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').setNoDelay();
  let told = '';
  socket.on('data', (piece: Buffer) => (told += piece.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: x/y\r\nContent-Length: ${length}\r\n\r\n`);
  return { socket, told: () => told };
}

/** So many bytes more have come. */
async function send(socket: Socket, bytes: number): Promise<void> {
  const before = taken.at(-1) ?? 0;
  socket.write(Buffer.alloc(bytes, 'x'));
  await expect.poll(() => taken.at(-1)).toBe(before + bytes);
}

it('is as long as it needs while it moves', async () => {
  const { socket, told } = await begin('/');
  for (let part = 0; part < LENGTH / 100; part += 1) {
    await send(socket, 100);
    // The windows add up to many minutes; each is looked at.
    now += WINDOW_MS - 1;
    await looked();
  }
  await expect.poll(told).toContain(`{"length":${LENGTH}}`);
  expect(now).toBeGreaterThan(240_000);
  socket.destroy();
});

it.each([
  ['stands still', 0],
  ['only trickles', 99],
])('is no longer than its window where it %s', async (_, bytes) => {
  const { socket, told } = await begin('/');
  await send(socket, 200);
  await looked();
  if (bytes > 0) {
    await send(socket, bytes);
  }
  const closed = once(socket, 'close');
  now += WINDOW_MS;
  await closed;
  expect(told()).toContain('HTTP/1.1 408 ');
});

it('that was refused has to come in time, too', async () => {
  const { socket, told } = await begin('/refused');
  await expect.poll(told).toContain('HTTP/1.1 403 ');
  const closed = once(socket, 'close');
  await looked();
  now += WINDOW_MS;
  await closed;
});

it('is not blamed where the service does not read on', async () => {
  await server.close();
  server = fastify();
  cutSlowBodies(server, () => now, { windowMs: WINDOW_MS, leastBytes: 100, lookMs: 5 });
  let isFull = (): boolean => false;
  server.addContentTypeParser('*', (_request, body, done) => {
    isFull = () => body.readableLength >= body.readableHighWaterMark;
    body.pause();
    read = () => {
      body.on('end', () => done(null, 'read')).resume();
    };
  });
  server.post('/', async ({ body }) => body);
  await server.listen({ port: 0, host: '127.0.0.1' });
  const length = 8 * 1024 * 1024;
  const { socket, told } = await begin('/', length);
  socket.write(Buffer.alloc(length, 'x'));
  await expect.poll(() => isFull()).toBe(true);
  for (let windows = 0; windows < 5; windows += 1) {
    now += WINDOW_MS;
    // Before the service reads on: a look between its last byte and the socket's next one would find a window of nothing.
    await looked();
  }
  read();
  await expect.poll(told).toContain('read');
  socket.destroy();
});

it.each([
  ['stands still', 0],
  ['moves', 100],
])(
  'has no further window where the service ends meanwhile: one that %s does not hold it open',
  async (_, bytes) => {
    const { socket } = await begin('/');
    await send(socket, 200);
    await looked();
    const gone = once(socket, 'close');
    const closed = server.close();
    await looked();
    now += WINDOW_MS / 2;
    if (bytes > 0) {
      await send(socket, bytes);
    }
    await looked();
    now += WINDOW_MS / 2;
    await gone;
    await closed;
  },
);

/** Several looks were taken. */
async function looked(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30));
}

it('of the service itself has this bound alone: Node would cut off what moves, too', () => {
  const context = {
    app: { clock: { now: () => now } },
    config: { tls: undefined, allowedHosts: [] },
  } as unknown as ServiceContext;
  const { server: node } = buildServer({ context, port: () => 0, plugins: [] });
  expect([node.requestTimeout, node.headersTimeout]).toEqual([0, 15_000]);
});
