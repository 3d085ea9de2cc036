/** What a request has besides its body: whose it is, its media, and whether somebody still waits for it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TokenHolder } from '../../app/access/tokens';
import type { CallerMedia } from './caller-media';

export interface Asking {
  readonly holder: TokenHolder;
  readonly media: CallerMedia;
  /** Aborted when the client goes before it has its whole answer. */
  readonly signal: AbortSignal;
}

const asking = new WeakMap<FastifyRequest, Asking>();

export function noteAsking(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: Omit<Asking, 'signal'>,
): void {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) {
      gone.abort();
    }
    // However it ended. What was sent has its files open.
    void parts.media.close();
  });
  asking.set(request, { ...parts, signal: gone.signal });
}

/** Of a request that was let in. */
export function askingOf(request: FastifyRequest): Asking {
  const found = asking.get(request);
  if (found === undefined) {
    throw new Error('The request was not let in.');
  }
  return found;
}
