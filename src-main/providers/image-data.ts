/** Pictures inside answers: base64, data URLs and hosted URLs, in fields of their own or in a model's text. */
import type { Usage } from '../engine/ports';
import type { ImageAnswer, SpooledPicture } from './adapter';
import { holdsMark } from './cut-mark';

/** A picture as an answer holds it. */
export type Found =
  | { readonly kind: 'base64'; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

/** Larger than any provider's picture; checked before a byte is decoded. */
export const MAX_ANSWER_IMAGE_BYTES = 100 * 1024 * 1024;

const NOT_BASE64 = 'The answer holds a picture that is not valid base64.';
const NO_PICTURE = 'The answer holds bytes that are not a picture.';
const DATA_URL = /data:image\/[\w.+-]+(?:;[\w=.+-]+)*;base64,/gi;
const BASE64_RUN = /[A-Za-z0-9+/_=-]*/y;
const BASE64_RUN_WITH_BREAKS = /[A-Za-z0-9+/_=\s-]*/y;
const LONGEST_WRAPPED_LINE = 200;
/** Links are looked for here: a model's words are shorter, and the patterns below are slow on hostile text. */
const MAX_WORDS = 20_000;
const MARKDOWN_IMAGE = /!\[[^\]]*\]\(\s*<?(https?:\/\/[^\s)>]+)/gi;
const IMAGE_LINK = /https?:\/\/[^\s"'<>()[\]]+\.(?:png|jpe?g|webp|gif|avif)(?:\?[^\s"'<>()[\]]*)?/gi;
const ONLY_A_URL = /^<?(https?:\/\/[^\s<>]+)>?$/i;

/** A data URL or an http(s) URL; null for anything else (`gs://`, a file id). */
export function fromUrl(url: string): Found | null {
  const text = url.trim();
  if (/^data:/i.test(text)) {
    return inText(text);
  }
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? { kind: 'url', url: text } : null;
}

/** A base64 field; some relays put a whole data URL into it. */
export function fromBase64(data: string): Found | null {
  return /^\s*data:/i.test(data) ? inText(data) : { kind: 'base64', data };
}

/**
 * The last picture a text shows: a data URL first, else a markdown picture, else a link that ends like a picture, else a
 * text that is nothing but a URL. Other links ("see our policy at …") are no pictures.
 */
export function inText(text: string): Found | null {
  const data = lastDataUrl(text);
  if (data !== null) {
    return { kind: 'base64', data };
  }
  const words = text.trim().slice(0, MAX_WORDS);
  const url =
    [...words.matchAll(MARKDOWN_IMAGE)].at(-1)?.[1] ??
    [...words.matchAll(IMAGE_LINK)].at(-1)?.[0] ??
    ONLY_A_URL.exec(words)?.[1];
  return url !== undefined && URL.canParse(url) ? { kind: 'url', url } : null;
}

/** Base64 that is wrapped has short lines; after a long one, words follow. */
function lastDataUrl(text: string): string | null {
  const start = [...text.matchAll(DATA_URL)].at(-1);
  if (start === undefined) {
    return null;
  }
  const from = start.index + start[0].length;
  const line = runAt(BASE64_RUN, text, from);
  if (line.length > LONGEST_WRAPPED_LINE || holdsMark(line)) {
    return line;
  }
  const lines = runAt(BASE64_RUN_WITH_BREAKS, text, from).trim();
  return decodedLength(lines.replace(/\s+/g, '')) === null ? line : lines;
}

function runAt(shape: RegExp, text: string, from: number): string {
  shape.lastIndex = from;
  return shape.exec(text)?.[0] ?? '';
}

/** The bytes that well-formed base64 of this shape holds; null when its length or padding cannot be. */
function decodedLength(data: string): number | null {
  const padding = /=*$/.exec(data.slice(-3))?.[0].length ?? 0;
  return data.slice(0, data.length - padding).includes('=') ? null : base64ByteLength(data.length, padding);
}

/** The bytes in so many letters, the last `padding` of them `=`; null when that cannot be, or is too much. */
export function base64ByteLength(letters: number, padding: number): number | null {
  const digits = letters - padding;
  const isWhole = padding === 0 ? digits % 4 !== 1 : padding <= 2 && letters % 4 === 0;
  const bytes = Math.floor((digits * 3) / 4);
  return digits > 0 && isWhole && bytes <= MAX_ANSWER_IMAGE_BYTES ? bytes : null;
}

/**
 * Decodes base64 (standard or URL-safe, line breaks allowed) without Node's leniency: null for any other character,
 * wrong padding, or more than `MAX_ANSWER_IMAGE_BYTES`.
 */
export function decodeBase64(data: string): Buffer | null {
  if (data.length > (MAX_ANSWER_IMAGE_BYTES * 4) / 3 + 1_000_000) {
    return null;
  }
  return decodeExactly(data) ?? (/\s/.test(data) ? decodeExactly(data.replace(/\s+/g, '')) : null);
}

/** Node skips characters that are no base64, which shows in the length. */
function decodeExactly(data: string): Buffer | null {
  const expected = decodedLength(data);
  if (expected === null) {
    return null;
  }
  const bytes = Buffer.from(data, 'base64');
  return bytes.byteLength === expected ? bytes : null;
}

/** Checks by magic bytes that a picture is one; what is none is `malformed`. */
export async function imageAnswer(found: Found, usage: Usage, httpStatus: number): Promise<ImageAnswer> {
  if (found.kind === 'url') {
    return { kind: 'url', url: found.url, usage };
  }
  return imageOfBytes(decodeBase64(found.data), usage, httpStatus);
}

/** Null: what was to be decoded was no base64. */
export async function imageOfBytes(
  bytes: Buffer | null,
  usage: Usage,
  httpStatus: number,
): Promise<ImageAnswer> {
  if (bytes === null) {
    return broken(NOT_BASE64, httpStatus);
  }
  const { fileTypeFromBuffer } = await import('file-type');
  const type = await fileTypeFromBuffer(bytes).catch(() => undefined);
  return type?.mime.startsWith('image/') ? { kind: 'image', bytes, usage } : broken(NO_PICTURE, httpStatus);
}

/** The same for a picture that has gone to disk already. */
export function spooledImage(picture: SpooledPicture | null, usage: Usage, httpStatus: number): ImageAnswer {
  if (picture === null) {
    return broken(NOT_BASE64, httpStatus);
  }
  return picture.isImage ? { kind: 'spooled', picture, usage } : broken(NO_PICTURE, httpStatus);
}

function broken(message: string, httpStatus: number): ImageAnswer {
  return { kind: 'failed', failure: { kind: 'malformed', message, httpStatus, bodySent: true } };
}
