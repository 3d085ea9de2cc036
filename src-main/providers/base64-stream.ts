/**
 * Decodes the base64 letters of one JSON string as they arrive, into memory that is lent chunk by chunk. Standard and
 * URL-safe letters; line breaks and JSON's escapes are taken out where a relay writes them.
 */
import { base64ByteLength } from './image-data';

/** Strings that stay out of V8's space for large objects. */
const PIECE_LETTERS = 96 * 1024;
/** What they hold: a multiple of a disk's blocks. Each answer under way has one that is not full: small ones spare memory. */
export const CHUNK_BYTES = (PIECE_LETTERS / 4) * 3;
const BACKSLASH = 0x5c;
const UNICODE_ESCAPE = 6;

/** Where decoded bytes go. */
export interface ByteSink {
  /** `CHUNK_BYTES` of memory to fill. */
  lend(): Buffer;
  /** Takes over a lent chunk, of which the first `length` bytes are filled. */
  take(chunk: Buffer, length: number): void;
}

export class Base64Stream {
  readonly #sink: ByteSink;
  #chunk: Buffer | null = null;
  #filled = 0;
  /** Fewer than four letters, or the beginning of an escape. */
  #carry = '';
  #escape = '';
  #letters = 0;
  #bytes = 0;
  #padding = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  push(letters: Buffer): void {
    const isPlain = this.#escape === '' && !letters.includes(BACKSLASH);
    this.#decode(
      isPlain
        ? letters
        : Buffer.from(this.#unescaped(letters.toString('latin1', 0, letters.byteLength)), 'latin1'),
    );
  }

  /** Whether all of it was base64. The last chunk has been handed over then. */
  end(): boolean {
    const rest = this.#carry;
    this.#carry = '';
    this.#padding = /=*$/.exec(rest)?.[0].length ?? 0;
    this.#write(rest);
    if (this.#chunk !== null) {
      this.#sink.take(this.#chunk, this.#filled);
      this.#chunk = null;
    }
    return this.#escape === '' && base64ByteLength(this.#letters, this.#padding) === this.#bytes;
  }

  /** Four letters at a time; the last ones wait, because padding may be among them. */
  #decode(letters: Buffer): void {
    const missing = 4 - this.#carry.length;
    if (letters.byteLength <= missing) {
      this.#carry += letters.toString('latin1', 0, letters.byteLength);
      return;
    }
    let from = this.#carry === '' ? 0 : missing;
    if (this.#carry !== '') {
      this.#write(this.#carry + letters.toString('latin1', 0, from));
    }
    const end = letters.byteLength - ((letters.byteLength - from) % 4 || 4);
    while (from < end) {
      const room = Math.floor((CHUNK_BYTES - (this.#chunk === null ? 0 : this.#filled)) / 3) * 4;
      const until = Math.min(end, from + room, from + PIECE_LETTERS);
      this.#write(letters.toString('latin1', from, until));
      from = until;
    }
    this.#carry = letters.toString('latin1', end, letters.byteLength);
  }

  /** Node skips what is no base64; then fewer bytes come out than the letters promise, which `end` sees. */
  #write(letters: string): void {
    this.#letters += letters.length;
    this.#chunk ??= this.#fresh();
    const written = this.#chunk.write(letters, this.#filled, 'base64');
    this.#filled += written;
    this.#bytes += written;
    if (this.#filled > CHUNK_BYTES - 3) {
      this.#sink.take(this.#chunk, this.#filled);
      this.#chunk = null;
    }
  }

  #fresh(): Buffer {
    this.#filled = 0;
    return this.#sink.lend();
  }

  /** `\/`, `\n`, `\r` and `\uXXXX` as what they stand for, breaks left out; any other stays and is no base64. */
  #unescaped(text: string): string {
    const whole = this.#escape + text;
    const start = unfinishedEscape(whole);
    this.#escape = whole.slice(start);
    return whole
      .slice(0, start)
      .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, letter: string) =>
        code === undefined ? letter.replace(/[nrt]/, '') : String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replace(/\s+/g, '');
  }
}

/** Where an escape begins that the text does not end. */
function unfinishedEscape(text: string): number {
  const at = text.lastIndexOf('\\', text.length);
  const isWhole = at < 0 || text.length - at >= (text[at + 1] === 'u' ? UNICODE_ESCAPE : 2);
  return isWhole ? text.length : at;
}
