/**
 * Whether a picture that arrives in pieces came whole, without reading it again: a relay that cuts an answer may still
 * send a sound document around half a picture. Formats whose end cannot be told are believed.
 */
import { type PictureWalk, walkOf, type Wanted } from './picture-walk';
import { SNIFF_BYTES, sniffImage } from './sniff';

const NONE = Buffer.alloc(0);

export class ArrivingPicture {
  /** Until its type is known, all that came. */
  #head: Buffer | null = NONE;
  #walk: PictureWalk | null = null;
  #wanted: Wanted | null = null;
  /** The beginning of what is wanted, or of what may be the mark. */
  #held = NONE;
  /** Of how many bytes it is whole. */
  #least: number | null = null;
  #sizeBytes = 0;

  /** Pieces in their order; nothing of `bytes` is kept but copies of its ends. */
  take(bytes: Uint8Array): void {
    const start = this.#sizeBytes;
    this.#sizeBytes += bytes.length;
    if (this.#head === null) {
      this.#show(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), start);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    if (this.#head.length >= SNIFF_BYTES) {
      this.#begin(this.#head);
    }
  }

  /** Once all of it was taken. */
  isWhole(): boolean {
    if (this.#head !== null) {
      this.#begin(this.#head);
    }
    if (this.#walk === null) {
      return true;
    }
    while (this.#wanted?.kind === 'bytes' && this.#wanted.mayEnd === true) {
      this.#goOn(null);
    }
    return this.#wanted === null && this.#least !== null && this.#sizeBytes >= this.#least;
  }

  #begin(head: Buffer): void {
    this.#head = null;
    this.#walk = walkOf(sniffImage(head)?.mimeType ?? '');
    this.#goOn(null);
    this.#show(head, 0);
  }

  /** `bytes`: those from `start` on. */
  #show(bytes: Buffer, start: number): void {
    for (let wanted = this.#wanted; wanted !== null; wanted = this.#wanted) {
      const from = Math.max(wanted.at + this.#held.length - start, 0);
      if (from >= bytes.length) {
        return;
      }
      const seen =
        wanted.kind === 'bytes'
          ? this.#read(bytes, from, wanted.length)
          : this.#find(bytes, from, wanted.mark);
      if (seen === null) {
        return;
      }
      this.#held = NONE;
      this.#goOn(seen);
    }
  }

  /** Null: the rest of it is yet to come. */
  #read(bytes: Buffer, from: number, length: number): Buffer | null {
    const seen = bytes.subarray(from, from + length - this.#held.length);
    const all = this.#held.length === 0 ? seen : Buffer.concat([this.#held, seen]);
    if (all.length === length) {
      return all;
    }
    this.#held = Buffer.from(all);
    return null;
  }

  /** Null: it has not come yet. */
  #find(bytes: Buffer, from: number, mark: Buffer): Buffer | null {
    const across = Buffer.concat([this.#held, bytes.subarray(from, from + mark.length - 1)]);
    if (across.includes(mark) || bytes.includes(mark, from)) {
      return mark;
    }
    const last = bytes.length - from < mark.length ? across : bytes;
    this.#held = Buffer.from(last.subarray(1 - mark.length));
    return null;
  }

  #goOn(seen: Buffer | null): void {
    const step = this.#walk?.next(seen);
    this.#wanted = step?.done === false ? step.value : null;
    this.#least = step?.done === true ? step.value : null;
  }
}
