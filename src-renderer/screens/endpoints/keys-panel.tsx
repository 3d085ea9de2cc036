/** The keys of an endpoint: search, filter by state, the table, and what they share. */
import type { EndpointView } from '@shared/contract';
import type { KeyInfo, QuotaGroup } from '@shared/model/endpoint';
import { useEffect, useEffectEvent, useState } from 'react';
import { isVaultLocked, useLive, useModel, useUi } from '../../state/app-model';
import { toast } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { ConfirmDialog } from '../../ui/dialog';
import { formatCount, plural } from '../../ui/format';
import { LockedKeys } from '../../ui/locked-keys';
import { MenuButton } from '../../ui/menu';
import { Mark } from '../../ui/pill';
import { keyStanding, standingWords } from './endpoint-words';
import { ALL_KEYS, filterKeys, standingCounts } from './key-filter';
import type { KeyFilter } from './key-filter';
import { KeysTable } from './keys-table';
import { FOCUSED_KEY, focusSoon } from './use-endpoint-acts';

interface KeysPanelProps {
  readonly view: EndpointView;
  readonly action: Action;
  readonly isTesting: boolean;
  onTest(keyId: string): void;
}

type Asking =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'one'; readonly key: KeyInfo }
  | { readonly kind: 'invalid' };

export function KeysPanel({ view, action, isTesting, onTest }: KeysPanelProps) {
  const groups = useLive((state) => state.groups);
  const [filter, setFilter] = useState<KeyFilter>(ALL_KEYS);
  const [asking, setAsking] = useState<Asking>({ kind: 'nothing' });
  const wanted = useWantedKey(() => setFilter(ALL_KEYS));
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const found = filterKeys(view.keys, filter, groups, isLocked);
  const done = () => setAsking({ kind: 'nothing' });
  const invalid = view.keys.filter((key) => keyStanding(key) === 'invalid');
  if (view.keys.length === 0) {
    return <NoKeys endpointId={view.endpoint.id} />;
  }
  return (
    <section aria-label="Keys" className="keys">
      <LockedKeys onUnlocked={() => focusSoon(...FOCUSED_KEY)}>
        Your keys are locked. Enter your passphrase to use them.
      </LockedKeys>
      <Toolbar
        filter={filter}
        found={found.length}
        invalid={invalid.length}
        keys={view.keys}
        onFilter={setFilter}
        onRemoveInvalid={() => setAsking({ kind: 'invalid' })}
      />
      <KeysTable
        action={action}
        groups={groups}
        isTesting={isTesting}
        keys={found}
        onRemove={(key) => setAsking({ kind: 'one', key })}
        onShowAll={() => setFilter(ALL_KEYS)}
        onTest={onTest}
        view={view}
        wanted={wanted}
      />
      <p className="hint keys-note">
        <SharedQuota groups={groups} keys={view.keys} />
        Several keys of one account or project share its quota; more of them do not make it larger. Some
        providers’ terms restrict spreading load over keys.
      </p>
      {asking.kind === 'one' && <RemoveKeys action={action} keys={[asking.key]} onClose={done} />}
      {asking.kind === 'invalid' && <RemoveKeys action={action} keys={invalid} onClose={done} />}
    </section>
  );
}

/** The key that whoever came here is to see, the filter or not. Another object: asked for again. */
function useWantedKey(onWanted: () => void): { readonly keyId?: string } | null {
  const view = useUi((state) => (state.view.kind === 'endpoints' ? state.view : null));
  const tell = useEffectEvent(onWanted);
  useEffect(() => {
    if (view?.keyId !== undefined) {
      tell();
    }
  }, [view]);
  return view;
}

function NoKeys({ endpointId }: { readonly endpointId: string }) {
  const { ui } = useModel();
  return (
    <section aria-label="Keys" className="keys">
      <div className="empty">
        <h2>No keys for this endpoint</h2>
        <p>Requests go out once it has one.</p>
        <button
          className="btn"
          onClick={() => ui.setState({ overlay: { kind: 'addKeys', endpointId } })}
          type="button"
        >
          Add keys…
        </button>
      </div>
    </section>
  );
}

interface ToolbarProps {
  readonly keys: readonly KeyInfo[];
  readonly filter: KeyFilter;
  readonly found: number;
  readonly invalid: number;
  onFilter(filter: KeyFilter): void;
  onRemoveInvalid(): void;
}

function Toolbar({ keys, filter, found, invalid, onFilter, onRemoveInvalid }: ToolbarProps) {
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  return (
    <div className="row toolbar">
      <input
        aria-label="Search keys of this endpoint"
        className="input key-search"
        onChange={(event) => onFilter({ ...filter, query: event.target.value })}
        placeholder="Search label, last four, group"
        type="search"
        value={filter.query}
      />
      <fieldset className="plain chips grow">
        <legend className="sr-only">States</legend>
        <button
          aria-pressed={filter.standing === null}
          className="chip"
          onClick={() => onFilter({ ...filter, standing: null })}
          type="button"
        >
          All <span className="num">{formatCount(keys.length)}</span>
        </button>
        {standingCounts(keys).map(([standing, count]) => {
          const { word, tone } = standingWords(standing, isLocked);
          return (
            <button
              aria-pressed={filter.standing === standing}
              className="chip"
              key={standing}
              onClick={() =>
                onFilter({ ...filter, standing: filter.standing === standing ? null : standing })
              }
              type="button"
            >
              <Mark tone={tone} />
              {word} <span className="num">{formatCount(count)}</span>
            </button>
          );
        })}
      </fieldset>
      <span aria-live="polite" className="sr-only">
        {plural(found, 'key')} shown
      </span>
      <GroupsMenu invalid={invalid} onRemoveInvalid={onRemoveInvalid} />
    </div>
  );
}

function GroupsMenu({ invalid, onRemoveInvalid }: Pick<ToolbarProps, 'invalid' | 'onRemoveInvalid'>) {
  const { ui } = useModel();
  const groups = useLive((state) => state.groups);
  const edit = (groupId: string | null) => ui.setState({ overlay: { kind: 'editGroup', groupId } });
  return (
    <MenuButton
      isSmall
      items={[
        ...groups.map((group) => ({
          label: `Quota group ${group.name}…`,
          onSelect: () => edit(group.id),
        })),
        { label: 'New quota group…', onSelect: () => edit(null) },
        ...(invalid === 0
          ? []
          : [
              {
                name: 'invalid',
                label: `Remove ${formatCount(invalid)} invalid…`,
                isDanger: true,
                onSelect: onRemoveInvalid,
              },
            ]),
      ]}
      label="Groups and more"
    />
  );
}

/** Which keys stand against one limit, by name as long as they are few. */
function SharedQuota({
  keys,
  groups,
}: {
  readonly keys: readonly KeyInfo[];
  readonly groups: readonly QuotaGroup[];
}) {
  return groups.map((group) => {
    const members = keys.filter((key) => key.groupId === group.id);
    if (members.length === 0) {
      return null;
    }
    const names =
      members.length <= 3
        ? new Intl.ListFormat('en').format(members.map((key) => key.label))
        : plural(members.length, 'key');
    return (
      <span key={group.id}>
        {names} {members.length === 1 ? 'is' : 'are'} in quota group <b>{group.name}</b> and{' '}
        {members.length === 1 ? 'has' : 'share'} its limits.{' '}
      </span>
    );
  });
}

interface RemoveKeysProps {
  readonly keys: readonly KeyInfo[];
  readonly action: Action;
  onClose(): void;
}

function RemoveKeys({ keys, action, onClose }: RemoveKeysProps) {
  const { backend, ui } = useModel();
  const [first] = keys;
  const isOne = keys.length === 1;
  const remove = () =>
    void action.run(async () => {
      for (const key of keys) {
        await backend.client.keys.remove({ keyId: key.id });
      }
      toast(
        ui,
        isOne && first !== undefined
          ? `Removed ${first.label} …${first.tail}`
          : `Removed ${formatCount(keys.length)} keys`,
      );
    });
  return (
    <ConfirmDialog
      action={isOne ? 'Remove key' : `Remove ${formatCount(keys.length)} keys`}
      onClose={onClose}
      onConfirm={remove}
      title={
        isOne ? `Remove ${first?.label ?? 'the key'}?` : `Remove ${formatCount(keys.length)} invalid keys?`
      }
    >
      {isOne ? `The key …${first?.tail ?? ''} is` : 'They are'} erased from the vault, which cannot be undone.{' '}
      {isOne ? 'It stays' : 'They stay'} valid at the provider: revoke {isOne ? 'it' : 'them'} there if{' '}
      {isOne ? 'it' : 'they'} leaked.
    </ConfirmDialog>
  );
}
