/** A quota group: its name, the limits its keys share, and who is in it. */
import type { KeyLimits, QuotaGroup } from '@shared/model/endpoint';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { ConfirmDialog, Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { LimitsFields, NoLimitHint } from './limits-fields';
import { ModelLimits } from './model-limits';

export function GroupEditor({ groupId, onClose }: { readonly groupId: string | null; onClose(): void }) {
  const group = useLive((state) => state.groups.find((one) => one.id === groupId));
  return groupId !== null && group === undefined ? null : (
    <Editor group={group} key={groupId ?? 'new'} onClose={onClose} />
  );
}

interface EditorProps {
  readonly group: QuotaGroup | undefined;
  onClose(): void;
}

const PLACED = [
  'name',
  'requestsPerMinute',
  'requestsPerDay',
  'tokensPerMinute',
  'concurrency',
  'minIntervalMs',
];

function Editor({ group, onClose }: EditorProps) {
  const { backend, accept, live } = useModel();
  const action = useAction();
  const [name, setName] = useState(group?.name ?? '');
  const [limits, setLimits] = useState<KeyLimits>(group?.limits ?? {});
  const errorOf = (field: string) => (action.error?.field === field ? action.error.sentence : undefined);
  const save = () =>
    void action.run(async () => {
      const draft = { name: name.trim(), limits };
      const saved = await backend.client.groups.save(
        group === undefined ? draft : { id: group.id, ...draft },
      );
      const others = () => live.getState().groups.filter((other) => other.id !== saved.id);
      accept(() => ({ kind: 'groups', groups: [...others(), saved] }));
      onClose();
    });
  return (
    <Dialog
      className="wide"
      onClose={onClose}
      title={group === undefined ? 'New quota group' : `Quota group ${group.name}`}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p className="hint">
          Keys of one account or project share its quota. In a group they stand against these limits together,
          and what one uses up is used up for all. {group !== undefined && <Members groupId={group.id} />}
        </p>
        <TextField
          autoFocus
          error={errorOf('name')}
          label="Name"
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          placeholder="the account or project"
          value={name}
        />
        <h3 className="legend">Limits of all its keys together</h3>
        <div className="fields">
          <LimitsFields errorOf={errorOf} limits={limits} onChange={setLimits} tells="typed" />
        </div>
        <NoLimitHint />
        <ModelLimits limits={limits} onChange={setLimits} />
        {action.error !== null && !PLACED.includes(action.error.field ?? '') && (
          <Notice tone="bad">{action.error.sentence}</Notice>
        )}
        <div className="dialog-foot">
          {group !== undefined && <RemoveGroup group={group} onRemoved={onClose} />}
          <span className="grow" />
          <button className="btn" onClick={onClose} type="button">
            Cancel
          </button>
          <button className="btn primary" disabled={name.trim() === '' || action.isBusy} type="submit">
            Save group
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Members({ groupId }: { readonly groupId: string }) {
  const endpoints = useLive((state) => state.endpoints);
  const ids = new Set(
    endpoints.flatMap((view) => view.keys.filter((key) => key.groupId === groupId).map((key) => key.id)),
  );
  return ids.size === 0
    ? 'No key is in it yet.'
    : `${plural(ids.size, 'key')} ${ids.size === 1 ? 'is' : 'are'} in it.`;
}

function RemoveGroup({ group, onRemoved }: { readonly group: QuotaGroup; onRemoved(): void }) {
  const { backend, accept, live, ui } = useModel();
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const remove = () =>
    void action.run(async () => {
      await backend.client.groups.remove({ groupId: group.id });
      const others = () => live.getState().groups.filter((other) => other.id !== group.id);
      accept(() => ({ kind: 'groups', groups: others() }));
      toast(ui, `Removed ${group.name}`);
      onRemoved();
    });
  return (
    <>
      <button className="btn ghost danger" onClick={() => setAsking(true)} type="button">
        Remove group…
      </button>
      {action.error !== null && <span className="field-error">{action.error.sentence}</span>}
      {isAsking && (
        <ConfirmDialog
          action="Remove group"
          onClose={() => setAsking(false)}
          onConfirm={remove}
          title={`Remove ${group.name}?`}
        >
          Its keys stay and stand for themselves again.
        </ConfirmDialog>
      )}
    </>
  );
}
