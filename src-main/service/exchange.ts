/** What a request tells besides its body. */
import { setMaxListeners } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asker } from './authentication';

export function askerOf({ headers, socket }: FastifyRequest): Asker {
  return { headers, remoteAddress: socket.remoteAddress };
}

/** Aborted when the client goes before it has its whole answer. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // Every item of a batch listens to it.
  setMaxListeners(0, gone.signal);
  raw.once('close', () => {
    if (!raw.writableFinished) {
      gone.abort();
    }
  });
  return gone.signal;
}

export function asEventStream({ headers }: FastifyRequest): boolean {
  return /\btext\/event-stream\b/i.test(headers.accept ?? '');
}
