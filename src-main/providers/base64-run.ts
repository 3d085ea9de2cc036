/** How far the bytes of a JSON string are base64 letters, as they stand there or escaped. */

const BACKSLASH = 0x5c;
const LETTERS = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_=-'));
const IS_LETTER = Uint8Array.from({ length: 256 }, (_, byte) => (LETTERS.has(byte) ? 1 : 0));
const ESCAPED_LETTER = /^\\(?:\/|u00([0-9a-fA-F]{2}))/;
/** Of the longest escape. */
const ESCAPE_LENGTH = 6;

interface Base64Run {
  /** So many bytes are letters, whole escapes among them. */
  readonly length: number;
  /** Something else follows; false: all of it, or all but the beginning of an escape. */
  readonly isOver: boolean;
}

export function base64Run(bytes: Buffer): Base64Run {
  let at = 0;
  for (;;) {
    while (at < bytes.byteLength && IS_LETTER[bytes[at] ?? 0] === 1) {
      at += 1;
    }
    const escape = bytes[at] === BACKSLASH ? bytes.toString('latin1', at, at + ESCAPE_LENGTH) : '';
    const found = ESCAPED_LETTER.exec(escape);
    if (found === null) {
      return { length: at, isOver: at < bytes.byteLength && !mayGoOn(escape) };
    }
    if (found[1] !== undefined && IS_LETTER[Number.parseInt(found[1], 16)] !== 1) {
      return { length: at, isOver: true };
    }
    at += found[0].length;
  }
}

/** The bytes end within an escape that may stand for a letter. */
function mayGoOn(escape: string): boolean {
  return escape === '\\' || /^\\u0{0,2}[0-9a-fA-F]{0,1}$/.test(escape);
}
