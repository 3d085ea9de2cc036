/** Connections kept alive per origin. As many are opened as requests are under way: the scheduler bounds those. */
import { systemClock } from '../../system-clock';
import { type Address, type AnswerEvents, Connection, type OutgoingRequest } from './connection';
import type { ResponseHead } from './response-parser';

/**
 * Shorter than the 5 s that Node and uvicorn, of which many relays are made, allow an idle connection: a body that is
 * written while the other side closes is lost and may have been paid for.
 */
const IDLE_MS = 4_000;
/** Held back of what a server states: its answer was under way, and its clock starts before ours. */
const STATED_MARGIN_MS = 1_000;
const LONGEST_IDLE_MS = 60_000;
const CONNECT_TIMEOUT_MS = 30_000;

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  /** Without `host`; values are checked by whoever built them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestPieces | null;
  /** The connection is opened and the head written meanwhile; the body leaves only once it resolves. */
  readonly mayLeave?: Promise<void>;
  readonly signal: AbortSignal;
}

export interface RequestPieces extends AsyncIterable<Uint8Array> {
  /** Whether a first piece went to a connected socket. */
  readonly started: boolean;
}

export interface Connections {
  /**
   * Resolves when the answer is whole; rejects with what ended it. A kept connection that turns out to be closed is
   * replaced, as long as no byte of the body was given to it.
   */
  exchange(request: HttpRequest, events: AnswerEvents): Promise<void>;
  /** Cuts everything at once. */
  close(): void;
}

export interface ConnectionsOptions {
  /** Milliseconds a connection (and its TLS) may take to open; default 30 s. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that never step and go on while the machine sleeps. */
  readonly now?: () => number;
}

interface Kept {
  readonly connection: Connection;
  /** Its timer may be late, or stand still: this is what counts. */
  readonly until: number;
}

export function createConnections(options: ConnectionsOptions = {}): Connections {
  const now = options.now ?? systemClock.now;
  const idle = new Map<string, Kept[]>();
  const all = new Set<Connection>();

  async function exchange(request: HttpRequest, events: AnswerEvents): Promise<void> {
    const outgoing: OutgoingRequest = { ...request, head: headOf(request) };
    for (;;) {
      const connection = kept(request.url.origin) ?? (await opened(request));
      const wasUsed = connection.isUsed;
      let isAnswered = false;
      let idleMs = IDLE_MS;
      const heard: AnswerEvents = {
        ...events,
        head(head) {
          isAnswered = true;
          idleMs = idleMsOf(head);
          events.head(head);
        },
      };
      try {
        await connection.carry(outgoing, heard);
        keep(request.url.origin, connection, idleMs);
        return;
      } catch (error) {
        const mayHaveArrived = isAnswered || (request.body?.started ?? false);
        if (!wasUsed || mayHaveArrived || request.signal.aborted) {
          throw error;
        }
      }
    }
  }

  /** The one used last: its other side is the least likely to have closed it. */
  function kept(origin: string): Connection | undefined {
    const free = idle.get(origin) ?? [];
    for (let found = free.pop(); found !== undefined; found = free.pop()) {
      if (found.connection.isIdle && now() < found.until) {
        return found.connection;
      }
      found.connection.destroy();
    }
    return undefined;
  }

  async function opened({ url, signal }: HttpRequest): Promise<Connection> {
    const connection = new Connection(addressOf(url, options), forget);
    all.add(connection);
    const cut = (): void => connection.destroy();
    signal.addEventListener('abort', cut, { once: true });
    try {
      await connection.opened;
      return connection;
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  function keep(origin: string, connection: Connection, idleMs: number): void {
    if (!connection.isIdle) {
      return;
    }
    if (idleMs <= 0) {
      connection.destroy();
      return;
    }
    connection.rest(idleMs);
    const free = idle.get(origin) ?? [];
    free.push({ connection, until: now() + idleMs });
    idle.set(origin, free);
  }

  function forget(connection: Connection): void {
    all.delete(connection);
    for (const free of idle.values()) {
      const at = free.findIndex((kept) => kept.connection === connection);
      if (at >= 0) {
        free.splice(at, 1);
      }
    }
  }

  return {
    exchange,
    close() {
      for (const connection of all) {
        connection.destroy();
      }
    },
  };
}

/** `Keep-Alive: timeout=5` in seconds, as Node, Apache and some load balancers state it (RFC 2068, 19.7.1). */
function idleMsOf({ headers }: ResponseHead): number {
  const stated = headers.find(([name]) => name === 'keep-alive')?.[1];
  const seconds = /(?:^|[,;\s])timeout=(\d+)/i.exec(stated ?? '')?.[1];
  return seconds === undefined
    ? IDLE_MS
    : Math.min(LONGEST_IDLE_MS, Number(seconds) * 1_000 - STATED_MARGIN_MS);
}

function addressOf(url: URL, options: ConnectionsOptions): Address {
  const isTls = url.protocol === 'https:';
  return {
    isTls,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port === '' ? (isTls ? 443 : 80) : url.port),
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
  };
}

function headOf({ url, method, headers }: HttpRequest): string {
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
