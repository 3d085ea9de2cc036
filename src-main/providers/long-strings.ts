/**
 * Cuts long base64 strings out of JSON before it is decoded and parsed. A picture of 1 MB is then neither text nor a
 * JavaScript string at any time: it is decoded where it lies, which is a fraction of the time and memory.
 */

import { markOf } from './cut-mark';
import { base64ByteLength } from './image-data';
import { LONGEST_NAME, ValueKeys } from './value-keys';

/** Shorter ones cost nothing to parse. */
export const MIN_CUT_LENGTH = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** How much of the start must look like base64; any other JSON has a comma, a space or a bracket in it. */
const LOOKED_AT = 256;
const BASE64_START = /^[A-Za-z0-9+/_-]+$/;
/** As a field holds it that is a URL; wrapped in a model's words it is left to the parser. */
const DATA_URL_START = /^data:image\/[\w.+-]+(?:;[\w=.+-]+)*;base64,/i;

/** Base64 too, and as long as a picture; Gemini wants it back letter by letter. */
const SIGNATURES: ReadonlySet<string> = new Set(['thoughtSignature', 'thought_signature']);

/** Whether a provider may put a picture into the field of this name: relays choose names of their own. */
export function mayHoldPicture(key: string): boolean {
  return !SIGNATURES.has(key);
}

/** Where the base64 letters of a string begin that begins so: after a data URL's head, or at once. Null: there are none. */
export function startsAsBase64(start: readonly Buffer[]): number | null {
  let text = '';
  for (const piece of start) {
    text += piece.toString('latin1', 0, LOOKED_AT - text.length);
    if (text.length >= LOOKED_AT) {
      break;
    }
  }
  const lettersAt = DATA_URL_START.exec(text)?.[0].length ?? 0;
  return BASE64_START.test(text.slice(lettersAt)) ? lettersAt : null;
}

/** From `start` up to, without, `end`. */
interface Place {
  readonly start: number;
  readonly end: number;
}

export interface CutJson {
  /** The document with a mark in place of each string that was cut out. */
  readonly json: Buffer;
  /** Mark -> where the string's letters lie in the original. */
  readonly strings: ReadonlyMap<string, Place>;
}

export function cutLongStrings(body: Buffer): CutJson {
  const strings = new Map<string, Place>();
  const pieces: Buffer[] = [];
  const keys = new ValueKeys();
  let kept = 0;
  let open = body.byteLength < MIN_CUT_LENGTH ? -1 : body.indexOf(QUOTE);
  while (open >= 0) {
    const close = body.indexOf(QUOTE, open + 1);
    if (close < 0) {
      break;
    }
    const start = open + 1;
    if (close - start >= MIN_CUT_LENGTH && mayHoldPicture(keys.key) && isBase64(body, start, close)) {
      const mark = markOf(strings.size);
      strings.set(mark, { start, end: close });
      pieces.push(body.subarray(kept, start), Buffer.from(mark, 'latin1'));
      kept = close;
    }
    keys.close(close - start <= LONGEST_NAME ? body.toString('latin1', start, close) : null);
    open = close;
  }
  return { json: strings.size === 0 ? body : Buffer.concat([...pieces, body.subarray(kept)]), strings };
}

/** A string with an escape in it is left to JSON.parse. */
function isBase64(body: Buffer, start: number, end: number): boolean {
  return startsAsBase64([body.subarray(start, end)]) === 0 && !body.subarray(start, end).includes(BACKSLASH);
}

/** A multiple of four letters; small enough to stay out of the large-object space. */
const PIECE = 96 * 1024;

/**
 * Decodes base64 into the very bytes it stands in: three bytes never need more room than their four letters. Null when
 * it is none: Node skips other characters, and then fewer bytes come out than the length promises.
 */
export function decodeInPlace(body: Buffer, { start, end }: Place): Buffer | null {
  const padding = /=*$/.exec(body.toString('latin1', end - 3, end))?.[0].length ?? 0;
  const expected = base64ByteLength(end - start, padding);
  let written = start;
  for (let from = start; from < end; from += PIECE) {
    const letters = body.toString('latin1', from, Math.min(from + PIECE, end));
    written += body.write(letters, written, 'base64');
  }
  return written - start === expected ? body.subarray(start, written) : null;
}
