/** What a test wants to know of the requests a demo server received. Holds no secret: of a key only its end. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Provider } from '@shared/model/provider';
import type { Picture, PictureRequest } from './request';

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
  readonly via: PictureRequest['via'] | null;
  readonly model: string | null;
  readonly prompt: string | null;
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

/** What makes two requests attempts of one thing. */
export function fingerprint(request: PictureRequest): string {
  const pictures = request.images.map(({ bytes }) => sha256(bytes));
  return sha256(Buffer.from(JSON.stringify([request.protocol, request.model, request.prompt, pictures])));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
