/** Request bodies in pieces, so that none is whole in memory and it is known when the first byte and the last one left. */
import type { InputBytes, OpenInput } from './adapter';

/** A multiple of three: base64 of each piece is whole. */
const PIECE_BYTES = 192 * 1024;

export type BodyPart =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'image'; readonly source: InputBytes; readonly coding: 'base64' | 'raw' };

/** A file became shorter than it was when its request was begun. */
export class InputChanged extends Error {}

export class RequestBody implements AsyncIterable<Uint8Array> {
  #started = false;
  readonly #onSent: () => void;
  readonly byteLength: number;

  constructor(
    readonly parts: readonly BodyPart[],
    onSent: () => void,
  ) {
    this.#onSent = onSent;
    this.byteLength = parts.reduce((sum, part) => sum + partLength(part), 0);
  }

  /** Whether a first piece went to a connected socket. */
  get started(): boolean {
    return this.#started;
  }

  /** The next piece is asked for when the operating system has taken the one before. Throws InputChanged. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const part of this.parts) {
      for await (const piece of piecesOf(part)) {
        this.#started = true;
        yield piece;
      }
    }
    this.#onSent();
  }
}

function partLength(part: BodyPart): number {
  if (part.kind === 'bytes') {
    return part.bytes.byteLength;
  }
  const size = part.source instanceof Uint8Array ? part.source.byteLength : part.source.sizeBytes;
  return part.coding === 'raw' ? size : Math.ceil(size / 3) * 4;
}

async function* piecesOf(part: BodyPart): AsyncGenerator<Uint8Array> {
  const source = part.kind === 'bytes' ? part.bytes : part.source;
  for await (const piece of source instanceof Uint8Array ? slices(source) : reads(source)) {
    if (part.kind === 'image' && part.coding === 'base64') {
      const { buffer, byteOffset, byteLength } = piece;
      yield Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('base64'), 'latin1');
    } else {
      yield piece;
    }
  }
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** Each piece is good until the next is asked for. */
async function* reads(input: OpenInput): AsyncGenerator<Uint8Array> {
  const memory = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, input.sizeBytes));
  for (let at = 0; at < input.sizeBytes; ) {
    const wanted = Math.min(memory.byteLength, input.sizeBytes - at);
    let filled = 0;
    while (filled < wanted) {
      const got = await input.read(memory.subarray(filled, wanted), at + filled);
      if (got === 0) {
        throw new InputChanged();
      }
      filled += got;
    }
    yield memory.subarray(0, wanted);
    at += wanted;
  }
}
