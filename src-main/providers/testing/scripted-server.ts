/** A loopback HTTP server that answers what a test scripts and keeps what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type Script =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: string | Buffer;
    }
  /** Sends each piece as it is yielded, then ends in good order, or cuts the connection. */
  | {
      readonly kind: 'stream';
      readonly headers: Record<string, string>;
      readonly pieces: AsyncIterable<string | Buffer> | Iterable<string | Buffer>;
      readonly then: 'end' | 'cut';
    }
  /** Reads the request and never answers. */
  | { readonly kind: 'hang' }
  /** Takes the connection and reads nothing of the body. */
  | { readonly kind: 'deaf' }
  /** Reads the request, then resets the connection. */
  | { readonly kind: 'reset' }
  /** Resets the connection after some bytes of the request body. */
  | { readonly kind: 'resetEarly' }
  /** Promises `bytes` bytes, sends `body`, then closes or stays silent. */
  | {
      readonly kind: 'half';
      readonly body: string;
      readonly bytes: number;
      readonly then: 'close' | 'silence';
    };

export interface ScriptedServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Every request that arrived whole. */
  readonly requests: readonly ReceivedRequest[];
  /** Requests whose headers arrived, whole or not. */
  begun(): number;
  /** What every request from now on gets. */
  reply(script: Script | ((request: ReceivedRequest) => Script | Promise<Script>)): void;
  close(): Promise<void>;
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Script {
  return answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

export function answer(status: number, body: string | Buffer, headers: Record<string, string> = {}): Script {
  return { kind: 'answer', status, headers, body };
}

/** Server-sent events; the pieces are sent as they are. */
export function events(
  pieces: AsyncIterable<string | Buffer> | Iterable<string | Buffer>,
  then: 'end' | 'cut' = 'end',
): Script {
  return { kind: 'stream', headers: { 'content-type': 'text/event-stream' }, pieces, then };
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let begun = 0;
  let script: Script | ((request: ReceivedRequest) => Script | Promise<Script>) = answer(
    500,
    'nothing scripted',
  );

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    begun += 1;
    if (typeof script === 'object' && (script.kind === 'deaf' || script.kind === 'resetEarly')) {
      if (script.kind === 'resetEarly') {
        message.once('data', () => message.socket.resetAndDestroy());
      }
      return;
    }
    const request = await receive(message);
    requests.push(request);
    await play(typeof script === 'function' ? await script(request) : script, message, response);
  }

  const server = createServer((message, response) => {
    // A test that cuts the connection ends the reading, too.
    handle(message, response).catch(() => message.socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    begun: () => begun,
    reply: (next) => {
      script = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: message.headers,
    body: Buffer.concat(chunks),
  };
}

async function play(script: Script, message: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (script.kind) {
    case 'answer':
      response.writeHead(script.status, script.headers).end(script.body);
      return;
    case 'stream':
      response.writeHead(200, script.headers);
      for await (const piece of script.pieces) {
        await new Promise<void>((resolve) => response.write(piece, () => resolve()));
      }
      if (script.then === 'end') {
        response.end();
      } else {
        message.socket.destroy();
      }
      return;
    case 'reset':
      message.socket.resetAndDestroy();
      return;
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': script.bytes });
      response.write(script.body, () => {
        if (script.then === 'close') {
          message.socket.destroy();
        }
      });
      return;
    case 'hang':
    case 'deaf':
    case 'resetEarly':
      return;
  }
}
