/** Events through a real fastify over a real socket, with a clock that is moved by hand. */
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventReply, type EventReply } from './event-reply';

let server: FastifyInstance;
afterEach(() => server.close());

async function serve(use: (events: EventReply) => void | Promise<void>) {
  const timers = new Set<() => void>();
  const clock = {
    setTimer(_delayMs: number, callback: () => void) {
      timers.add(callback);
      return () => void timers.delete(callback);
    },
  };
  server = fastify();
  server.get('/', async (_request, reply) => {
    await use(createEventReply(reply, clock));
    return reply;
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const ring = () => [...timers].forEach((callback) => (timers.delete(callback), callback()));
  return { answer: fetch(address), ring, timers };
}

describe('an answer in events', () => {
  it('has each event, and a sign of life where nothing comes for a while', async () => {
    let events: EventReply | null = null;
    const { answer, ring, timers } = await serve((given) => {
      events = given;
      given.send({ a: 1 });
    });
    const response = await answer;
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    ring();
    const begun = events as EventReply | null;
    begun?.send({ b: 2 }, 'named');
    begun?.raw('data: [DONE]\n\n');
    begun?.end();
    expect(await response.text()).toBe(
      'data: {"a":1}\n\n: still going on\n\nevent: named\ndata: {"b":2}\n\ndata: [DONE]\n\n',
    );
    expect(timers.size).toBe(0);
  });

  it('keeps its true status until the first', async () => {
    const { answer } = await serve((events) => {
      expect(events.isBegun).toBe(false);
      throw Object.assign(new Error('no'), { statusCode: 429 });
    });
    expect((await answer).status).toBe(429);
  });

  it('gives no more signs of life when the client has gone', async () => {
    const gone = new AbortController();
    let isClosed: Promise<void> = Promise.resolve();
    const timers = new Set<() => void>();
    server = fastify();
    server.get('/', (_request, reply) => {
      isClosed = new Promise((resolve) => reply.raw.once('close', resolve));
      createEventReply(reply, {
        setTimer(_delayMs, callback) {
          timers.add(callback);
          return () => void timers.delete(callback);
        },
      }).send({});
    });
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(address, { signal: gone.signal });
    expect(timers.size).toBe(1);
    gone.abort();
    await response.text().catch(() => undefined);
    await isClosed;
    expect(timers.size).toBe(0);
  });
});
