/**
 * The page's only way out: the typed client over the MessagePort that the preload script hands us (in a browser: over a
 * WebSocket), and the grants of files the user dropped or picked. The page is untrusted: it knows tokens, names and ids,
 * never paths or secrets.
 */
import { createORPCClient } from '@orpc/client';
import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract, Grant } from '@shared/contract';
import { thumbnailUrl } from '@shared/media-url';
import type { TileSize } from '@shared/media-url';
import type { PictureRef } from '@shared/model/picture';
import { createBrowserBackend, isServed } from './browser/browser-backend';
import { steadyClient } from './steady-client';

export type Client = ContractRouterClient<Contract>;

/** Files the user dropped on the page or chose in a file input; main keeps their paths. */
export interface Granted {
  readonly target: 'drop' | 'input';
  readonly grants: readonly Grant[];
  /** The time stamp of the drop's event: drops are answered in any order. Absent: it was none. */
  readonly droppedAt?: number;
  /** Why there are none: one sentence. */
  readonly problem?: string;
}

export interface Backend {
  readonly client: Client;
  thumbnail(resultId: number, size?: TileSize): string;
  /** Returns the undo. */
  onGranted(listener: (granted: Granted) => void): () => void;
  /** Absent: the page is in the window, beside the machine. */
  readonly browser?: {
    logOut(): Promise<void>;
    /** Absolute: where another program gets the file itself. */
    fileUrl(picture: PictureRef): string;
  };
}

const CONNECT_TIMEOUT_MS = 10_000;

export function createBackend(page: Window): Backend {
  return page.brushfleet === undefined && isServed(page) ? createBrowserBackend(page) : windowBackend(page);
}

/** The backend behind the preload script. Calls connect by themselves, and again after the port was closed. */
function windowBackend(page: Window): Backend {
  let linked: Promise<RPCLink<ClientContext>> | null = null;
  function forget(): void {
    linked = null;
  }
  const link: ClientLink<ClientContext> = {
    async call(path, input, options) {
      linked ??= openPort(page).then((port) => {
        port.addEventListener('close', forget);
        const rpc = new RPCLink<ClientContext>({ port });
        port.start();
        return rpc;
      });
      const rpc = await linked.catch((error: unknown) => {
        forget();
        throw error;
      });
      return await rpc.call(path, input, options);
    },
  };
  return {
    client: steadyClient(createORPCClient<Client>(link)),
    thumbnail: thumbnailUrl,
    onGranted: (listener) => listenForGrants(page, listener),
  };
}

function openPort(page: Window): Promise<MessagePort> {
  const bridge = page.brushfleet;
  if (bridge === undefined) {
    return Promise.reject(new Error('This page works only inside the Brushfleet window.'));
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      page.removeEventListener('message', onMessage);
      reject(new Error('Brushfleet did not answer. Close the window and open it again.'));
    }, CONNECT_TIMEOUT_MS);
    function onMessage(event: MessageEvent<unknown>): void {
      const port = event.ports[0];
      if (event.source === page && isKind(event.data, 'brushfleet:port') && port !== undefined) {
        clearTimeout(timer);
        page.removeEventListener('message', onMessage);
        resolve(port);
      }
    }
    page.addEventListener('message', onMessage);
    void bridge.connect();
  });
}

function listenForGrants(page: Window, listener: (granted: Granted) => void): () => void {
  function onMessage(event: MessageEvent<unknown>): void {
    if (event.source === page && isGranted(event.data)) {
      listener(event.data);
    }
  }
  page.addEventListener('message', onMessage);
  return () => page.removeEventListener('message', onMessage);
}

function isKind(data: unknown, kind: string): data is { kind: string } {
  return typeof data === 'object' && data !== null && 'kind' in data && data.kind === kind;
}

function isGranted(data: unknown): data is Granted {
  return (
    isKind(data, 'brushfleet:granted') && 'grants' in data && Array.isArray(data.grants) && 'target' in data
  );
}
