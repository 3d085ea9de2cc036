/** Name, state and address of an endpoint, and what can be done with it as a whole. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { ENDPOINT_KEYS } from '../../keys/fleet-keys';
import { useKeys } from '../../keys/use-keys';
import { useLive, useModel } from '../../state/app-model';
import { show, toast } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { ConfirmDialog } from '../../ui/dialog';
import { itemFor, MenuButton } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';
import { plural } from '../../ui/format';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { useMoveEndpoint } from './endpoint-list';
import { endpointState, isEndpointCounting } from './endpoint-words';
import { focusSoon, SHOWN_ENDPOINT, useEndpointActs } from './use-endpoint-acts';
import type { EndpointActs } from './use-endpoint-acts';

interface EndpointHeadProps {
  readonly view: EndpointView;
  readonly action: Action;
  readonly isTesting: boolean;
  onTest(): void;
}

export function EndpointHead({ view, action, isTesting, onTest }: EndpointHeadProps) {
  const [isAsking, setAsking] = useState(false);
  const isTestable = !isTesting && (view.keys.length > 0 || view.endpoint.demo);
  const acts = useEndpointActs({
    view,
    action,
    test: isTestable ? onTest : null,
    remove: () => setAsking(true),
  });
  useKeys(ENDPOINT_KEYS, acts);
  return (
    <header className="head row endpoint-head">
      <Title view={view} />
      <ActButton act={acts.test} hint="T" name="t">
        {isTesting ? 'Testing…' : 'Test endpoint'}
      </ActButton>
      <ActButton
        act={acts.pause}
        hint={`${view.endpoint.enabled ? 'Sends no more; requests in flight finish' : 'Sends again'} (P)`}
        name="p"
      >
        {view.endpoint.enabled ? 'Pause' : 'Resume'}
      </ActButton>
      <MoreMenu action={action} acts={acts} view={view} />
      {acts.addKeys !== null && (
        <ActButton act={acts.addKeys} hint="A" isPrimary name="a">
          Add keys…
        </ActButton>
      )}
      {isAsking && <RemoveEndpoint action={action} onClose={() => setAsking(false)} view={view} />}
    </header>
  );
}

function Title({ view }: { readonly view: EndpointView }) {
  const now = useNow(isEndpointCounting(view));
  const { word, tone } = endpointState(view, now);
  return (
    <div className="grow">
      <div className="row">
        <h1 className="clip">{view.endpoint.name}</h1>
        <Pill tone={tone}>{word}</Pill>
      </div>
      <p className="sub clip">{addressWords(view)}</p>
    </div>
  );
}

interface ActButtonProps {
  /** Null: not now. */
  readonly act: (() => void) | null;
  /** Of its key. */
  readonly name: string;
  readonly hint: string;
  readonly isPrimary?: boolean;
  readonly children: string;
}

function ActButton({ act, name, hint, isPrimary = false, children }: ActButtonProps) {
  return (
    <button
      aria-keyshortcuts={name}
      className={isPrimary ? 'btn primary' : 'btn'}
      disabled={act === null}
      onClick={() => act?.()}
      title={hint}
      type="button"
    >
      {children}
    </button>
  );
}

function addressWords({ endpoint }: EndpointView): string {
  if (endpoint.demo) {
    return 'Speaks both protocols, needs no key';
  }
  const address = endpoint.baseUrl === '' ? 'official' : endpoint.baseUrl;
  return `${PROVIDER_LABELS[endpoint.provider]} · ${address} · weight ${endpoint.weight}`;
}

interface PartProps {
  readonly view: EndpointView;
  readonly action: Action;
}

function MoreMenu({ view, action, acts }: PartProps & { readonly acts: EndpointActs }) {
  const count = useLive((state) => state.endpoints.length);
  const place = useLive((state) => state.endpoints.findIndex((one) => one.endpoint.id === view.endpoint.id));
  const move = useMoveEndpoint(action);
  const items: readonly MenuItem[] = [
    ...itemFor('Edit its settings', 'E', acts.edit),
    ...itemFor('Reset', 'R', acts.reset, 'forget errors, try all keys'),
    ...itemFor('Move up', 'Alt+↑', place > 0 ? () => move(view, place - 1) : null),
    ...itemFor('Move down', 'Alt+↓', place < count - 1 ? () => move(view, place + 1) : null),
    ...itemFor('Remove…', 'Shift+X', acts.remove).map((one) => ({ ...one, isDanger: true })),
  ];
  return (
    <MenuButton
      icon={<Ellipsis aria-hidden="true" size={16} />}
      items={items}
      label={`More for ${view.endpoint.name}`}
    />
  );
}

function RemoveEndpoint({ view, action, onClose }: PartProps & { onClose(): void }) {
  const { backend, accept, live, ui } = useModel();
  const { id, name } = view.endpoint;
  const remove = () =>
    void action.run(async () => {
      const { endpoints } = live.getState();
      const at = endpoints.findIndex((one) => one.endpoint.id === id);
      const next = endpoints[at + 1] ?? endpoints[at - 1];
      await backend.client.endpoints.remove({ endpointId: id });
      accept(() => ({
        kind: 'endpoints',
        endpoints: live.getState().endpoints.filter((other) => other.endpoint.id !== id),
      }));
      ui.setState({ lastEndpoints: null });
      show(ui, { kind: 'endpoints', endpointId: next?.endpoint.id ?? null });
      focusSoon(SHOWN_ENDPOINT);
      toast(ui, `Removed ${name}`);
    });
  return (
    <ConfirmDialog action="Remove endpoint" onClose={onClose} onConfirm={remove} title={`Remove ${name}?`}>
      {goneWords(view)} Runs and results stay.
    </ConfirmDialog>
  );
}

/** Keys that serve no other endpoint go with it. */
function goneWords({ keys }: EndpointView): string {
  const own = keys.filter(({ endpointIds }) => endpointIds.length === 1).length;
  const shared = keys.length - own;
  const erased =
    own === 0
      ? 'No key goes with it.'
      : `${plural(own, 'key')} ${own === 1 ? 'is' : 'are'} erased from the vault with it, which cannot be undone.`;
  return shared === 0
    ? erased
    : `${erased} ${plural(shared, 'key')} that ${shared === 1 ? 'serves' : 'serve'} other endpoints too ${shared === 1 ? 'stays' : 'stay'}.`;
}
