/** The keys of an endpoint: label and last four, state with its countdown, and what can be done with each. */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo } from '@shared/model/endpoint';
import { useState } from 'react';
import { useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { ConfirmDialog, Dialog, DialogFoot } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { formatTime } from '../../ui/format';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { keyReason, keyState } from './endpoint-words';

interface KeysTableProps {
  readonly view: EndpointView;
  readonly action: Action;
  onTest(keyId: string): void;
}

type Asking = { readonly kind: 'remove' | 'rename'; readonly key: KeyInfo } | null;

export function KeysTable({ view, action, onTest }: KeysTableProps) {
  const { ui } = useModel();
  const [asking, setAsking] = useState<Asking>(null);
  const now = useNow(view.keys.some((key) => key.state.until !== undefined));
  return (
    <section aria-label="Keys" className="keys">
      {view.keys.length === 0 ? (
        <div className="empty">
          <h2>No keys for this endpoint</h2>
          <p>Requests go out once it has one.</p>
          <button
            className="btn"
            onClick={() => ui.setState({ overlay: { kind: 'addKeys', endpointId: view.endpoint.id } })}
            type="button"
          >
            Add keys…
          </button>
        </div>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">State</th>
              <th scope="col">Since</th>
              <th scope="col">Why</th>
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {view.keys.map((key) => (
              <KeyLine
                action={action}
                apiKey={key}
                key={key.id}
                now={now}
                onAsk={(kind) => setAsking({ kind, key })}
                onTest={() => onTest(key.id)}
              />
            ))}
          </tbody>
        </table>
      )}
      <p className="hint keys-note">
        Several keys of one account or project share its quota; more of them do not make it larger. Some
        providers’ terms restrict spreading load over keys.
      </p>
      {asking?.kind === 'remove' && (
        <RemoveKey action={action} apiKey={asking.key} onClose={() => setAsking(null)} />
      )}
      {asking?.kind === 'rename' && (
        <RenameKey action={action} apiKey={asking.key} onClose={() => setAsking(null)} />
      )}
    </section>
  );
}

interface KeyLineProps {
  readonly apiKey: KeyInfo;
  readonly now: number;
  readonly action: Action;
  onTest(): void;
  onAsk(kind: 'remove' | 'rename'): void;
}

function KeyLine({ apiKey, now, action, onTest, onAsk }: KeyLineProps) {
  const { backend } = useModel();
  const { word, tone } = keyState(apiKey, now);
  const name = `${apiKey.label} …${apiKey.tail}`;
  const reason = keyReason(apiKey);
  return (
    <tr>
      <td>
        {apiKey.label} <span className="hint num">…{apiKey.tail}</span>
      </td>
      <td className="state-cell">
        <Pill tone={tone}>{word}</Pill>
      </td>
      <td className="num hint">
        {apiKey.state.status === 'AVAILABLE' ? '' : formatTime(apiKey.state.since)}
      </td>
      <td className="hint reason" title={reason}>
        {reason}
      </td>
      <td>
        <div className="row key-actions">
          <KeyButton isDisabled={action.isBusy} label="Test" name={name} onPress={onTest} />
          <KeyButton
            isDisabled={action.isBusy}
            label={apiKey.paused ? 'Go on' : 'Pause'}
            name={name}
            onPress={() =>
              void action.run(() =>
                backend.client.keys.setPaused({ keyId: apiKey.id, paused: !apiKey.paused }),
              )
            }
          />
          <KeyButton label="Rename" name={name} onPress={() => onAsk('rename')} />
          <KeyButton label="Remove" name={name} onPress={() => onAsk('remove')} />
        </div>
      </td>
    </tr>
  );
}

interface KeyButtonProps {
  readonly label: string;
  /** Of the key, for screen readers. */
  readonly name: string;
  readonly isDisabled?: boolean;
  onPress(): void;
}

function KeyButton({ label, name, isDisabled = false, onPress }: KeyButtonProps) {
  return (
    <button
      aria-label={`${label} ${name}`}
      className="btn small ghost"
      disabled={isDisabled}
      onClick={onPress}
      type="button"
    >
      {label}
    </button>
  );
}

interface KeyDialogProps {
  readonly apiKey: KeyInfo;
  readonly action: Action;
  onClose(): void;
}

function RemoveKey({ apiKey, action, onClose }: KeyDialogProps) {
  const { backend, ui } = useModel();
  const remove = () =>
    void action.run(async () => {
      await backend.client.keys.remove({ keyId: apiKey.id });
      toast(ui, `${apiKey.label} …${apiKey.tail} is removed`);
    });
  return (
    <ConfirmDialog
      action="Remove the key"
      onClose={onClose}
      onConfirm={remove}
      title={`Remove ${apiKey.label}?`}
    >
      The key …{apiKey.tail} is erased from the vault. It stays valid at the provider: revoke it there if it
      leaked.
    </ConfirmDialog>
  );
}

function RenameKey({ apiKey, action, onClose }: KeyDialogProps) {
  const { backend } = useModel();
  const [label, setLabel] = useState(apiKey.label);
  return (
    <Dialog onClose={onClose} title={`Rename …${apiKey.tail}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(() => backend.client.keys.rename({ keyId: apiKey.id, label: label.trim() }));
          onClose();
        }}
      >
        <TextField
          autoFocus
          label="Label"
          maxLength={120}
          onChange={(event) => setLabel(event.target.value)}
          value={label}
        />
        <DialogFoot action="Rename" isDisabled={label.trim() === ''} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
