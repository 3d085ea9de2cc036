/** The typed client over a WebSocket. Connects by itself, and again after the connection was lost; a login that is over leads back to the login. */
import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';

export interface CallContext extends ClientContext {
  /** Names the call, so that its files can be asked for. */
  readonly callId?: string;
}

/** The service's word for a login that is over. */
const LOGGED_OUT = 4401;
const LOST = 'The connection to Brushfleet was lost.';
const CALL_HEADER = 'x-brushfleet-call';

interface Connection {
  readonly socket: WebSocket;
  readonly rpc: RPCLink<CallContext>;
}

export interface SocketLinkOptions {
  readonly address: string;
  connect(address: string): WebSocket;
  isLoggedIn(): Promise<boolean>;
  goToLogin(): void;
}

export function createSocketLink(options: SocketLinkOptions): ClientLink<CallContext> {
  let connecting: Promise<Connection> | null = null;

  function connect(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = options.connect(options.address);
      let isOpen = false;
      const rpc = new RPCLink<CallContext>({
        websocket: socket,
        headers: ({ context }) => (context.callId === undefined ? {} : { [CALL_HEADER]: context.callId }),
      });
      socket.addEventListener('open', () => {
        isOpen = true;
        resolve({ socket, rpc });
      });
      socket.addEventListener('close', ({ code }) => {
        connecting = null;
        reject(new Error(LOST));
        if (code === LOGGED_OUT) {
          options.goToLogin();
        } else if (!isOpen) {
          void leaveIfLoggedOut();
        }
      });
    });
  }

  /** A refused connection says nothing of why. */
  async function leaveIfLoggedOut(): Promise<void> {
    // Unreachable is no answer.
    if (!(await options.isLoggedIn().catch(() => true))) {
      options.goToLogin();
    }
  }

  return {
    async call(path, input, given) {
      connecting ??= connect();
      const { socket, rpc } = await connecting;
      const told = (error: unknown): unknown => (socket.readyState === socket.OPEN ? error : new Error(LOST));
      try {
        const output = await rpc.call(path, input, given);
        return isStream(output) ? withTold(output, told) : output;
      } catch (error) {
        throw told(error);
      }
    },
  };
}

export function isStream(output: unknown): output is AsyncIterableIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output;
}

function withTold(
  source: AsyncIterableIterator<unknown>,
  told: (error: unknown) => unknown,
): AsyncIterableIterator<unknown> {
  return {
    async next() {
      try {
        return await source.next();
      } catch (error) {
        throw told(error);
      }
    },
    async return(value?: unknown) {
      await source.return?.(value);
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
