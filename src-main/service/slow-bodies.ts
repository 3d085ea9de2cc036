/**
 * Bodies that stand still, or trickle to hold a socket, are cut off; those that move may take as long as they need: a
 * colleague's upload over a slow line is no attack. (Node's own `requestTimeout` cuts whatever takes its time.)
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

export interface Pace {
  /** In each of these, milliseconds, ... */
  readonly windowMs: number;
  /** ... so many bytes have to come: less is no line, however slow. */
  readonly leastBytes: number;
  readonly lookMs: number;
}

/** Some 2 KB a second: a modem is faster. */
export const PACE: Pace = { windowMs: 30_000, leastBytes: 64 * 1024, lookMs: 5_000 };

interface Watched {
  readonly body: IncomingMessage;
  /** Read from its socket when the window began. */
  bytes: number;
  since: number;
}

const CUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export function cutSlowBodies(server: FastifyInstance, now: () => number, pace: Pace = PACE): void {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | null = null;
  let isClosing = false;

  function look(): void {
    for (const one of watched) {
      if (isOver(one.body) || !isInTime(one, now(), { ...pace, isLast: isClosing })) {
        watched.delete(one);
        cut(one.body);
      }
    }
    stopIfIdle();
  }

  function stopIfIdle(): void {
    if (watched.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  }

  server.addHook('onRequest', async ({ raw }) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = raw.headers;
    if (raw.complete || (length === '0' && encoding === undefined)) {
      return;
    }
    const one = { body: raw, bytes: raw.socket.bytesRead, since: now() };
    watched.add(one);
    // Also of one that was refused before its body had come: what follows still has to come in time.
    raw.once('close', () => void (isOver(raw) && watched.delete(one)));
    timer ??= setInterval(look, pace.lookMs).unref();
  });
  // Who stops the service waits for what it has begun: of these nothing has, and they have what is left of their window.
  server.addHook('preClose', async () => {
    isClosing = true;
  });
}

const isOver = (body: IncomingMessage): boolean => body.complete || body.socket.destroyed;

/** Where it is the service that does not read on, the client is not to blame. `isLast`: no window follows this one. */
function isInTime(one: Watched, now: number, pace: Pace & { readonly isLast: boolean }): boolean {
  const { windowMs, leastBytes, isLast } = pace;
  const { body } = one;
  const isHeld = body.readableLength >= body.readableHighWaterMark;
  if (!isLast && (isHeld || body.socket.bytesRead - one.bytes >= leastBytes)) {
    one.bytes = body.socket.bytesRead;
    one.since = now;
  }
  return now - one.since < windowMs;
}

function cut(body: IncomingMessage): void {
  if (isOver(body)) {
    return;
  }
  body.socket.end(CUT);
  body.socket.destroySoon();
}
