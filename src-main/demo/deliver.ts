/** How the demo's replies leave: whole, cut in the middle, or not at all. */
import type { ServerResponse } from 'node:http';
import type { Provider } from '@shared/model/provider';
import { geminiError, openaiError } from './refusals';
import type { Fault } from './script';

/** The connection that waits for a reply. */
export interface Receiver {
  readonly response: ServerResponse;
  /** Aborted: nobody listens any more. */
  readonly signal: AbortSignal;
}

/** What the protocol itself does not take. */
export function refused(protocol: Provider, status: number, message: string): Fault {
  return protocol === 'google_genai'
    ? geminiError(status, 'INVALID_ARGUMENT', message)
    : openaiError(status, 'invalid_request_error', 'invalid_value', message);
}

/** Sends the reply, or fails as the fault says; answers the status that went out. */
export function deliver({ response, signal }: Receiver, reply: Fault, fault: Fault | null): number | null {
  if (signal.aborted || fault?.hang === true) {
    return null;
  }
  if (fault?.reset === 'before') {
    response.socket?.resetAndDestroy();
    return null;
  }
  send(response, reply, fault?.reset === 'midBody');
  return reply.status ?? 200;
}

export function send(
  response: ServerResponse,
  { status = 200, body = '', headers = {} }: Fault,
  isCut = false,
): void {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const contentType =
    typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, ...headers });
  if (isCut) {
    response.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () =>
      response.socket?.resetAndDestroy(),
    );
  } else {
    response.end(bytes);
  }
}
