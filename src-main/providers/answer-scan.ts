/**
 * Cuts long base64 strings out of a JSON answer while it arrives: their letters are decoded at once and leave nothing
 * behind but a mark in the text. What is below 64 KB, looks otherwise, or stands in a field that holds no picture, stays
 * in the text for the parser; so does what a model says behind a data URL.
 */
import { base64Run } from './base64-run';
import { Base64Stream, type ByteSink } from './base64-stream';
import { markOf } from './cut-mark';
import { MIN_CUT_LENGTH, mayHoldPicture, startsAsBase64 } from './long-strings';
import { LONGEST_NAME, ValueKeys } from './value-keys';

const QUOTE = 0x22;

/** Takes the pictures of one answer, each as it arrives. */
export interface PictureSpool<Picture> {
  begin(): SpoolEntry<Picture>;
  /** More is waiting than should: nothing more is read until it settles. */
  pressure(): Promise<void> | undefined;
}

export interface SpoolEntry<Picture> extends ByteSink {
  /** All its bytes were handed over. */
  end(): Picture;
  /** They were no base64: nothing of them is kept. */
  discard(): void | Promise<void>;
}

interface Cutting<Picture> {
  readonly stream: Base64Stream;
  readonly entry: SpoolEntry<Picture>;
  /** It began as a data URL: words may follow. */
  readonly isUrl: boolean;
}

export class AnswerScan<Picture> {
  readonly #spool: PictureSpool<Picture>;
  readonly #isCut: (key: string) => boolean;
  readonly #keys = new ValueKeys();
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  /** What came since the last quote, until it is known whether it is a picture. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** It is none: what follows up to the next quote is text. */
  #isText = false;
  #cutting: Cutting<Picture> | null = null;
  /** Null: no base64 after all. */
  readonly pictures = new Map<string, Picture | null>();

  /** `isCut`: whether the field of this name may hold a picture; blank for a string of no field. */
  constructor(spool: PictureSpool<Picture>, isCut: (key: string) => boolean = mayHoldPicture) {
    this.#spool = spool;
    this.#isCut = isCut;
  }

  /** Bytes that stayed in the text so far. */
  get keptBytes(): number {
    return this.#keptBytes + this.#heldBytes;
  }

  push(piece: Buffer): void {
    let at = 0;
    while (at < piece.byteLength) {
      const quote = piece.indexOf(QUOTE, at);
      const end = quote < 0 ? piece.byteLength : quote;
      this.#take(piece.subarray(at, end));
      if (quote >= 0) {
        this.#close();
        this.#keep(piece.subarray(quote, quote + 1));
      }
      at = end + 1;
    }
  }

  /** The text with its marks. A string that never ended is thrown away: such an answer was cut off. */
  end(): Buffer {
    void this.#cutting?.entry.discard();
    this.#cutting = null;
    this.#flush();
    return Buffer.concat(this.#kept, this.#keptBytes);
  }

  #take(part: Buffer): void {
    if (this.#cutting !== null) {
      this.#cut(part, this.#cutting);
    } else if (this.#isText) {
      this.#keep(part);
    } else if (this.#heldBytes + part.byteLength >= MIN_CUT_LENGTH) {
      this.#decide(part);
    } else if (part.byteLength > 0) {
      this.#held.push(Buffer.from(part));
      this.#heldBytes += part.byteLength;
    }
  }

  /** With `part` the string is as long as a picture may be. */
  #decide(part: Buffer): void {
    const start = [...this.#held, part];
    this.#held = [];
    this.#heldBytes = 0;
    const lettersAt = this.#isCut(this.#keys.key) ? startsAsBase64(start) : null;
    if (lettersAt === null) {
      this.#isText = true;
      start.forEach((piece) => this.#keep(piece));
      return;
    }
    const entry = this.#spool.begin();
    this.#cutting = { stream: new Base64Stream(entry), entry, isUrl: lettersAt > 0 };
    let left = lettersAt;
    for (const piece of start) {
      // A data URL's own beginning stays in the text.
      this.#keep(piece.subarray(0, left));
      this.#take(piece.subarray(left));
      left = Math.max(0, left - piece.byteLength);
    }
  }

  #cut(part: Buffer, { stream, isUrl }: Cutting<Picture>): void {
    if (!isUrl) {
      stream.push(part);
      return;
    }
    const letters = this.#held.length === 0 ? part : Buffer.concat([...this.#held, part]);
    const { length, isOver } = base64Run(letters);
    stream.push(letters.subarray(0, length));
    // Also an escape that is not whole yet: nobody knows whether it is a letter.
    this.#held = length === letters.byteLength ? [] : [Buffer.from(letters.subarray(length))];
    if (isOver) {
      this.#endPicture();
      this.#flush();
      this.#isText = true;
    }
  }

  #close(): void {
    const isShort = this.#cutting === null && !this.#isText && this.#heldBytes <= LONGEST_NAME;
    this.#keys.close(isShort ? Buffer.concat(this.#held).toString('latin1') : null);
    this.#endPicture();
    this.#flush();
  }

  #endPicture(): void {
    if (this.#cutting === null) {
      return;
    }
    const { stream, entry } = this.#cutting;
    const mark = markOf(this.pictures.size);
    const isBase64 = stream.end();
    if (!isBase64) {
      void entry.discard();
    }
    this.pictures.set(mark, isBase64 ? entry.end() : null);
    this.#keep(Buffer.from(mark, 'latin1'));
    this.#cutting = null;
  }

  #flush(): void {
    this.#held.forEach((part) => this.#keep(part));
    this.#held = [];
    this.#heldBytes = 0;
    this.#isText = false;
  }

  /** A copy: the memory under it is used again. */
  #keep(part: Buffer): void {
    if (part.byteLength === 0) {
      return;
    }
    this.#kept.push(Buffer.from(part));
    this.#keptBytes += part.byteLength;
  }
}
