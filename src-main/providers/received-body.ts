/** Takes an answer's body as it arrives: copied once, into one buffer where its length is known before. */
import { Writable } from 'node:stream';
import { MAX_ANSWER_BYTES } from './exchange';

export class OversizedAnswer extends Error {}

export class ReceivedBody extends Writable {
  #whole: Buffer | null;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** `length`: what the answer says of itself, NaN when it says nothing. */
  constructor(length: number) {
    super();
    this.#whole = length > 0 && length <= MAX_ANSWER_BYTES ? Buffer.allocUnsafeSlow(length) : null;
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
