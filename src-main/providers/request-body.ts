/** Request bodies in pieces, so that it is known when the first byte and when the last one left. */

/**
 * At least the high-water mark of a socket (64 KiB): undici then asks for the next piece only after the socket has
 * handed this one to the operating system.
 */
const PIECE_BYTES = 64 * 1024;

export class RequestBody implements AsyncIterable<Uint8Array> {
  #started = false;
  readonly #onSent: () => void;

  constructor(
    readonly bytes: Uint8Array,
    onSent: () => void,
  ) {
    this.#onSent = onSent;
  }

  /** Whether a first piece went to a connected socket. */
  get started(): boolean {
    return this.#started;
  }

  /** undici pulls the first piece only once the connection (and its TLS) stands. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const [start, end] of pieces(this.bytes.byteLength)) {
      this.#started = true;
      yield this.bytes.subarray(start, end);
    }
    this.#onSent();
  }
}

/**
 * The last piece of a long body is a single byte: a socket that closes while a piece drains also asks for the next one,
 * and only writing that next one finds out.
 */
function pieces(length: number): readonly (readonly [number, number])[] {
  const cuts: [number, number][] = [];
  const bulk = length > PIECE_BYTES ? length - 1 : length;
  for (let start = 0; start < bulk; start += PIECE_BYTES) {
    cuts.push([start, Math.min(start + PIECE_BYTES, bulk)]);
  }
  if (bulk < length) {
    cuts.push([bulk, length]);
  }
  return cuts;
}
