/** Secrets at rest. Only ciphertext and fingerprints ever reach a disk. */
import type { VaultStatus } from '@shared/model/settings';
import type { Secret } from '../providers/secret';

export interface Vault {
  status(): VaultStatus;
  /** Chooses a mode when the status is `undecided` (or changes it, sealing all open secrets anew). */
  choose(
    choice: { readonly kind: 'session' } | { readonly kind: 'passphrase'; readonly passphrase: Secret },
  ): Promise<VaultStatus>;
  /** Opens a passphrase vault; false for a wrong passphrase. */
  unlock(passphrase: Secret): Promise<boolean>;
  /** Seals and stores a secret under a key id. Throws VaultClosed when undecided or locked. */
  put(keyId: string, secret: Secret): Promise<void>;
  /** Null when there is none, it is damaged, or the vault is locked. */
  get(keyId: string): Secret | null;
  remove(keyId: string): Promise<void>;
  /** Keyed hash of a secret, stable within this library: equal secrets are found without being kept. */
  fingerprint(secret: Secret): string;
  close(): void;
}

/** A secret cannot be kept now: the status says why. */
export class VaultClosed extends Error {
  readonly code = 'VAULT';
  constructor(readonly status: VaultStatus) {
    super('The vault is locked or not set up.');
  }
}
