/** What a test wants to know of the requests a demo server received. Holds no secret: of a key only its end. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Provider } from '@shared/model/provider';
import type { Picture, PictureRequest } from './request';
import { promptOf, type TextRequest } from './text/text-request';

export interface RecordedPicture {
  readonly field: string;
  readonly fileName: string | null;
  readonly mimeType: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Null for a request that asks for no picture. */
  readonly protocol: Provider | null;
  readonly via: PictureRequest['via'] | TextRequest['via'] | null;
  readonly model: string | null;
  readonly prompt: string | null;
  /** Of a request for text. */
  readonly system?: string;
  /** Of a request for text, what was said before included: as it came. */
  readonly turns?: readonly { readonly role: string; readonly text: string }[];
  readonly schema?: Readonly<Record<string, unknown>> | null;
  readonly isStreamed?: boolean;
  /** Sound and video among them, where text is asked for. */
  readonly images: readonly RecordedPicture[];
  readonly mask: RecordedPicture | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly contentType: string | null;
  readonly keyFrom: KeyPlace | null;
  /** The last four characters. */
  readonly keyTail: string | null;
  readonly attempt: number;
  /** Milliseconds on the monotonic clock: the headers arrived; the body was whole; the answer was out. */
  readonly startedAt: number;
  readonly bodyAt: number;
  readonly endedAt: number | null;
  /** Null while unanswered, and for a connection that was cut. */
  readonly status: number | null;
  /** Requests in flight when this one arrived, itself included. */
  readonly inFlight: number;
}

export type KeyPlace = 'x-goog-api-key' | 'authorization' | 'query';

export interface FoundKey {
  readonly key: string | null;
  readonly from: KeyPlace | null;
}

/** The key of a request, wherever a client or relay puts it. */
export function keyOf({ headers }: Pick<IncomingMessage, 'headers'>, url: URL): FoundKey {
  const google = headers['x-goog-api-key'];
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const query = url.searchParams.get('key');
  if (typeof google === 'string' && google !== '') {
    return { key: google, from: 'x-goog-api-key' };
  }
  if (bearer !== undefined) {
    return { key: bearer, from: 'authorization' };
  }
  return query === null ? { key: null, from: null } : { key: query, from: 'query' };
}

export function recordedPicture({ bytes, field, fileName, mimeType }: Picture): RecordedPicture {
  return { field, fileName, mimeType, sha256: sha256(bytes), sizeBytes: bytes.length };
}

/** What of a request is written down. */
export type Told = Pick<
  RecordedRequest,
  | 'protocol'
  | 'via'
  | 'model'
  | 'prompt'
  | 'images'
  | 'mask'
  | 'params'
  | 'system'
  | 'turns'
  | 'schema'
  | 'isStreamed'
>;

export const NOTHING_TOLD: Told = {
  protocol: null,
  via: null,
  model: null,
  prompt: null,
  images: [],
  mask: null,
  params: {},
};

export function toldOf({ protocol, via, model, prompt, images, mask, params }: PictureRequest): Told {
  return {
    protocol,
    via,
    model,
    prompt,
    images: images.map(recordedPicture),
    mask: mask === null ? null : recordedPicture(mask),
    params,
  };
}

export function toldOfText(request: TextRequest): Told {
  const { protocol, via, model, media, params, system, turns, schema, isStreamed } = request;
  const images = media.map(recordedPicture);
  return {
    protocol,
    via,
    model,
    prompt: promptOf(request),
    images,
    mask: null,
    params,
    system,
    turns,
    schema,
    isStreamed,
  };
}

/** What makes two requests attempts of one thing. */
export function fingerprint({ protocol, model, prompt, images }: Told): string {
  const digests = images.map((picture) => picture.sha256);
  return sha256(Buffer.from(JSON.stringify([protocol, model, prompt, digests])));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
