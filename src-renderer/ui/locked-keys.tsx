/** Keys under a passphrase that nobody has given since the start: said where they are missed, with the way to open them. */
import type { ReactNode } from 'react';
import { isVaultLocked, openVault, useLive, useModel } from '../state/app-model';
import { Notice } from './notice';

interface LockedKeysProps {
  /** The sentence. */
  readonly children: ReactNode;
  /** The button has gone then, and the focus with it. */
  onUnlocked?(): void;
}

/** Nothing while the keys are open. */
export function LockedKeys({ children, onUnlocked }: LockedKeysProps) {
  const model = useModel();
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  return isLocked ? (
    <Notice
      action={
        <button
          className="btn small"
          onClick={() => void openVault(model).then((isOpen) => isOpen && onUnlocked?.())}
          type="button"
        >
          Unlock…
        </button>
      }
      tone="warn"
    >
      {children}
    </Notice>
  ) : null;
}
