import type { ServiceApp } from './service-app';

/** The library's own, behind a passphrase that this process was not given. */
export function hasLockedKeys({ fleet, vault }: Pick<ServiceApp, 'fleet' | 'vault'>): boolean {
  const status = vault.status();
  return !fleet.isGiven() && status.kind === 'passphrase' && status.locked;
}
