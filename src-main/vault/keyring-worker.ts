/** Runs the keyring's native calls, some of which block, in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { AsyncEntry } from '@napi-rs/keyring';

export type KeyringCall =
  | { readonly kind: 'get'; readonly account: string }
  | { readonly kind: 'set'; readonly account: string; readonly secret: Uint8Array }
  | { readonly kind: 'remove'; readonly account: string };

export interface KeyringRequest {
  readonly id: number;
  readonly call: KeyringCall;
}

export type KeyringReply =
  | { readonly id: number; readonly kind: 'value'; readonly secret: Uint8Array | null }
  | { readonly id: number; readonly kind: 'failed'; readonly why: string };

const SERVICE = 'Brushfleet';

/** On Linux the Secret Service or nothing: the kernel's keyutils forgets everything at a reboot. */
const OPTIONS = { linux: { store: 'secret-service' } } as const;

async function carryOut(call: KeyringCall): Promise<Uint8Array | null> {
  const entry = new AsyncEntry(SERVICE, call.account, OPTIONS);
  switch (call.kind) {
    case 'get': {
      const secret = await entry.getSecret();
      return secret === null ? null : Uint8Array.from(secret);
    }
    case 'set':
      await entry.setSecret(call.secret);
      return null;
    case 'remove':
      await entry.deleteCredential();
      return null;
  }
}

async function answer({ id, call }: KeyringRequest): Promise<KeyringReply> {
  try {
    return { id, kind: 'value', secret: await carryOut(call) };
  } catch (error) {
    return { id, kind: 'failed', why: error instanceof Error ? error.message : 'unknown error' };
  }
}

const port = parentPort;
port?.on('message', (request: KeyringRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});
