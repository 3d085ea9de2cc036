/** Asks how keys are kept, or for the passphrase; shown when a call needs the vault. */
import type { VaultStatus } from '@shared/model/settings';
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { Notice } from '../../ui/notice';

interface VaultDialogProps {
  readonly status: VaultStatus;
  /** Whether the waiting call may try again. */
  onSettled(isOpen: boolean): void;
}

export function VaultDialog({ status, onSettled }: VaultDialogProps) {
  return status.kind === 'passphrase' ? (
    <UnlockVault onSettled={onSettled} />
  ) : (
    <ChooseVault onSettled={onSettled} why={status.kind === 'undecided' ? status.why : ''} />
  );
}

/** Runs one call of the vault; its refusal stays in the dialog. */
function useVaultCall(onSettled: (isOpen: boolean) => void) {
  const { accept } = useModel();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  async function run(call: () => Promise<VaultStatus>): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      accept({ kind: 'vault', vault: await call() });
      onSettled(true);
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  }
  return { error, isBusy, run };
}

function UnlockVault({ onSettled }: { onSettled(isOpen: boolean): void }) {
  const { backend } = useModel();
  const call = useVaultCall(onSettled);
  const [passphrase, setPassphrase] = useState('');
  return (
    <Dialog onClose={() => onSettled(false)} title="Unlock your keys">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void call.run(() => backend.client.vault.unlock({ passphrase }));
        }}
      >
        <TextField
          autoFocus
          error={call.error ?? undefined}
          label="Passphrase"
          onChange={(event) => setPassphrase(event.target.value)}
          type="password"
          value={passphrase}
        />
        <DialogFoot
          action={call.isBusy ? 'Unlocking…' : 'Unlock'}
          cancel="Not now"
          isDisabled={passphrase === '' || call.isBusy}
          onCancel={() => onSettled(false)}
        />
      </form>
    </Dialog>
  );
}

const SHORTEST_PASSPHRASE = 8;

function ChooseVault({ why, onSettled }: { readonly why: string; onSettled(isOpen: boolean): void }) {
  const { backend } = useModel();
  const call = useVaultCall(onSettled);
  const [kind, setKind] = useState<'session' | 'passphrase'>('session');
  const [passphrase, setPassphrase] = useState<string | null>(null);
  return (
    <Dialog onClose={() => onSettled(false)} title="How should keys be kept?">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          // Never weaker than chosen: without a valid passphrase nothing is sent.
          if (kind === 'session' || passphrase !== null) {
            const choice =
              passphrase === null
                ? ({ kind: 'session' } as const)
                : { kind: 'passphrase' as const, passphrase };
            void call.run(() => backend.client.vault.choose(choice));
          }
        }}
      >
        {why !== '' && <p>The keyring of this system cannot keep them: {why.replace(/\.$/, '')}.</p>}
        <Choice
          isChosen={kind === 'session'}
          label="For this session only"
          onChoose={() => {
            setKind('session');
            setPassphrase(null);
          }}
          text="In memory. They are gone when Brushfleet closes."
        />
        <Choice
          isChosen={kind === 'passphrase'}
          label="In a file sealed by a passphrase"
          onChoose={() => setKind('passphrase')}
          text="You enter it once each time Brushfleet starts. It cannot be recovered."
        />
        {kind === 'passphrase' && <PassphraseFields onChange={setPassphrase} />}
        {call.error !== null && <Notice tone="bad">{call.error}</Notice>}
        <DialogFoot
          action="Use this"
          isDisabled={(kind === 'passphrase' && passphrase === null) || call.isBusy}
          onCancel={() => onSettled(false)}
        />
      </form>
    </Dialog>
  );
}

/** Tells the passphrase once it is long enough and the same twice, else null. */
function PassphraseFields({ onChange }: { onChange(passphrase: string | null): void }) {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const tell = (one: string, two: string) => {
    setFirst(one);
    setSecond(two);
    onChange(one.length >= SHORTEST_PASSPHRASE && one === two ? one : null);
  };
  return (
    <>
      <TextField
        autoFocus
        hint={`At least ${SHORTEST_PASSPHRASE} characters`}
        label="Passphrase"
        onChange={(event) => tell(event.target.value, second)}
        type="password"
        value={first}
      />
      <TextField
        error={second !== '' && second !== first ? 'The passphrases do not match.' : undefined}
        label="Repeat passphrase"
        onChange={(event) => tell(first, event.target.value)}
        type="password"
        value={second}
      />
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly text: string;
  readonly isChosen: boolean;
  onChoose(): void;
}

function Choice({ label, text, isChosen, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <input checked={isChosen} name="vault" onChange={onChoose} type="radio" />
      <span>
        <b>{label}</b>
        <span className="hint">{text}</span>
      </span>
    </label>
  );
}
