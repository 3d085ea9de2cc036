/** Which encoding a file's bytes are text in: by its mark, by its zero bytes, else by what stands beside its ASCII. */
import { isAscii } from 'node:buffer';

export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** By byte order mark; without one, text whose every other byte is zero is UTF-16. Null: the rest of the file decides. */
export function markedEncoding(head: Uint8Array): Exclude<TextEncodingName, 'windows-1252'> | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  const pairs = Math.min(head.length >> 1, 32);
  if (pairs < 2) return null;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let pair = 0; pair < pairs; pair++) {
    if (head[pair * 2] === 0) evenZeros++;
    if (head[pair * 2 + 1] === 0) oddZeros++;
  }
  if (oddZeros > pairs * 0.7 && evenZeros === 0) return 'utf-16le';
  if (evenZeros > pairs * 0.7 && oddZeros === 0) return 'utf-16be';
  return null;
}

/** A lead after which no more of a file is looked at. */
const CLEAR_LEAD = 4096;

/** Bytes that are no character in Windows-1252: other code pages are full of them. */
const NO_WINDOWS_1252: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * UTF-8, also with some bytes broken, as long as most of what is not ASCII reads as such; else Windows-1252, in which
 * spreadsheets save CSV. `chunks` may begin anywhere after ASCII alone.
 */
export async function eightBitEncoding(chunks: AsyncIterable<Uint8Array>): Promise<'utf-8' | 'windows-1252'> {
  const tally = new Utf8Tally();
  for await (const bytes of chunks) {
    tally.take(bytes);
    if (tally.hasForeign || Math.abs(tally.whole - tally.broken) >= CLEAR_LEAD) break;
  }
  return tally.end();
}

/** Counts the characters of several bytes (RFC 3629, 4) and the bytes that belong to none. */
class Utf8Tally {
  whole = 0;
  broken = 0;
  #hasForeign = false;
  /** Continuation bytes that the character begun still wants, and the bounds of the next one. */
  #wants = 0;
  #least = 0x80;
  #most = 0xbf;

  /** It is not Windows-1252, whatever else follows. */
  get hasForeign(): boolean {
    return this.#hasForeign && this.broken > this.whole;
  }

  take(bytes: Uint8Array): void {
    if (this.#wants === 0 && isAscii(bytes)) return;
    for (const byte of bytes) {
      if (byte >= 0x80 && NO_WINDOWS_1252.has(byte)) this.#hasForeign = true;
      if (this.#wants > 0) {
        if (this.#goesOn(byte)) continue;
        this.broken++;
        this.#wants = 0;
      }
      if (byte >= 0x80) this.#begins(byte);
    }
  }

  end(): 'utf-8' | 'windows-1252' {
    const broken = this.broken + (this.#wants > 0 ? 1 : 0);
    return broken > this.whole && !this.#hasForeign ? 'windows-1252' : 'utf-8';
  }

  #goesOn(byte: number): boolean {
    if (byte < this.#least || byte > this.#most) return false;
    this.#wants--;
    this.#least = 0x80;
    this.#most = 0xbf;
    if (this.#wants === 0) this.whole++;
    return true;
  }

  #begins(byte: number): void {
    this.#wants = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (this.#wants === 0) this.broken++;
    this.#least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  }
}

/** 0x80 to 0x9f; the rest of Windows-1252 is Latin-1 (encoding.spec.whatwg.org, index-windows-1252). */
const WINDOWS_1252_ROW = '€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ';

/** With its own table: some versions of Node take `windows-1252` for Latin-1 in TextDecoder. */
export function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[\u0080-\u009F]/g, (letter) => WINDOWS_1252_ROW.charAt(letter.charCodeAt(0) - 0x80));
}

/** Bytes that go on a character of UTF-8, as Windows-1252 shows them. */
const GOES_ON = `${WINDOWS_1252_ROW}\u{A0}-\u{BF}`;
const LIKE_UTF_8 = new RegExp(
  `[\u{C2}-\u{DF}][${GOES_ON}]|[\u{E0}-\u{EF}][${GOES_ON}]{2}|[\u{F0}-\u{F4}][${GOES_ON}]{3}`,
  'g',
);

/** Whether all that is not ASCII in text read as Windows-1252 was UTF-8, as where two files were joined into one. */
export function wasUtf8(text: string): boolean {
  const rest = text.replaceAll(LIKE_UTF_8, '');
  return rest.length < text.length && isAscii(Buffer.from(rest));
}
