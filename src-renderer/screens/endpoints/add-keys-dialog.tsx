/** Adds keys to an endpoint, one or many. What is typed here goes to the vault and nowhere else. */
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Field, TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { parseKeys, tailOf } from './parse-keys';
import type { PastedKey, PastedKeys } from './parse-keys';

const SHOWN_KEYS = 8;

export function AddKeysDialog({ endpointId, onClose }: { readonly endpointId: string; onClose(): void }) {
  const { backend, ui } = useModel();
  const action = useAction();
  const view = useLive((state) => state.endpoints.find((one) => one.endpoint.id === endpointId));
  const [text, setText] = useState('');
  const [label, setLabel] = useState('');
  const pasted = parseKeys(text);
  const count = pasted.keys.length;
  const firstNumber = (view?.keys.length ?? 0) + 1;

  const add = () =>
    void action.run(async () => {
      const keys = labelled(pasted.keys, label.trim(), firstNumber);
      const { added, duplicates } = await backend.client.keys.add({ endpointId, keys });
      const doubles = duplicates === 0 ? '' : `, ${duplicates} were already here`;
      toast(ui, `${plural(added.length, 'key')} added${doubles}`);
      onClose();
    });

  return (
    <Dialog onClose={onClose} title={`Add keys to ${view?.endpoint.name ?? 'the endpoint'}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <SecretsField onChange={setText} value={text} />
        <TextField
          hint={count > 1 ? 'Numbered for keys without a name of their own' : undefined}
          label="Label"
          maxLength={100}
          onChange={(event) => setLabel(event.target.value)}
          placeholder="team-a"
          value={label}
        />
        {count > 0 && <Preview firstNumber={firstNumber} label={label.trim()} pasted={pasted} />}
        <Notice tone="info">
          Keys of one account or project share its quota, and some providers’ terms restrict spreading load
          over keys.
        </Notice>
        {action.error !== null && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action={`Add ${count === 0 ? 'keys' : plural(count, 'key')}`}
          isDisabled={count === 0 || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function SecretsField({ value, onChange }: { readonly value: string; onChange(text: string): void }) {
  return (
    <Field hint="One, or many: a key a line or separated by commas. NAME=key gives it a label." label="Keys">
      {(wiring) => (
        <textarea
          autoComplete="off"
          autoFocus
          className="input mono secret"
          onChange={(event) => onChange(event.target.value)}
          rows={value.includes('\n') ? 6 : 3}
          spellCheck={false}
          value={value}
          {...wiring}
        />
      )}
    </Field>
  );
}

function Preview({ pasted, label, firstNumber }: { pasted: PastedKeys; label: string; firstNumber: number }) {
  const shown = labelled(pasted.keys.slice(0, SHOWN_KEYS), label, firstNumber);
  const rest = pasted.keys.length - shown.length;
  return (
    <div aria-live="polite">
      <p>
        {plural(pasted.keys.length, 'key')}
        {pasted.duplicates > 0 && `, ${plural(pasted.duplicates, 'duplicate')} left out`}
      </p>
      <ul className="key-preview">
        {shown.map((key) => (
          <li key={key.secret}>
            {key.label} <span className="hint num">…{tailOf(key.secret)}</span>
          </li>
        ))}
        {rest > 0 && <li className="hint">and {rest} more</li>}
      </ul>
    </div>
  );
}

/** Every key gets a label: its own, or the common one, numbered where there are several. */
export function labelled(keys: readonly PastedKey[], common: string, firstNumber: number): PastedKey[] {
  return keys.map((key, at) => ({
    label: key.label !== '' ? key.label : labelAt(common, keys.length, firstNumber + at),
    secret: key.secret,
  }));
}

function labelAt(common: string, count: number, number: number): string {
  if (common === '') {
    return `key ${number}`;
  }
  return count === 1 ? common : `${common} ${number}`;
}
