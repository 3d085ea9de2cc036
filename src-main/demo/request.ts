/** One picture request as the demo endpoint understands it, whichever protocol it came by. */
import type { Provider } from '@shared/model/provider';

export interface Picture {
  readonly bytes: Buffer;
  /** As the request declared it. */
  readonly mimeType: string;
  /** The file name of a multipart part; null where the protocol has none. */
  readonly fileName: string | null;
  /** `inlineData`, `image`, `image[]`, `image_url`, `mask` … */
  readonly field: string;
}

export interface PictureRequest {
  readonly protocol: Provider;
  readonly via: 'generateContent' | 'images' | 'chat';
  readonly model: string;
  readonly prompt: string;
  readonly images: readonly Picture[];
  readonly mask: Picture | null;
  /** Of a picture without inputs; an edit keeps the size of its input. */
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly outputFormat: OutputFormat | null;
  /** False when only text was asked for. */
  readonly wantsImage: boolean;
  /** Everything else that was sent, pictures left out. */
  readonly params: Readonly<Record<string, unknown>>;
}

export type OutputFormat = 'png' | 'jpeg' | 'webp';

/** A request the protocol itself refuses. */
export interface BadRequest {
  readonly kind: 'bad';
  /** Default 400. */
  readonly status?: number;
  readonly message: string;
}

export type ReadRequest = { readonly kind: 'ok'; readonly request: PictureRequest } | BadRequest;

export function bad(message: string): BadRequest {
  return { kind: 'bad', message };
}

const DATA_URL = /^data:(image\/[a-z0-9.+-]+);base64,/i;

/** The picture of a `data:` URL; undefined for any other URL. */
export function pictureOfDataUrl(url: string, field: string): Picture | undefined {
  const match = DATA_URL.exec(url);
  const mimeType = match?.[1];
  if (match === null || mimeType === undefined) {
    return undefined;
  }
  return { bytes: Buffer.from(url.slice(match[0].length), 'base64'), mimeType, fileName: null, field };
}
