/** Name, state and address of an endpoint, and what can be done with it as a whole. */
import type { EndpointView } from '@shared/contract';
import { PROVIDER_LABELS } from '@shared/model/provider';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useLive, useModel } from '../../state/app-model';
import { show, toast } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { ConfirmDialog } from '../../ui/dialog';
import { MenuButton } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';
import { Pill } from '../../ui/pill';
import { useNow } from '../../ui/use-now';
import { useMoveEndpoint } from './endpoint-list';
import { endpointState, isEndpointCounting } from './endpoint-words';

interface EndpointHeadProps {
  readonly view: EndpointView;
  readonly action: Action;
  readonly isTesting: boolean;
  onTest(): void;
}

export function EndpointHead({ view, action, isTesting, onTest }: EndpointHeadProps) {
  const { ui } = useModel();
  const { endpoint } = view;
  const now = useNow(isEndpointCounting(view));
  const { word, tone } = endpointState(view, now);
  return (
    <header className="head row endpoint-head">
      <div className="grow">
        <div className="row">
          <h1 className="clip">{endpoint.name}</h1>
          <Pill tone={tone}>{word}</Pill>
        </div>
        <p className="sub clip">{addressWords(view)}</p>
      </div>
      <button
        className="btn"
        disabled={isTesting || (view.keys.length === 0 && !endpoint.demo)}
        onClick={onTest}
        type="button"
      >
        {isTesting ? 'Testing…' : 'Test endpoint'}
      </button>
      <PauseButton action={action} view={view} />
      <MoreMenu action={action} view={view} />
      {!endpoint.demo && (
        <button
          className="btn primary"
          onClick={() => ui.setState({ overlay: { kind: 'addKeys', endpointId: endpoint.id } })}
          type="button"
        >
          Add keys
        </button>
      )}
    </header>
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

/** A pause stops new requests; those in flight finish, and the word says how many are left. */
function PauseButton({ view, action }: PartProps) {
  const { backend, accept, live } = useModel();
  const { endpoint } = view;
  const toggle = () =>
    void action.run(async () => {
      const { demo: _, ...draft } = endpoint;
      const saved = await backend.client.endpoints.update({ ...draft, enabled: !endpoint.enabled });
      const endpoints = live
        .getState()
        .endpoints.map((one) => (one.endpoint.id === endpoint.id ? saved : one));
      accept({ kind: 'endpoints', endpoints });
    });
  return (
    <button
      className="btn"
      disabled={action.isBusy}
      onClick={toggle}
      title={endpoint.enabled ? 'Sends no more; requests in flight finish' : 'Sends again'}
      type="button"
    >
      {endpoint.enabled ? 'Pause' : 'Resume'}
    </button>
  );
}

function MoreMenu({ view, action }: PartProps) {
  const { backend, accept, live, ui } = useModel();
  const count = useLive((state) => state.endpoints.length);
  const place = useLive((state) => state.endpoints.findIndex((one) => one.endpoint.id === view.endpoint.id));
  const move = useMoveEndpoint(action);
  const [isAsking, setAsking] = useState(false);
  const { id, name, demo } = view.endpoint;
  const reset = () =>
    void action.run(async () => {
      const saved = await backend.client.endpoints.reset({ endpointId: id });
      const endpoints = live.getState().endpoints.map((one) => (one.endpoint.id === id ? saved : one));
      accept({ kind: 'endpoints', endpoints });
      toast(ui, `${name} and its keys are tried again`);
    });
  const items: readonly MenuItem[] = [
    { label: 'Reset', hint: 'forget errors, try all keys', onSelect: reset },
    ...(place > 0 ? [{ label: 'Move up', hint: 'Alt ↑', onSelect: () => move(view, place - 1) }] : []),
    ...(place < count - 1
      ? [{ label: 'Move down', hint: 'Alt ↓', onSelect: () => move(view, place + 1) }]
      : []),
    ...(demo ? [] : [{ label: 'Remove…', isDanger: true, onSelect: () => setAsking(true) }]),
  ];
  return (
    <>
      <MenuButton icon={<Ellipsis aria-hidden="true" size={16} />} items={items} label={`More for ${name}`} />
      {isAsking && <RemoveEndpoint action={action} onClose={() => setAsking(false)} view={view} />}
    </>
  );
}

function RemoveEndpoint({ view, action, onClose }: PartProps & { onClose(): void }) {
  const { backend, accept, live, ui } = useModel();
  const { id, name } = view.endpoint;
  const remove = () =>
    void action.run(async () => {
      await backend.client.endpoints.remove({ endpointId: id });
      const endpoints = live.getState().endpoints.filter((other) => other.endpoint.id !== id);
      accept({ kind: 'endpoints', endpoints });
      show(ui, { kind: 'endpoints', endpointId: null });
      toast(ui, `${name} is removed`);
    });
  return (
    <ConfirmDialog
      action="Remove the endpoint"
      onClose={onClose}
      onConfirm={remove}
      title={`Remove ${name}?`}
    >
      Its keys that serve no other endpoint are removed from the vault with it. Runs and results stay.
    </ConfirmDialog>
  );
}
