/** The real keyring: macOS Keychain, Windows Credential Manager, or the Secret Service of a Linux desktop. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { type KeyringPort, type KeyringStatus, KeyringUnavailable } from './keyring-port';
import type { KeyringCall, KeyringReply, KeyringRequest } from './keyring-worker';
import { askSessionBus } from './session-bus';

export interface SystemKeyringOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The built `keyring-worker`. */
  readonly workerPath: string | URL;
  /** How long a call may take; a locked keyring asks its user for a password meanwhile. */
  readonly callTimeoutMs?: number;
  /** How long the session bus may take to greet. */
  readonly busTimeoutMs?: number;
}

const CALL_TIMEOUT_MS = 20_000;
const BUS_TIMEOUT_MS = 2000;

const BACKENDS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'the macOS Keychain',
  win32: 'the Windows Credential Manager',
  linux: 'the Secret Service',
};

export function createSystemKeyring(options: SystemKeyringOptions): KeyringPort {
  return new SystemKeyring(options);
}

interface Waiting {
  readonly resolve: (secret: Uint8Array | null) => void;
  readonly reject: (error: KeyringUnavailable) => void;
}

class SystemKeyring implements KeyringPort {
  readonly backend: string;
  readonly #options: SystemKeyringOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** What was to be stored and was not answered in time, by the account. */
  readonly #late = new Map<number, string>();
  #worker: Worker | null = null;
  #nextId = 1;
  #busAnswers = false;

  constructor(options: SystemKeyringOptions) {
    this.#options = options;
    this.backend = BACKENDS[options.platform] ?? 'the system keyring';
  }

  async probe(): Promise<KeyringStatus> {
    const account = `probe-${randomUUID()}`;
    const secret = randomBytes(32);
    try {
      await this.set(account, secret);
      const back = await this.get(account).finally(() => this.remove(account));
      return back !== null && secret.equals(back)
        ? { kind: 'available' }
        : { kind: 'unavailable', why: `${this.backend} did not give back what was stored` };
    } catch (error) {
      return {
        kind: 'unavailable',
        why: error instanceof KeyringUnavailable ? error.why : 'the keyring failed',
      };
    }
  }

  get(account: string): Promise<Uint8Array | null> {
    return this.#call({ kind: 'get', account });
  }

  async set(account: string, secret: Uint8Array): Promise<void> {
    await this.#call({ kind: 'set', account, secret });
  }

  async remove(account: string): Promise<void> {
    await this.#call({ kind: 'remove', account });
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = null;
    this.#failAll('it was closed');
  }

  async #call(call: KeyringCall): Promise<Uint8Array | null> {
    await this.#needBus();
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        if (call.kind === 'set') {
          this.#late.set(id, call.account);
        }
        reject(new KeyringUnavailable(`${this.backend} did not answer in time`));
      }, this.#options.callTimeoutMs ?? CALL_TIMEOUT_MS);
      const settle = <T>(then: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          this.#waiting.delete(id);
          then(value);
        };
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      worker.postMessage({ id, call } satisfies KeyringRequest);
    });
  }

  async #needBus(): Promise<void> {
    if (this.#busAnswers || this.#options.platform !== 'linux') {
      return;
    }
    const answer = await askSessionBus(this.#options.env, this.#options.busTimeoutMs ?? BUS_TIMEOUT_MS);
    if (answer.kind === 'silent') {
      throw new KeyringUnavailable(answer.why);
    }
    this.#busAnswers = true;
  }

  #start(): Worker {
    if (this.#worker !== null) {
      return this.#worker;
    }
    const worker = new Worker(this.#options.workerPath, { name: 'keyring' });
    // A keyring that nobody asks anything keeps no process alive; a call that waits has its timer for that.
    worker.unref();
    worker.on('message', (reply: KeyringReply) => this.#settle(reply));
    worker.on('error', () => this.#lose(worker, 'its library cannot be loaded'));
    worker.on('exit', () => this.#lose(worker, 'its thread ended'));
    this.#worker = worker;
    return worker;
  }

  #settle(reply: KeyringReply): void {
    this.#takeBack(reply);
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === 'value') {
      waiting?.resolve(reply.secret);
    } else {
      waiting?.reject(new KeyringUnavailable(`${this.backend} answered "${reply.why}"`));
    }
  }

  /** Who asked has heard that it is not stored; then it must not be. */
  #takeBack({ id, kind }: KeyringReply): void {
    const account = this.#late.get(id);
    this.#late.delete(id);
    if (account !== undefined && kind === 'value') {
      this.remove(account).catch(() => undefined);
    }
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker === worker) {
      this.#worker = null;
      this.#late.clear();
      this.#failAll(why);
    }
  }

  #failAll(why: string): void {
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new KeyringUnavailable(why));
    }
  }
}
