/** The quota group of a key, or of keys about to be added; a new one is made on the spot. */
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { useAction } from '../../state/use-action';
import { SelectField, TextField } from '../../ui/field';

interface GroupSelectProps {
  readonly value: string | null;
  readonly className?: string;
  readonly error?: string | undefined;
  onChange(groupId: string | null): void;
}

const NEW = 'new group';

export function GroupSelect({ value, className = '', error, onChange }: GroupSelectProps) {
  const groups = useLive((state) => state.groups);
  const [isNaming, setNaming] = useState(false);
  return isNaming ? (
    <NewGroup
      className={className}
      onCancel={() => setNaming(false)}
      onMade={(groupId) => {
        setNaming(false);
        onChange(groupId);
      }}
    />
  ) : (
    <SelectField
      className={className}
      error={error}
      hint="Keys of one account share its limits"
      label="Quota group"
      onChange={(event) => {
        if (event.target.value === NEW) {
          setNaming(true);
        } else {
          onChange(event.target.value === '' ? null : event.target.value);
        }
      }}
      value={value ?? ''}
    >
      <option value="">None</option>
      {groups.map((group) => (
        <option key={group.id} value={group.id}>
          {group.name}
        </option>
      ))}
      <option value={NEW}>New group…</option>
    </SelectField>
  );
}

interface NewGroupProps {
  readonly className: string;
  onMade(groupId: string): void;
  onCancel(): void;
}

function NewGroup({ className, onMade, onCancel }: NewGroupProps) {
  const { backend, accept, live } = useModel();
  const action = useAction();
  const [name, setName] = useState('');
  const make = () =>
    void action.run(async () => {
      const group = await backend.client.groups.save({ name: name.trim(), limits: {} });
      const others = () => live.getState().groups.filter((other) => other.id !== group.id);
      accept(() => ({ kind: 'groups', groups: [...others(), group] }));
      onMade(group.id);
    });
  return (
    <div className={`new-group ${className}`}>
      <TextField
        autoFocus
        className="grow"
        error={action.error?.sentence}
        label="Name of the new group"
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            make();
          }
          if (event.key === 'Escape') {
            event.preventDefault();
            onCancel();
          }
        }}
        // What stands around it is not saved without the group that somebody has begun to name.
        ref={(field) =>
          field?.setCustomValidity(name.trim() === '' ? '' : 'Create this group first, or go back.')
        }
        value={name}
      />
      <div className="row">
        <button
          className="btn small"
          disabled={name.trim() === '' || action.isBusy}
          onClick={make}
          type="button"
        >
          Create group
        </button>
        <button className="btn small ghost" onClick={onCancel} type="button">
          Back
        </button>
      </div>
    </div>
  );
}
