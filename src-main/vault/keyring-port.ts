/** The operating system's keyring, as the vault needs it. */
export type KeyringStatus =
  | { readonly kind: 'available' }
  /** `why` is half a sentence for the user, e.g. `no desktop keyring answers in this session`. */
  | { readonly kind: 'unavailable'; readonly why: string };

/** No call blocks the calling thread, and each ends within a bounded time. */
export interface KeyringPort {
  /** As a person knows it, e.g. `macOS Keychain`. */
  readonly backend: string;
  /** Really stores, reads back and deletes a probe: only a keyring that works and survives a reboot is available. */
  probe(): Promise<KeyringStatus>;
  /** Null when there is no such entry; rejects with KeyringUnavailable when the keyring cannot be read. */
  get(account: string): Promise<Uint8Array | null>;
  /** Rejects with KeyringUnavailable when it cannot be stored: it is not there then, or soon no longer. */
  set(account: string, secret: Uint8Array): Promise<void>;
  remove(account: string): Promise<void>;
  /** Ends what the keyring started. */
  close(): void;
}

export class KeyringUnavailable extends Error {
  readonly code = 'KEYRING_UNAVAILABLE';
  constructor(readonly why: string) {
    super(`The keyring cannot be used: ${why}.`);
  }
}
