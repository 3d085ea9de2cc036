/** Text of a file as a stream: encoding found by its mark or its zero bytes, memory bounded by the chunk. */
import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 256 * 1024;

export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be';

/** By byte order mark; without one, text whose every other byte is zero is UTF-16. */
export function detectEncoding(head: Uint8Array): TextEncodingName {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const pairs = Math.min(head.length >> 1, 32);
  if (pairs < 2) return 'utf-8';
  let evenZeros = 0;
  let oddZeros = 0;
  for (let pair = 0; pair < pairs; pair++) {
    if (head[pair * 2] === 0) evenZeros++;
    if (head[pair * 2 + 1] === 0) oddZeros++;
  }
  if (oddZeros > pairs * 0.7 && evenZeros === 0) return 'utf-16le';
  if (evenZeros > pairs * 0.7 && oddZeros === 0) return 'utf-16be';
  return 'utf-8';
}

/** The file's text without its byte order mark. Bytes that are no text become U+FFFD; readers report those rows. */
export async function* textChunks(path: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(detectEncoding(bytes));
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield rest;
}

export interface TextLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const NEWLINE = /\r\n|\n|\r/g;

/** Physical lines, whichever newline the file uses; throws what `tooLong` makes of a line over `maxChars`. */
export async function* textLines(
  path: string,
  limit: { readonly maxChars: number; readonly tooLong: (line: number) => Error },
): AsyncGenerator<TextLine> {
  let line = 1;
  let rest = '';
  /* A CR at the end of a chunk may be half of a CRLF: it waits for the next chunk. */
  let heldCr = '';
  for await (const chunk of textChunks(path)) {
    let text = heldCr + chunk;
    heldCr = text.endsWith('\r') ? '\r' : '';
    if (heldCr !== '') text = text.slice(0, -1);
    let start = 0;
    for (const match of text.matchAll(NEWLINE)) {
      yield { line: line++, text: rest + text.slice(start, match.index) };
      rest = '';
      start = match.index + match[0].length;
    }
    rest += text.slice(start);
    if (rest.length > limit.maxChars) throw limit.tooLong(line);
  }
  if (rest !== '' || heldCr !== '') yield { line, text: rest };
}
