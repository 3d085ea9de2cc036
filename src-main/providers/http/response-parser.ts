/**
 * Reads one HTTP/1.1 answer as it arrives (RFC 9112). What it hands on are views of the caller's memory, good only
 * during the call. It trusts nothing: a length that contradicts another, or a line without end, is an error.
 */

/** Also of the trailers after a chunked body. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Hex digits of a chunk's size, with its extensions. */
const MAX_SIZE_LINE = 4096;
const LINE_END = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

export class HttpSyntaxError extends Error {
  readonly code = 'HPE_INVALID';
}

export interface ResponseHead {
  readonly status: number;
  /** Lower case names, in order, repeated ones too. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface ResponseEvents {
  head(head: ResponseHead): void;
  data(piece: Buffer): void;
}

type Framing =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunk'; left: number; isLast: boolean }
  | { readonly kind: 'untilClose' };

export class ResponseParser {
  readonly #events: ResponseEvents;
  /** Of a line or head that has not arrived whole. */
  #held: Buffer = Buffer.alloc(0);
  #framing: Framing | null = null;
  #isDone = false;
  #persists = false;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  /** The answer is whole. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Once done: whether the connection may carry another request. */
  get persists(): boolean {
    return this.#persists;
  }

  /** Throws HttpSyntaxError. Bytes after the end spoil the connection, but not the answer: nobody has asked for them. */
  push(piece: Buffer): void {
    let rest: Buffer | null = piece;
    while (rest !== null && !this.#isDone) {
      rest = this.#step(rest);
    }
    if (rest !== null && rest.byteLength > 0) {
      this.#persists = false;
    }
  }

  /** The other side has closed: whether the answer was whole with that. */
  end(): boolean {
    if (this.#framing?.kind === 'untilClose') {
      this.#isDone = true;
    }
    return this.#isDone;
  }

  /** Takes off what it understands; null when more is needed. */
  #step(piece: Buffer): Buffer | null {
    const framing = this.#framing;
    switch (framing?.kind) {
      case undefined:
        return this.#head(piece);
      case 'untilClose':
        this.#events.data(piece);
        return null;
      case 'length':
        return this.#body(piece, framing);
      case 'chunk':
        return framing.left > 0 ? this.#body(piece, framing) : this.#chunkLine(piece, framing);
    }
  }

  #body(piece: Buffer, framing: { readonly kind: string; left: number }): Buffer | null {
    const taken = Math.min(framing.left, piece.byteLength);
    framing.left -= taken;
    if (taken > 0) {
      this.#events.data(taken === piece.byteLength ? piece : piece.subarray(0, taken));
    }
    if (framing.left === 0 && framing.kind === 'length') {
      this.#isDone = true;
    }
    return taken === piece.byteLength && !this.#isDone ? null : piece.subarray(taken);
  }

  #head(piece: Buffer): Buffer | null {
    const found = this.#upTo(HEAD_END, piece, MAX_HEAD_BYTES);
    if (found === null) {
      return null;
    }
    const head = parseHead(found.text);
    // 100 Continue and 103 Early Hints come before the answer.
    if (head.status >= 100 && head.status < 200) {
      if (head.status === 101) {
        throw new HttpSyntaxError('another protocol');
      }
      return found.rest;
    }
    this.#framing = framingOf(head);
    this.#persists = this.#framing.kind !== 'untilClose' && keepsAlive(head, found.text);
    this.#events.head(head);
    this.#isDone = this.#framing.kind === 'length' && this.#framing.left === 0;
    return found.rest;
  }

  #chunkLine(piece: Buffer, framing: { left: number; isLast: boolean }): Buffer | null {
    const found = this.#upTo(LINE_END, piece, framing.isLast ? MAX_HEAD_BYTES : MAX_SIZE_LINE);
    if (found === null) {
      return null;
    }
    if (framing.isLast) {
      this.#isDone = found.text === '';
      return found.rest;
    }
    // Each chunk's data ends with an empty line of its own.
    if (found.text !== '') {
      const size = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(found.text)?.[1];
      if (size === undefined) {
        throw new HttpSyntaxError('no size of a chunk');
      }
      framing.left = Number.parseInt(size, 16);
      framing.isLast = framing.left === 0;
    }
    return found.rest;
  }

  #upTo(end: Buffer, piece: Buffer, limit: number): { text: string; rest: Buffer } | null {
    const whole = this.#held.byteLength === 0 ? piece : Buffer.concat([this.#held, piece]);
    const at = whole.indexOf(end);
    if (at > limit || (at < 0 && whole.byteLength > limit)) {
      throw new HttpSyntaxError('a head too long');
    }
    if (at < 0) {
      // A copy: the memory under `piece` is used again.
      this.#held = whole === piece ? Buffer.from(piece) : whole;
      return null;
    }
    this.#held = Buffer.alloc(0);
    return { text: whole.toString('latin1', 0, at), rest: whole.subarray(at + end.byteLength) };
  }
}

function parseHead(text: string): ResponseHead {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) {
    throw new HttpSyntaxError('no HTTP/1.1 answer');
  }
  return { status: Number(status), headers: lines.map(parseHeader) };
}

function parseHeader(line: string): readonly [string, string] {
  const found = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new HttpSyntaxError('a header without a name');
  }
  return [found[1].toLowerCase(), found[2]];
}

/** RFC 9112 section 6.3; requests are never HEAD or CONNECT. */
function framingOf(head: ResponseHead): Framing {
  if (head.status === 204 || head.status === 304) {
    return { kind: 'length', left: 0 };
  }
  const codings = valuesOf(head, 'transfer-encoding');
  if (codings.length > 0) {
    if (codings.join(',').toLowerCase() !== 'chunked') {
      throw new HttpSyntaxError('an unknown transfer coding');
    }
    return { kind: 'chunk', left: 0, isLast: false };
  }
  const lengths = new Set(valuesOf(head, 'content-length'));
  const [length] = lengths;
  if (length === undefined) {
    return { kind: 'untilClose' };
  }
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) {
    throw new HttpSyntaxError('a length that is none');
  }
  return { kind: 'length', left: Number(length) };
}

function keepsAlive(head: ResponseHead, text: string): boolean {
  const said = valuesOf(head, 'connection').join(',').toLowerCase();
  return text.startsWith('HTTP/1.1') ? !/\bclose\b/.test(said) : /\bkeep-alive\b/.test(said);
}

function valuesOf(head: ResponseHead, wanted: string): readonly string[] {
  return head.headers.flatMap(([name, value]) =>
    name === wanted ? value.split(',').map((one) => one.trim()) : [],
  );
}
