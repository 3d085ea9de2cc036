/** What a provider adapter is: it turns one image request into one outcome, and names every failure. */
import type { Endpoint, TestReport } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { RateFacts, Usage } from '../engine/ports';
import type { PictureSpool } from './answer-scan';
import type { Connections } from './http/connections';
import type { Secret } from './secret';

/** An input file that is read while it is sent. Whoever opened it closes it. */
export interface OpenInput {
  readonly sizeBytes: number;
  /** Reads into `target` from `position` on; answers how many bytes, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
}

export type InputBytes = Uint8Array | OpenInput;

/** Original bytes of an input, never re-encoded. */
export interface InputImage {
  readonly bytes: InputBytes;
  /** By magic bytes, e.g. `image/jpeg`. */
  readonly mimeType: string;
  /** With the extension of its true type. */
  readonly fileName: string;
}

/** One output asked for. */
export interface ImageRequest {
  readonly task: 'edit' | 't2i';
  readonly model: string;
  readonly prompt: string;
  readonly images: readonly InputImage[];
  readonly mask: InputImage | null;
  /** `16:9`; google_genai. */
  readonly aspectRatio: string | null;
  /** `2K` for google_genai, `1536x1024` for openai. */
  readonly imageSize: string | null;
  /** From the catalogue: whether `response_format` is a parameter of this model (unknown models: null). */
  readonly responseFormat: boolean | null;
}

export type ImageAnswer = (
  | { readonly kind: 'image'; readonly bytes: Uint8Array; readonly usage: Usage }
  /** It went to the context's spool while it arrived. */
  | { readonly kind: 'spooled'; readonly picture: SpooledPicture; readonly usage: Usage }
  /** A hosted image: the transport fetches it through safe-fetch. */
  | { readonly kind: 'url'; readonly url: string; readonly usage: Usage }
  | { readonly kind: 'failed'; readonly failure: Failure }
) & {
  /** Limits that the answer's headers named. */
  readonly facts?: RateFacts;
};

/** A picture as a spool keeps it. */
export interface SpooledPicture {
  /** By its first bytes, and no larger than a picture may be. */
  readonly isImage: boolean;
}

export interface CallContext {
  readonly endpoint: Endpoint;
  /** Null for an endpoint without keys. */
  readonly secret: Secret | null;
  /** Aborted when the caller gives up (stop, shutdown). The endpoint's timeout is the adapter's own business. */
  readonly signal: AbortSignal;
  readonly connections: Connections;
  /** Takes large pictures as they arrive; without one they are held in memory. */
  readonly spool?: PictureSpool<SpooledPicture>;
  /** Called once when the last byte of the request body has left. */
  readonly onBodySent: () => void;
}

export interface ProviderAdapter {
  /** Loads the SDK ahead of the first request; sends nothing. */
  warm(): Promise<void>;
  /** Never rejects. One call is exactly one HTTP request. */
  image(request: ImageRequest, context: CallContext): Promise<ImageAnswer>;
  /** A cheap real call (lists models) that says whether endpoint and key work. Never rejects. */
  test(context: CallContext): Promise<TestReport>;
}
