/**
 * One socket that carries one exchange after the other. All sockets of a thread are read into one and the same memory:
 * a megabyte that arrives costs no allocation and no stream, which is most of what node:http and undici spend on it.
 */
import net from 'node:net';
import { setImmediate } from 'node:timers/promises';
import tls from 'node:tls';
import { createReadingTurn } from './reading-turn';
import type { ResponseHead } from './response-parser';
import { ResponseParser } from './response-parser';

/** Large reads mean few of them; more than the operating system holds ready is never filled. */
const BODY_BYTES = 512 * 1024;
/** Until it is known what comes: others may have to be read first. */
const HEAD_BYTES = 4 * 1024;
let memory: { readonly head: Buffer; readonly body: Buffer } | null = null;
const turn = createReadingTurn();

export interface AnswerEvents {
  head(head: ResponseHead): void;
  /** `piece` is good only during the call. A promise: nothing more is read until it has settled. */
  data(piece: Buffer): void | Promise<void>;
}

export interface OutgoingRequest {
  /** Request line and headers, with their empty line. */
  readonly head: string;
  /** Its first piece is asked for once the head has left; `null`: no body. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** The body waits for it; what it rejects with ends the exchange. */
  readonly mayLeave?: Promise<void>;
  readonly signal: AbortSignal;
}

export interface Address {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

/** The connection ended before the answer was whole. */
export class ConnectionEnded extends Error {
  readonly code = 'ECONNRESET';
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

interface Exchange {
  readonly parser: ResponseParser;
  resolve(): void;
  reject(error: unknown): void;
}

export class Connection {
  readonly #socket: net.Socket;
  #exchange: Exchange | null = null;
  #isUsed = false;
  /** The body has begun. */
  #isInBody = false;
  /** Reasons not to read on. */
  #holds = 0;
  readonly opened: Promise<void>;

  /** `onGone`: told once, when it can carry nothing more. */
  constructor(address: Address, onGone: (connection: Connection) => void) {
    this.#socket = openSocket(address, {
      buffer: () => (this.#isInBody ? readMemory().body : readMemory().head),
      callback: (size, buffer) => this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, size)),
    });
    this.opened = opening(this.#socket, address);
    this.opened.catch(() => undefined);
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => {
      this.#fail(new ConnectionEnded('closed'));
      onGone(this);
    });
    this.#socket.on('timeout', () => this.destroy());
  }

  /** Whether it has carried a whole exchange before: then the other side may be closing it at this moment. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Whether another exchange may begin. */
  get isIdle(): boolean {
    return this.#exchange === null && !this.#socket.destroyed && this.#socket.writable;
  }

  /** Resolves when the answer is whole. Rejects with what ended it; the connection is gone then. */
  async carry(request: OutgoingRequest, events: AnswerEvents): Promise<void> {
    const cut = (): void => this.#fail(abortError());
    request.signal.addEventListener('abort', cut, { once: true });
    const answered = new Promise<void>((resolve, reject) => {
      const parser = new ResponseParser({
        head: (head) => {
          this.#isInBody = true;
          events.head(head);
        },
        data: (piece) => {
          const pause = events.data(piece);
          if (pause !== undefined) {
            // One after the other again, not all of them in the moment in which the pause ends.
            this.#hold((go) => {
              const wait = (): void => turn.wait(go);
              pause.then(wait, wait);
            });
          }
        },
      });
      this.#exchange = { parser, resolve, reject };
    });
    answered.catch(() => undefined);
    this.#socket.setTimeout(0);
    this.#socket.ref();
    try {
      if (request.signal.aborted) {
        cut();
      }
      let isWritten = false;
      const writing = this.#write(request).then(() => {
        isWritten = true;
      });
      await Promise.race([writing, answered]);
      await answered;
      if (!isWritten) {
        // An answer before the end of the request: what is still to be written would stand before the next one.
        writing.catch(() => undefined);
        this.destroy();
      }
    } catch (error) {
      this.destroy();
      throw error;
    } finally {
      request.signal.removeEventListener('abort', cut);
    }
  }

  /** Waits for its next exchange, at most so long; it does not keep the process alive meanwhile. */
  rest(timeoutMs: number): void {
    this.#socket.setTimeout(timeoutMs);
    this.#socket.unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The head by itself first: what fails with it has cost nobody anything. */
  async #write({ head, body, mayLeave }: OutgoingRequest): Promise<void> {
    // Meanwhile one turn of the event loop, in which a close that has arrived already is heard.
    await Promise.all([this.#put(Buffer.from(head, 'latin1')), this.#isUsed ? setImmediate() : undefined]);
    await mayLeave;
    // It may have ended meanwhile: then its body goes by another connection, or nowhere.
    if (this.#exchange === null) {
      return;
    }
    for await (const piece of body ?? []) {
      await this.#put(piece);
    }
  }

  /** Resolves when the operating system has taken it. */
  #put(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(piece, (error) => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
    });
  }

  #read(piece: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === null) {
      // Nobody asked for it.
      this.destroy();
      return false;
    }
    try {
      exchange.parser.push(piece);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    turn.spend(piece.byteLength);
    if (exchange.parser.isDone) {
      this.#finish(exchange);
    } else if (turn.isOver) {
      this.#hold((go) => turn.wait(go));
    }
    return true;
  }

  #finish(exchange: Exchange): void {
    this.#exchange = null;
    this.#isInBody = false;
    this.#isUsed = true;
    if (!exchange.parser.persists) {
      this.destroy();
    }
    exchange.resolve();
  }

  #ended(): void {
    const exchange = this.#exchange;
    if (exchange?.parser.end() === true) {
      this.#finish(exchange);
    }
    this.#fail(new ConnectionEnded('ended'));
    this.destroy();
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.reject(error);
    if (exchange !== null) {
      this.destroy();
    }
  }

  /** Nothing is read until `until` has called what it is given. */
  #hold(until: (go: () => void) => void): void {
    this.#holds += 1;
    this.#socket.pause();
    until(() => {
      this.#holds -= 1;
      if (this.#holds === 0) {
        this.#socket.resume();
      }
    });
  }
}

function readMemory(): { readonly head: Buffer; readonly body: Buffer } {
  memory ??= { head: Buffer.allocUnsafeSlow(HEAD_BYTES), body: Buffer.allocUnsafeSlow(BODY_BYTES) };
  return memory;
}

function abortError(): Error {
  return Object.assign(new Error('aborted'), { name: 'AbortError', code: 'ABORT_ERR' });
}

/** As node:net takes it: the memory for the next read, and what to do with what was read. */
interface OnRead {
  buffer(): Buffer;
  callback(size: number, buffer: Uint8Array): boolean;
}

function openSocket(address: Address, onread: OnRead): net.Socket {
  const options = { host: address.host, port: address.port, noDelay: true, keepAlive: true, onread };
  if (!address.isTls) {
    return net.connect(options);
  }
  // An IP address is no server name (RFC 6066).
  const name = net.isIP(address.host) === 0 ? { servername: address.host } : {};
  return tls.connect({ ...options, ...name, ALPNProtocols: ['http/1.1'] });
}

function opening(socket: net.Socket, { isTls, connectTimeoutMs }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout('connecting')), connectTimeoutMs);
    const settle = (end: () => void) => () => {
      clearTimeout(timer);
      end();
    };
    socket.once(isTls ? 'secureConnect' : 'connect', settle(resolve));
    socket.once('error', (error) => settle(() => reject(error))());
    socket.once(
      'close',
      settle(() => reject(new ConnectionEnded('closed'))),
    );
  });
}
