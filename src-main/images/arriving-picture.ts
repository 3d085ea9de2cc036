/**
 * Whether a picture that arrives in pieces came whole, without reading it again: a relay that cuts an answer may still
 * send a sound document around half a picture. Formats whose end cannot be told are believed.
 */
import { type Ending, isClosed, type PictureWalk, TAIL_BYTES, walkOf, type Wanted } from './picture-walk';
import { SNIFF_BYTES, sniffImage } from './sniff';

const NONE = Buffer.alloc(0);

export class ArrivingPicture {
  /** Until its type is known, all that came. */
  #head: Buffer | null = NONE;
  #walk: PictureWalk | null = null;
  #wanted: Wanted | null = null;
  /** The beginning of what is wanted. */
  #held = NONE;
  #ending: Ending | null = null;
  #tail = NONE;
  #sizeBytes = 0;

  /** Pieces in their order; nothing of `bytes` is kept but copies of its ends. */
  take(bytes: Uint8Array): void {
    const before = bytes.length >= TAIL_BYTES ? [] : [this.#tail];
    this.#tail = Buffer.concat([...before, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
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
    while (this.#wanted?.mayEnd === true) {
      this.#goOn(null);
    }
    return (
      this.#wanted === null && this.#ending !== null && isClosed(this.#ending, this.#sizeBytes, this.#tail)
    );
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
      const from = wanted.at + this.#held.length - start;
      if (from >= bytes.length) {
        return;
      }
      const seen = bytes.subarray(from, from + wanted.length - this.#held.length);
      const all = this.#held.length === 0 ? seen : Buffer.concat([this.#held, seen]);
      if (all.length < wanted.length) {
        this.#held = Buffer.from(all);
        return;
      }
      this.#held = NONE;
      this.#goOn(all);
    }
  }

  #goOn(seen: Buffer | null): void {
    const step = this.#walk?.next(seen);
    this.#wanted = step?.done === false ? step.value : null;
    this.#ending = step?.done === true ? step.value : null;
  }
}
