/** Takes an answer's body as it arrives: copied once, into one lent buffer where its length is known before. */
import { Writable } from 'node:stream';
import { lendBuffer } from './answer-buffers';
import { MAX_ANSWER_BYTES } from './exchange';

/** Smaller ones are not worth lending. */
const MIN_LENT = 128 * 1024;

export class OversizedAnswer extends Error {}

export class ReceivedBody extends Writable {
  /** Of the announced length; the memory behind it may be longer. */
  #whole: Buffer | null;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** `length`: what the answer says of itself, NaN when it says nothing. */
  constructor(length: number) {
    super();
    this.#whole = length > 0 && length <= MAX_ANSWER_BYTES ? wholeBuffer(length) : null;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const start = this.#size;
    this.#size += chunk.byteLength;
    if (this.#size > MAX_ANSWER_BYTES) {
      done(new OversizedAnswer());
      return;
    }
    if (this.#whole !== null && this.#size <= this.#whole.byteLength) {
      chunk.copy(this.#whole, start);
    } else {
      this.#giveUpLength(start);
      this.#chunks.push(chunk);
    }
    done();
  }

  /** What came so far; the buffer is the caller's own from now on. */
  take(): Buffer {
    return this.#whole?.subarray(0, this.#size) ?? Buffer.concat(this.#chunks, this.#size);
  }

  #giveUpLength(filled: number): void {
    if (this.#whole !== null) {
      this.#chunks.push(this.#whole.subarray(0, filled));
      this.#whole = null;
    }
  }
}

function wholeBuffer(length: number): Buffer {
  return length < MIN_LENT ? Buffer.allocUnsafeSlow(length) : lendBuffer(length).subarray(0, length);
}
