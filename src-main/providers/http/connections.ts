/** Connections kept alive per origin. As many are opened as requests are under way: the scheduler bounds those. */
import { type Address, type AnswerEvents, Connection, type OutgoingRequest } from './connection';

/** Shorter than what common servers and load balancers allow an idle connection, but Node's own 5 s. */
const IDLE_MS = 15_000;
const CONNECT_TIMEOUT_MS = 30_000;

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  /** Without `host`; values are checked by whoever built them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestPieces | null;
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
}

export function createConnections(options: ConnectionsOptions = {}): Connections {
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();

  async function exchange(request: HttpRequest, events: AnswerEvents): Promise<void> {
    const outgoing: OutgoingRequest = { ...request, head: headOf(request) };
    for (;;) {
      const connection = kept(request.url.origin) ?? (await opened(request));
      const wasUsed = connection.isUsed;
      let isAnswered = false;
      const heard: AnswerEvents = {
        ...events,
        head(head) {
          isAnswered = true;
          events.head(head);
        },
      };
      try {
        await connection.carry(outgoing, heard);
        keep(request.url.origin, connection);
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
      if (found.isIdle) {
        return found;
      }
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

  function keep(origin: string, connection: Connection): void {
    if (!connection.isIdle) {
      return;
    }
    connection.rest(IDLE_MS);
    const free = idle.get(origin) ?? [];
    free.push(connection);
    idle.set(origin, free);
  }

  function forget(connection: Connection): void {
    all.delete(connection);
    for (const free of idle.values()) {
      const at = free.indexOf(connection);
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
