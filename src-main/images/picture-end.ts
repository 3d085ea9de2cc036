/**
 * Whether a picture that arrives in pieces came whole, without reading it again: a relay that cuts an answer may still
 * send a sound document around half a picture. Lenient on purpose: what follows the end of a picture is no fault, and
 * formats whose end cannot be told are believed.
 */
import type { ImageType } from './sniff';

/** What writers and relays put behind the end of a picture is shorter. */
export const TAIL_BYTES = 4096;
/** Type and checksum of the last chunk of every PNG (PNG specification, 11.2.5). */
const PNG_END = Buffer.from('IEND\xae\x42\x60\x82', 'latin1');
const JPEG_END = Buffer.from([0xff, 0xd9]);
const GIF_TRAILER = 0x3b;
/** The 4 bytes of RIFF and the 4 of the size itself. */
const RIFF_FRAME = 8;

export class PictureEnd {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #sizeBytes = 0;

  /** Pieces in their order; nothing of `bytes` is kept but a copy of its end. */
  take(bytes: Uint8Array): void {
    if (this.#head.length < RIFF_FRAME) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, RIFF_FRAME)]);
    }
    const before = bytes.length >= TAIL_BYTES ? [] : [this.#tail];
    this.#tail = Buffer.concat([...before, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    this.#sizeBytes += bytes.length;
  }

  isWhole({ mimeType }: ImageType): boolean {
    switch (mimeType) {
      case 'image/png':
        return this.#tail.includes(PNG_END);
      case 'image/jpeg':
        return this.#tail.includes(JPEG_END);
      case 'image/gif':
        return this.#tail.includes(GIF_TRAILER);
      case 'image/webp':
        // Some writers count the padding of the last chunk and leave it out.
        return this.#sizeBytes >= this.#head.readUInt32LE(4) + RIFF_FRAME - 1;
      default:
        return true;
    }
  }
}
