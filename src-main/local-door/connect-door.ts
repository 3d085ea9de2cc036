/** The client's side: the app of the process that owns the library, as if it were this one's. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { Agent, fetch as undiciFetch, type RequestInit } from 'undici';
import { readAddress } from './address';
import type { DoorContract } from './door-contract';

export type DoorClient = ContractRouterClient<DoorContract>;

export type Connection =
  | {
      readonly kind: 'ok';
      readonly client: DoorClient;
      /** Of the owner. */
      readonly pid: number;
      /** Its endpoints and keys are those of its environment, and not the library's. */
      readonly isGiven: boolean;
      close(): Promise<void>;
    }
  /** Nobody answers there: an owner that is starting, ending or dead. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly sentence: string };

/** How long an owner that listens may take for its first word. */
const HELLO_MS = 5_000;

/** `version`: ours; another one is refused with a sentence. Never rejects. */
export async function connectDoor(libraryDir: string, version: string): Promise<Connection> {
  const address = await readAddress(libraryDir);
  if (address === null) {
    return { kind: 'silent' };
  }
  // A stream may be silent for as long as a run waits for its quota.
  const agent = new Agent({ connect: { socketPath: address }, headersTimeout: 0, bodyTimeout: 0 });
  const link = new RPCLink({
    url: 'http://engine/rpc',
    fetch: (request, init, { signal }) => answerOf(request, { ...init, ...(signal && { signal }) }, agent),
  });
  const client: DoorClient = createORPCClient(link);
  try {
    const owner = await client.door.hello(undefined, { signal: AbortSignal.timeout(HELLO_MS) });
    if (owner.version !== version) {
      await agent.destroy();
      return {
        kind: 'refused',
        sentence:
          `The library is open in Brushfleet ${owner.version} (process ${owner.pid}), and this is ${version}: ` +
          'close that one, or use the same version.',
      };
    }
    const { pid, isGiven } = owner;
    return { kind: 'ok', client, pid, isGiven, close: () => agent.destroy() };
  } catch {
    await agent.destroy();
    return { kind: 'silent' };
  }
}

/**
 * The socket is reached by undici's own fetch; the runtime's takes no dispatcher of another version. `init` has the
 * caller's own signal: the request's only follows it, and hears nothing once the request itself was collected.
 */
async function answerOf(request: Request, init: RequestInit, dispatcher: Agent): Promise<Response> {
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const options: RequestInit = {
    ...init,
    method: request.method,
    headers: [...request.headers],
    body,
    dispatcher,
  };
  const answer = await undiciFetch(request.url, options);
  // The same class in all but name.
  return answer as unknown as Response;
}
