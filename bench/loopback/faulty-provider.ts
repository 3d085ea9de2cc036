/** A Gemini provider on loopback that fails as it is told, and counts what reached it. */
import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ANSWERS } from './answers.mjs';
import { markedPng } from './marked-png.mjs';

/** What one request meets. */
export type Fault =
  /** A whole picture. */
  | { readonly kind: 'none' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** 200 with this in place of an answer. */
  | { readonly kind: 'body'; readonly body: string }
  /** The connection is reset once the request was read. */
  | { readonly kind: 'reset' }
  /** The first half of the answer, then a reset. */
  | { readonly kind: 'resetMidBody' }
  /** The headers, and nothing more. */
  | { readonly kind: 'stall' }
  /** Nothing at all: the other side is gone, and nobody said so. */
  | { readonly kind: 'halfOpen' }
  /** One byte a second. */
  | { readonly kind: 'trickle' }
  /** A sound JSON whose base64 ends too soon. */
  | { readonly kind: 'shortPicture' };

export interface FaultyProvider {
  readonly url: string;
  /** Milliseconds on a steady clock, of each request whose body was whole. */
  readonly arrivals: readonly number[];
  close(): Promise<void>;
}

const picture = markedPng(6000).toString('base64');
const { before, after } = ANSWERS.gemini;
const WHOLE = before + picture + after;
const JSON_TYPE = { 'content-type': 'application/json' };

/** `faultOf` hears how many requests came before. */
export async function startFaultyProvider(faultOf: (nth: number) => Fault): Promise<FaultyProvider> {
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    request
      .on('error', () => undefined)
      .on('end', () => {
        arrivals.push(performance.now());
        serve(faultOf(arrivals.length - 1), request, response);
      });
    request.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault.kind) {
    case 'none':
      return void response.writeHead(200, JSON_TYPE).end(WHOLE);
    case 'status':
      return void response.writeHead(fault.status, { ...JSON_TYPE, ...fault.headers }).end('{}');
    case 'body':
      return void response.writeHead(200, JSON_TYPE).end(fault.body);
    case 'shortPicture':
      return void response.writeHead(200, JSON_TYPE).end(before + picture.slice(0, 4000) + after);
    case 'reset':
      return void request.socket.resetAndDestroy();
    case 'halfOpen':
      return;
    case 'stall':
      return response.writeHead(200, { ...JSON_TYPE, 'content-length': WHOLE.length }).flushHeaders();
    case 'resetMidBody':
      response.writeHead(200, { ...JSON_TYPE, 'content-length': WHOLE.length });
      response.write(WHOLE.slice(0, WHOLE.length / 2), () => request.socket.resetAndDestroy());
      return;
    case 'trickle':
      return trickle(response);
  }
}

function trickle(response: ServerResponse): void {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': WHOLE.length });
  let sent = 0;
  const drop = (): void => void response.write(Buffer.from(WHOLE.charAt(sent++)));
  drop();
  const timer = setInterval(drop, 1000);
  response.on('close', () => clearInterval(timer));
}
