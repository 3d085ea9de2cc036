import type { App } from '../app';

interface LockParts {
  readonly fleet: Pick<App['fleet'], 'isGiven'>;
  readonly vault: Pick<App['vault'], 'status'>;
}

/** The library's own, behind a passphrase that this process was not given. */
export function hasLockedKeys({ fleet, vault }: LockParts): boolean {
  const status = vault.status();
  return !fleet.isGiven() && status.kind === 'passphrase' && status.locked;
}
