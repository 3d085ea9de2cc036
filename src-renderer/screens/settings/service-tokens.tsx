/** Who may use the service: tokens with caps of their own. The page never has one; main puts it into the clipboard. */
import type { ServiceToken } from '@shared/contract/service';
import type { Caps } from '@shared/model/run';
import { useEffect, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { CapsFields } from '../../ui/caps-fields';
import { ConfirmDialog, Dialog, DialogFoot } from '../../ui/dialog';
import { NumberField, TextField } from '../../ui/field';
import { formatCount, formatDateTime, formatUsd } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { AddButton } from './add-button';

interface TokensView {
  readonly tokens: readonly ServiceToken[] | null;
  readonly sentence: string | null;
  look(): void;
}

function useTokens(): TokensView {
  const { backend } = useModel();
  const isLive = useLive((state) => state.connection.kind === 'live');
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<TokensView, 'look'>>({ tokens: null, sentence: null });
  useEffect(() => {
    if (!isLive) {
      return;
    }
    let isCurrent = true;
    backend.client.service.tokens().then(
      (tokens) => isCurrent && setState({ tokens, sentence: null }),
      (error: unknown) => isCurrent && setState((old) => ({ ...old, sentence: sentenceOf(error) })),
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, isLive, turn]);
  return { ...state, look: () => setTurn((old) => old + 1) };
}

export function ServiceTokens() {
  const { tokens, sentence, look } = useTokens();
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="stack">
      <h3 className="legend">Tokens</h3>
      <p className="hint">
        A program uses a token as its API key. Each token has its own caps, is listed separately in the
        journal, and can be revoked at any time. Only its digest is kept, so a lost token cannot be shown
        again: make a new one.
      </p>
      {sentence !== null && <Notice tone="bad">{sentence}</Notice>}
      {tokens !== null && tokens.length === 0 && (
        <p className="hint">
          No tokens yet. Until there is one, the routes for OpenAI and Gemini clients stay closed.
        </p>
      )}
      {tokens !== null && tokens.length > 0 && <TokenTable onChanged={look} tokens={tokens} />}
      <AddButton label="Add a token…" onAdd={() => setAdding(true)} />
      {isAdding && <TokenDialog onClose={() => setAdding(false)} onSaved={look} token={null} />}
    </div>
  );
}

interface TableProps {
  readonly tokens: readonly ServiceToken[];
  onChanged(): void;
}

function TokenTable({ tokens, onChanged }: TableProps) {
  return (
    <div className="token-scroll">
      <table className="table">
        <caption className="sr-only">Tokens of the service</caption>
        <thead>
          <tr>
            {['Name', 'Token', 'Spent', 'Requests', 'Last used'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <TokenLine key={token.id} onChanged={onChanged} token={token} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TokenLine({ token, onChanged }: { readonly token: ServiceToken; onChanged(): void }) {
  const { backend, ui } = useModel();
  const action = useAction();
  const [dialog, setDialog] = useState<'none' | 'edit' | 'revoke'>('none');
  const { name, tail, caps, spentUsd, requests, lastUsedAt } = token;
  const revoke = () =>
    void action.run(async () => {
      await backend.client.service.revokeToken({ id: token.id });
      toast(ui, `Revoked ${name}`);
      onChanged();
    });
  return (
    <tr>
      <td className="clip token-name" title={name}>
        {name}
        {action.error !== null && <span className="field-error"> {action.error.sentence}</span>}
      </td>
      <td className="num">…{tail}</td>
      <td className="num">
        {formatUsd(spentUsd)}
        {caps.costUsd === undefined ? '' : ` of ${formatUsd(caps.costUsd)}`}
      </td>
      <td className="num">
        {formatCount(requests)}
        {caps.requests === undefined ? '' : ` of ${formatCount(caps.requests)}`}
      </td>
      <td className="num">{lastUsedAt === undefined ? 'never' : formatDateTime(lastUsedAt)}</td>
      <td>
        <button
          aria-label={`Edit ${name}`}
          className="btn small ghost"
          onClick={() => setDialog('edit')}
          type="button"
        >
          Edit…
        </button>
        <button
          aria-label={`Revoke ${name}`}
          className="btn small ghost danger"
          onClick={() => setDialog('revoke')}
          type="button"
        >
          Revoke…
        </button>
        {dialog === 'edit' && (
          <TokenDialog onClose={() => setDialog('none')} onSaved={onChanged} token={token} />
        )}
        {dialog === 'revoke' && (
          <ConfirmDialog
            action="Revoke token"
            onClose={() => setDialog('none')}
            onConfirm={revoke}
            title={`Revoke ${name}?`}
          >
            It stops working at once. Runs it started in the browser under a cap pause until somebody resumes
            them. What it asked for stays in the journal. This cannot be undone.
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}

interface TokenDialogProps {
  /** Null: a new one. */
  readonly token: ServiceToken | null;
  onSaved(): void;
  onClose(): void;
}

function TokenDialog({ token, onSaved, onClose }: TokenDialogProps) {
  const { backend, ui } = useModel();
  const action = useAction();
  const [name, setName] = useState(token?.name ?? '');
  const [caps, setCaps] = useState<Caps>(token?.caps ?? {});
  const [concurrency, setConcurrency] = useState(token?.concurrency);
  const draft = { name: name.trim(), caps, ...(concurrency === undefined ? {} : { concurrency }) };
  const save = () =>
    void action.run(async () => {
      if (token === null) {
        await backend.client.service.addToken(draft);
        toast(ui, 'Copied to the clipboard; it is not shown again');
      } else {
        await backend.client.service.updateToken({ id: token.id, ...draft });
      }
      onSaved();
      onClose();
    });
  return (
    <Dialog onClose={onClose} title={token === null ? 'Add a token' : `Token ${token.name}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft.name !== '') {
            save();
          }
        }}
      >
        <TextField
          autoFocus
          error={action.error?.field === 'name' ? action.error.sentence : undefined}
          label="Name"
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          placeholder="Whose, or what for"
          value={name}
        />
        <div className="fields">
          <CapsFields
            caps={caps}
            costHint="over all its requests"
            onChange={setCaps}
            requestsHint="over all its time"
          />
          <NumberField
            hint="at once"
            label="Requests in flight"
            max={1024}
            min={1}
            onChange={(value) => setConcurrency(value === undefined ? undefined : Math.round(value))}
            placeholder="no bound"
            value={concurrency}
          />
        </div>
        {token === null && (
          <p className="hint">
            It will be copied to this computer’s clipboard. Paste it where you need it right away: it is not
            shown again.
          </p>
        )}
        {action.error !== null && action.error.field !== 'name' && (
          <Notice tone="bad">{action.error.sentence}</Notice>
        )}
        <DialogFoot
          action={token === null ? 'Create and copy' : 'Save'}
          isDisabled={action.isBusy || draft.name === ''}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
