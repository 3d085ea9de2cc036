/** Text of a file as a stream: its encoding is found, memory is bounded by the chunk. */
import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { decodeWindows1252, eightBitEncoding, markedEncoding, type TextEncodingName } from './text-encoding';

const CHUNK_BYTES = 256 * 1024;

/** Hears the encoding before the first text that depends on it; a file of ASCII alone has none. */
export type OnEncoding = (encoding: TextEncodingName) => void;

/**
 * The file's text without its byte order mark. Bytes that are no text become U+FFFD; readers report those rows. One
 * encoding holds for the whole file: at the first byte beyond ASCII the rest is looked through, before any of it is read.
 */
export async function* textChunks(path: string, onEncoding?: OnEncoding): AsyncGenerator<string> {
  let decode: ((bytes?: Buffer) => string) | null = null;
  let position = 0;
  for await (const bytes of bytesOf(path)) {
    const marked = position === 0 ? markedEncoding(bytes) : null;
    if (decode === null && (marked !== null || !isAscii(bytes))) {
      const encoding = marked ?? (await eightBitEncoding(bytesOf(path, position)));
      onEncoding?.(encoding);
      decode = decoderOf(encoding, position > 0);
    }
    position += bytes.byteLength;
    const text = decode === null ? bytes.toString('latin1') : decode(bytes);
    if (text !== '') yield text;
  }
  const rest = decode?.() ?? '';
  if (rest !== '') yield rest;
}

function bytesOf(path: string, start = 0): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES, start }) as AsyncIterable<Buffer>;
}

/** Without bytes it tells what the last ones left unfinished. A mark is one only where the file begins. */
function decoderOf(encoding: TextEncodingName, isWithin: boolean): (bytes?: Buffer) => string {
  if (encoding === 'windows-1252') {
    return (bytes) => (bytes === undefined ? '' : decodeWindows1252(bytes));
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: isWithin });
  return (bytes) => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
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
  limit: {
    readonly maxChars: number;
    readonly tooLong: (line: number) => Error;
    readonly onEncoding?: OnEncoding | undefined;
  },
): AsyncGenerator<TextLine> {
  let line = 1;
  let rest = '';
  /* A CR at the end of a chunk may be half of a CRLF: it waits for the next chunk. */
  let heldCr = '';
  for await (const chunk of textChunks(path, limit.onEncoding)) {
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
