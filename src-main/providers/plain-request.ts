/** One request as it goes to the socket: what an SDK handed to its fetch, or what is sent without one. */
import type { InputImage } from './adapter';
import { partsOfForm, partsOfJson } from './input-marks';
import type { BodyPart, RequestBody } from './request-body';
import type { Secret } from './secret';

/** Of the headers an SDK sets, those that go out; telemetry and whatever the environment adds stay here. */
const SENT_HEADERS = ['accept', 'content-type', 'user-agent', 'x-goog-api-client'];

export interface PlainRequest {
  readonly method: string;
  /** Lower case names, without the key and the length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body. */
  readonly parts: readonly BodyPart[] | null;
}

/** What an SDK wants sent, with its inputs in place of their marks. */
export async function plainRequest(init: RequestInit, inputs: readonly InputImage[]): Promise<PlainRequest> {
  const encoded = await encode(init, inputs);
  const given = new Headers(init.headers);
  const headers: Record<string, string> = {};
  for (const name of SENT_HEADERS) {
    const value = given.get(name);
    if (value !== null) {
      headers[name] = value;
    }
  }
  const type = encoded?.contentType ?? null;
  return {
    method: init.method ?? 'GET',
    headers: type === null ? headers : { ...headers, 'content-type': type },
    parts: encoded?.parts ?? null,
  };
}

interface EncodedBody {
  readonly parts: readonly BodyPart[];
  readonly contentType: string | null;
}

/** JSON text as UTF-8; form data as multipart bytes; both with their inputs in place of the marks. */
async function encode(init: RequestInit, inputs: readonly InputImage[]): Promise<EncodedBody | null> {
  if (init.body === undefined || init.body === null) {
    return null;
  }
  if (typeof init.body === 'string') {
    return { parts: partsOfJson(init.body, inputs), contentType: null };
  }
  if (init.body instanceof FormData) {
    return partsOfForm(init.body, inputs);
  }
  const encoded = new Response(init.body);
  return {
    parts: [{ kind: 'bytes', bytes: new Uint8Array(await encoded.arrayBuffer()) }],
    contentType: encoded.headers.get('content-type'),
  };
}

/** All headers of a request; the only place where a key is written down. */
export function headersFor(
  request: PlainRequest,
  body: RequestBody | null,
  secret: Secret | null,
  keyHeader: (key: string) => readonly [name: string, value: string],
): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', ...request.headers };
  if (body === null) {
    delete headers['content-type'];
  } else {
    headers['content-length'] = String(body.byteLength);
    headers['content-type'] ??= 'application/json';
  }
  if (secret !== null) {
    const [name, value] = keyHeader(secret.reveal());
    headers[name] = value;
  }
  return headers;
}
