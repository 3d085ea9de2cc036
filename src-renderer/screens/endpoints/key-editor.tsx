/** A key's name, what it may use, and whose quota it shares. Saved as a whole. */
import { FAILURES } from '@shared/model/failure';
import type { EndpointView } from '@shared/contract';
import type { KeyInfo, KeyLimits, KeyTier } from '@shared/model/endpoint';
import { useState } from 'react';
import type { Client } from '../../api';
import { isVaultLocked, useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { Dialog, DialogFoot } from '../../ui/dialog';
import { NumberField, TextField } from '../../ui/field';
import { formatTimeExact } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { isCounting, keyReason, keyState } from './endpoint-words';
import { GroupSelect } from './group-select';
import { LIMIT_FIELDS, LimitsFields, NoLimitHint } from './limits-fields';
import { ModelLimits } from './model-limits';
import { ServedEndpoints } from './served-endpoints';
import { TierSelect } from './tier-select';

type KeyUpdate = Parameters<Client['keys']['update']>[0];

interface KeyDraft {
  readonly label: string;
  readonly limits: KeyLimits;
  readonly groupId: string | null;
  readonly tier: KeyTier | null;
  /** In the order of the list. */
  readonly endpointIds: readonly string[];
}

export function KeyEditor({ keyId, onClose }: { readonly keyId: string; onClose(): void }) {
  const view = useLive((state) => state.endpoints.find((one) => one.keys.some((key) => key.id === keyId)));
  const key = view?.keys.find((one) => one.id === keyId);
  // The key was removed meanwhile.
  return view === undefined || key === undefined ? null : (
    <Editor apiKey={key} key={keyId} onClose={onClose} view={view} />
  );
}

interface EditorProps {
  readonly apiKey: KeyInfo;
  readonly view: EndpointView;
  onClose(): void;
}

const FIELDS_OF_OWN = ['label', 'groupId', 'tier', 'endpointIds', ...LIMIT_FIELDS, 'costPerDay'];

function Editor({ apiKey: key, view, onClose }: EditorProps) {
  const { backend } = useModel();
  const action = useAction();
  const [draft, setDraft] = useState<KeyDraft>(() => draftOf(key));
  const change = (part: Partial<KeyDraft>) => setDraft((old) => ({ ...old, ...part }));
  const errorOf = (field: string) => (action.error?.field === field ? action.error.sentence : undefined);
  const isPlaced = FIELDS_OF_OWN.includes(action.error?.field ?? '');
  const save = () =>
    void action.run(async () => {
      await backend.client.keys.update(updateOf(key, draft));
      onClose();
    });
  return (
    <Dialog className="wide" onClose={onClose} title={`${key.label} …${key.tail}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <KeyFacts apiKey={key} view={view} />
        <div className="fields">
          <TextField
            autoFocus
            className="span2"
            error={errorOf('label')}
            label="Label"
            maxLength={120}
            onChange={(event) => change({ label: event.target.value })}
            value={draft.label}
          />
          <TierSelect error={errorOf('tier')} onChange={(tier) => change({ tier })} value={draft.tier} />
          <GroupSelect
            error={errorOf('groupId')}
            onChange={(groupId) => change({ groupId })}
            value={draft.groupId}
          />
        </div>
        <ServedEndpoints
          chosen={draft.endpointIds}
          error={errorOf('endpointIds')}
          onChange={(endpointIds) => change({ endpointIds })}
        />
        <h3 className="legend">Limits of this key</h3>
        <div className="fields">
          <LimitsFields
            errorOf={errorOf}
            limits={draft.limits}
            onChange={(limits) => change({ limits })}
            tells="typed"
          />
          <CostPerDay
            error={errorOf('costPerDay')}
            limits={draft.limits}
            onChange={(limits) => change({ limits })}
          />
        </div>
        <NoLimitHint />
        <ModelLimits limits={draft.limits} onChange={(limits) => change({ limits })} />
        {action.error !== null && !isPlaced && <Notice tone="bad">{action.error.sentence}</Notice>}
        <DialogFoot
          action="Save key"
          isDisabled={draft.label.trim() === '' || action.isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

interface CostPerDayProps {
  readonly limits: KeyLimits;
  readonly error: string | undefined;
  onChange(limits: KeyLimits): void;
}

const MOST_USD = 1_000_000;

function CostPerDay({ limits, error, onChange }: CostPerDayProps) {
  return (
    <NumberField
      error={error}
      hint="then it is out until midnight"
      label="Cost cap per day, $"
      max={MOST_USD}
      min={0}
      onChange={(value) => {
        const { costPerDay: _, ...others } = limits;
        onChange(value ? { ...others, costPerDay: value } : others);
      }}
      placeholder="no cap"
      step="any"
      value={limits.costPerDay}
    />
  );
}

function draftOf(key: KeyInfo): KeyDraft {
  return {
    label: key.label,
    limits: key.limits ?? {},
    groupId: key.groupId ?? null,
    tier: key.tier ?? null,
    endpointIds: key.endpointIds,
  };
}

/** Only what was changed is sent. */
export function updateOf(key: KeyInfo, draft: KeyDraft): KeyUpdate {
  const before = draftOf(key);
  const hasLimits = Object.keys(draft.limits).length > 0;
  const isSameLimits = JSON.stringify(before.limits) === JSON.stringify(draft.limits);
  return {
    keyId: key.id,
    ...(draft.label.trim() === before.label ? {} : { label: draft.label.trim() }),
    ...(isSameLimits ? {} : { limits: hasLimits ? draft.limits : null }),
    ...(draft.groupId === before.groupId ? {} : { groupId: draft.groupId }),
    ...(draft.tier === before.tier ? {} : { tier: draft.tier }),
    ...(isSameSet(draft.endpointIds, before.endpointIds) ? {} : { endpointIds: [...draft.endpointIds] }),
  };
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

/** What is known of the key and cannot be edited. */
function KeyFacts({ apiKey: key, view }: { readonly apiKey: KeyInfo; readonly view: EndpointView }) {
  const now = useNow(isCounting(key));
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const { word, tone } = keyState(key, now, isLocked);
  const reason = keyReason(key, isLocked);
  const failure = view.keyMetrics?.[key.id]?.lastFailure;
  const facts: readonly (readonly [string, string])[] = [
    ['Account', key.account ?? 'not named by the provider'],
    ...(key.learnedPerMinute === undefined
      ? []
      : [['Learned', `about ${Math.round(key.learnedPerMinute)} requests a minute, from refusals`] as const]),
    ...(key.state.exhausted ? [['Out of quota', `${key.state.exhausted} times so far`] as const] : []),
    ...(failure === undefined
      ? []
      : [['Last failure', `${FAILURES[failure.kind].title}: ${failure.message}`] as const]),
  ];
  return (
    <div className="stack key-facts">
      <div className="row">
        <Pill tone={tone}>{word}</Pill>
        <span className="hint">
          {key.state.status === 'AVAILABLE' ? '' : `since ${formatTimeExact(key.state.since)}`}
        </span>
      </div>
      {reason !== '' && <p className="hint">{reason}</p>}
      <dl className="kv">
        {facts.map(([name, value]) => (
          <div className="kv-pair" key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
