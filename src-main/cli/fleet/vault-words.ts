/** Why keys cannot be kept now, and the way out, as the command line says it. */
import type { VaultStatus } from '@shared/model/settings';

/** Null: they can. */
export function vaultSentence(status: VaultStatus): string | null {
  switch (status.kind) {
    case 'keyring':
      return null;
    case 'passphrase':
      return status.locked
        ? 'The keys of this library are behind a passphrase: set BRUSHFLEET_PASSPHRASE to the right one.'
        : null;
    case 'session':
      return 'Keys would be forgotten when this command ends: set BRUSHFLEET_PASSPHRASE to keep them in a file behind it.';
    case 'undecided':
      return `There is no keyring to keep keys in (${withoutStop(status.why)}): set BRUSHFLEET_PASSPHRASE to keep them in a file behind it.`;
  }
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
