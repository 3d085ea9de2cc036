/** Adds keys to an endpoint, one or many. What is typed here goes to the vault and nowhere else. */
import type { KeyTier, Limits } from '@shared/model/endpoint';
import { useMemo, useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { show, toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { Field, TextField } from '../../ui/field';
import { formatCount, plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { GroupSelect } from './group-select';
import { LIMIT_FIELDS, LimitsFields, NoLimitHint } from './limits-fields';
import { parseKeys } from './parse-keys';
import type { PastedKey } from './parse-keys';
import { PastePreview } from './paste-preview';
import { TierSelect } from './tier-select';

/** The border takes this many at once. */
const MOST_KEYS = 2000;

const PLACED = ['keys', 'label', 'groupId', 'tier', ...LIMIT_FIELDS];

/** What all keys of the paste get. */
interface Batch {
  readonly label: string;
  readonly groupId: string | null;
  readonly tier: KeyTier | null;
  /** Of each of them. */
  readonly limits: Limits;
}

export function AddKeysDialog({ endpointId, onClose }: { readonly endpointId: string; onClose(): void }) {
  const add = useAddKeys(endpointId, onClose);
  const { action } = add;
  const view = useLive((state) => state.endpoints.find((one) => one.endpoint.id === endpointId));
  const [text, setText] = useState('');
  const [batch, setBatch] = useState<Batch>({ label: '', groupId: null, tier: null, limits: {} });
  const pasted = useMemo(() => parseKeys(text), [text]);
  const firstNumber = (view?.keys.length ?? 0) + 1;
  const keys = labelled(pasted.keys, batch.label.trim(), firstNumber);
  const isTooMany = keys.length > MOST_KEYS;
  const errorOf = (field: string) => (action.error?.field === field ? action.error.sentence : undefined);

  return (
    <Dialog className="wide" onClose={onClose} title={`Add keys to ${view?.endpoint.name ?? 'the endpoint'}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add.start(keys, batch);
        }}
      >
        <SecretsField
          error={
            isTooMany
              ? `These are ${formatCount(keys.length)} keys; add at most ${formatCount(MOST_KEYS)} at a time.`
              : errorOf('keys')
          }
          onChange={setText}
          value={text}
        />
        <BatchFields
          batch={batch}
          errorOf={errorOf}
          isMany={keys.length > 1}
          onChange={(part) => setBatch((old) => ({ ...old, ...part }))}
        />
        <BatchLimits
          errorOf={errorOf}
          limits={batch.limits}
          onChange={(limits) => setBatch((old) => ({ ...old, limits }))}
        />
        {pasted.keys.length > 0 && <PastePreview {...pasted} keys={keys} />}
        <Notice tone="info">
          Keys of one account or project share its quota, and some providers’ terms restrict spreading load
          over keys. Put keys of one account into one quota group.
        </Notice>
        {action.error !== null && !PLACED.includes(action.error.field ?? '') && (
          <Notice tone="bad">{action.error.sentence}</Notice>
        )}
        <DialogFoot
          action={`Add ${keys.length === 0 ? 'keys' : plural(keys.length, 'key')}`}
          isDisabled={keys.length === 0 || isTooMany || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

/** Adds them, leaves the dialog and shows the first that is new. */
function useAddKeys(endpointId: string, onClose: () => void) {
  const { backend, ui } = useModel();
  const action = useAction();
  const start = (keys: PastedKey[], batch: Batch) =>
    void action.run(async () => {
      const { added, duplicates } = await backend.client.keys.add({
        endpointId,
        keys,
        ...(batch.groupId === null ? {} : { groupId: batch.groupId }),
        ...(batch.tier === null ? {} : { tier: batch.tier }),
        ...(Object.keys(batch.limits).length === 0 ? {} : { limits: batch.limits }),
      });
      const doubles = duplicates === 0 ? '' : `, ${plural(duplicates, 'was', 'were')} already here`;
      toast(ui, `${plural(added.length, 'key')} added${doubles}`);
      onClose();
      const [first] = added;
      if (first !== undefined && ui.getState().view.kind === 'endpoints') {
        show(ui, { kind: 'endpoints', endpointId, tab: 'keys', keyId: first.id });
      }
    });
  return { action, start };
}

interface BatchFieldsProps {
  readonly batch: Batch;
  readonly isMany: boolean;
  errorOf(field: string): string | undefined;
  onChange(part: Partial<Batch>): void;
}

function BatchFields({ batch, isMany, errorOf, onChange }: BatchFieldsProps) {
  return (
    <div className="fields">
      <TextField
        className="span2"
        error={errorOf('label')}
        hint={isMany ? 'Numbered for keys without a name of their own' : undefined}
        label="Label"
        maxLength={100}
        onChange={(event) => onChange({ label: event.target.value })}
        placeholder="team-a"
        value={batch.label}
      />
      <TierSelect error={errorOf('tier')} onChange={(tier) => onChange({ tier })} value={batch.tier} />
      <GroupSelect
        error={errorOf('groupId')}
        onChange={(groupId) => onChange({ groupId })}
        value={batch.groupId}
      />
    </div>
  );
}

interface BatchLimitsProps extends Pick<BatchFieldsProps, 'errorOf'> {
  readonly limits: Limits;
  onChange(limits: Limits): void;
}

/** Folded: most keys have none of their own. */
function BatchLimits({ limits, errorOf, onChange }: BatchLimitsProps) {
  const count = Object.keys(limits).length;
  const isRefused = LIMIT_FIELDS.some((field) => errorOf(field) !== undefined);
  return (
    <details className="batch-limits" {...(isRefused ? { open: true } : {})}>
      <summary className="legend">Limits of each key{count === 0 ? '' : `, ${count} set`}</summary>
      <div className="stack">
        <div className="fields">
          <LimitsFields errorOf={errorOf} limits={limits} onChange={onChange} tells="typed" />
        </div>
        <NoLimitHint />
      </div>
    </details>
  );
}

interface SecretsFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  onChange(text: string): void;
}

function SecretsField({ value, error, onChange }: SecretsFieldProps) {
  return (
    <Field
      error={error}
      hint="One key per line, or several separated by commas. To label a key, write NAME=key or label,key."
      label="Keys"
    >
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
