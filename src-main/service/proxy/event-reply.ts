/** An answer in server-sent events. Nothing goes out before the first: until then a failure still has its true status. */
import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../../engine/ports';

/** Proxies cut connections on which nothing comes. */
const QUIET_MS = 15_000;

export interface EventReply {
  readonly isBegun: boolean;
  /** `name`: the event's own, where the protocol names them. */
  send(data: unknown, name?: string): void;
  /** Word for word. */
  raw(text: string): void;
  end(): void;
}

export function createEventReply(reply: FastifyReply, clock: Pick<Clock, 'setTimer'>): EventReply {
  let stream: PassThrough | null = null;
  let cancelQuiet: () => void = () => undefined;

  function begun(): PassThrough {
    if (stream === null) {
      stream = new PassThrough();
      reply.raw.once('close', () => cancelQuiet());
      void reply
        .headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
        .send(stream);
    }
    return stream;
  }

  function write(text: string): void {
    const to = begun();
    cancelQuiet();
    if (!to.destroyed) {
      to.write(text);
      cancelQuiet = clock.setTimer(QUIET_MS, () => write(': still going on\n\n'));
    }
  }

  return {
    get isBegun() {
      return stream !== null;
    },
    send(data, name) {
      write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
    },
    raw: write,
    end() {
      cancelQuiet();
      stream?.end();
    },
  };
}
