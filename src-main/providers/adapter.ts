/** What a provider adapter is: it turns one request for a picture or for text into one outcome, and names every failure. */
import type { Endpoint, TestReport } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { Generation, Medium, TextResult, VideoMetadata } from '@shared/model/text';
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
  /** `low`, `medium`, `high`, `auto`; openai. */
  readonly quality?: string;
  /** So many pictures on the way to the result are asked for; openai, where the endpoint streams. */
  readonly partialImages?: number;
  /** Earlier turns, oldest first; google_genai. */
  readonly history?: readonly ConversationTurn[];
}

/** What was asked and answered before, in one conversation. */
export interface ConversationTurn {
  readonly prompt: string;
  readonly images: readonly InputImage[];
  readonly answer: InputImage;
  /** The model's own turn, as `ImageAnswer.turn` was: its picture stands in `answer`. */
  readonly turn: string;
}

export type ImageAnswer = (
  | { readonly kind: 'image'; readonly bytes: Uint8Array; readonly usage: Usage; readonly turn?: string }
  /** It went to the context's spool while it arrived. */
  | {
      readonly kind: 'spooled';
      readonly picture: SpooledPicture;
      readonly usage: Usage;
      readonly turn?: string;
    }
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
  /** Waited for before anything leaves; false: nothing may. Absent: it may at once. */
  readonly mayLeave?: Promise<boolean>;
}

/** One text answer asked for. */
export interface TextRequest {
  readonly model: string;
  /** Blank: none. */
  readonly system: string;
  /** The last is the user's. */
  readonly messages: readonly TextMessage[];
  readonly generation: Generation;
  /** A JSON Schema that the provider is asked to keep to; null: free text. */
  readonly schema: JsonSchema | null;
  /** From the catalogue: whether the provider keeps to a schema itself; null: not known. */
  readonly nativeSchema: boolean | null;
  /** Present: the answer is streamed, and each piece of it goes here as it comes. */
  readonly onDelta?: (text: string) => void;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface TextMessage {
  readonly role: 'user' | 'model';
  readonly parts: readonly TextPart[];
}

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'media';
      readonly medium: Medium;
      readonly input: InputImage;
      readonly video?: VideoMetadata;
    }
  /** What the provider holds already (its Files API), or fetches itself (a video's public address). */
  | {
      readonly kind: 'held';
      readonly medium: Medium;
      readonly uri: string;
      readonly mimeType: string;
      readonly video?: VideoMetadata;
    };

export type TextAnswer = (
  | { readonly kind: 'text'; readonly answer: TextResult; readonly usage: Usage }
  /** `usage`: of an answer that cannot be used and may have been billed. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly usage?: Usage }
) & { readonly facts?: RateFacts };

/** A file that a provider holds for one key. */
export interface HeldFile {
  /** The provider's own name of it, for looking after and deleting it. */
  readonly name: string;
  readonly uri: string;
  readonly mimeType: string;
  /** Wall clock, ms; absent: it does not end by itself. */
  readonly expiresAt?: number;
}

/** Larger inputs than a request may carry are given to the provider first. */
export interface FileCalls {
  /** Resolves when the file can be used (`ACTIVE`). Never rejects; sends no generating request. */
  upload(
    input: InputImage,
    context: CallContext,
  ): Promise<
    | { readonly kind: 'held'; readonly file: HeldFile }
    | { readonly kind: 'failed'; readonly failure: Failure }
  >;
  /** Never rejects; one that is gone already is fine. */
  remove(name: string, context: CallContext): Promise<void>;
}

/** A text request before its media are opened. */
export interface TextOutline {
  readonly generation: Generation;
  readonly messages: readonly {
    readonly role: 'user' | 'model';
    readonly parts: readonly (
      | { readonly kind: 'text' }
      | { readonly kind: 'media' | 'held'; readonly medium: Medium }
    )[];
  }[];
}

export interface ProviderAdapter {
  /** What its protocol cannot carry, told before a film is fetched for nothing: one sentence. Absent or null: all of it. */
  refuses?(outline: TextOutline, endpoint: Endpoint): string | null;
  /** Never rejects. One call is exactly one HTTP request. */
  text(request: TextRequest, context: CallContext): Promise<TextAnswer>;
  /** Absent: this protocol has no Files API; what is too large is refused. */
  readonly files?: FileCalls;
  /** Loads the SDK ahead of the first request; sends nothing. */
  warm(): Promise<void>;
  /** Never rejects. One call is exactly one HTTP request. */
  image(request: ImageRequest, context: CallContext): Promise<ImageAnswer>;
  /** A cheap real call (lists models) that says whether endpoint and key work. Never rejects. */
  test(context: CallContext): Promise<TestReport>;
}
