/**
 * A real PNG that can bear a number without being built anew: twelve digits in a tEXt chunk right after IHDR. The
 * digits begin at byte 45, a multiple of three, so that in base64 they and their checksum are 24 letters of their own.
 */
import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MARK_AT = 45;
const MARK_LENGTH = 12;
/** Digits, checksum, and the first two bytes of the next chunk, which never change. */
const PATCH_BYTES = 18;
export const PATCH_BASE64 = 24;

/**
 * A PNG of about `sizeBytes`, marked 0. Its pixels are noise, so that it does not compress.
 * @param {number} sizeBytes
 */
export function markedPng(sizeBytes) {
  const side = Math.max(1, Math.floor(Math.sqrt(sizeBytes / 3)));
  const rows = Buffer.alloc(side * (side * 3 + 1));
  let state = 0x2545f491;
  for (let at = 0; at < rows.length; at += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + at;
    rows[at] = at % (side * 3 + 1) === 0 ? 0 : (state >>> 11) & 0xff;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`row\0${digits(0)}`, 'latin1')),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The base64 of a marked PNG in three parts; the middle one is `patch(number)`.
 * @param {Buffer} png as markedPng() makes it
 */
export function base64Parts(png) {
  const after = tailOfMark(png);
  const text = png.toString('base64');
  const start = (MARK_AT / 3) * 4;
  const scratch = Buffer.alloc(PATCH_BYTES);
  scratch.set(after, 16);
  const summed = Buffer.from(`tEXtrow\0${digits(0)}`, 'latin1');
  return {
    head: text.slice(0, start),
    tail: text.slice(start + PATCH_BASE64),
    /** @param {number} number */
    patch(number) {
      scratch.write(digits(number), 0, 'latin1');
      scratch.copy(summed, 8, 0, MARK_LENGTH);
      scratch.writeUInt32BE(crc32(summed), MARK_LENGTH);
      return scratch.toString('base64');
    },
  };
}

/**
 * The bytes after the checksum that share its letters.
 * @param {Buffer} png as markedPng() makes it
 */
export function tailOfMark(png) {
  return png.subarray(MARK_AT + MARK_LENGTH + 4, MARK_AT + PATCH_BYTES);
}

/**
 * The number a marked PNG bears; NaN for any other file.
 * @param {Uint8Array} bytes
 */
export function readMark(bytes) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMarked = file.subarray(MARK_AT - 8, MARK_AT).toString('latin1') === 'tEXtrow\0';
  return isMarked ? Number(file.subarray(MARK_AT, MARK_AT + MARK_LENGTH).toString('latin1')) : Number.NaN;
}

/** @param {number} number */
function digits(number) {
  return String(number).padStart(MARK_LENGTH, '0');
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
