/** A keyring in memory, for tests: it can be empty, refuse, or be taken away, as a real one can. */
import { type KeyringPort, type KeyringStatus, KeyringUnavailable } from '../keyring-port';

export class MemoryKeyring implements KeyringPort {
  readonly entries = new Map<string, Uint8Array>();
  /** Set: every call is refused with it. */
  unavailable: string | null = null;
  /** Set: storing waits for it, as for a person who is asked for a password. */
  hold: (() => Promise<void>) | null = null;

  constructor(readonly backend: string = 'the test keyring') {}

  async probe(): Promise<KeyringStatus> {
    return this.unavailable === null ? { kind: 'available' } : { kind: 'unavailable', why: this.unavailable };
  }

  async get(account: string): Promise<Uint8Array | null> {
    this.#check();
    return this.entries.get(account) ?? null;
  }

  async set(account: string, secret: Uint8Array): Promise<void> {
    await this.hold?.();
    this.#check();
    this.entries.set(account, Uint8Array.from(secret));
  }

  async remove(account: string): Promise<void> {
    this.#check();
    this.entries.delete(account);
  }

  close(): void {}

  #check(): void {
    if (this.unavailable !== null) {
      throw new KeyringUnavailable(this.unavailable);
    }
  }
}
