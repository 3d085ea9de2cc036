/** What can be done with the endpoint that is shown, by button, by menu and by key: all of them do what stands here once. */
import type { EndpointView } from '@shared/contract';
import type { ENDPOINT_KEYS } from '../../keys/fleet-keys';
import type { KeyActs } from '../../keys/use-keys';
import { useModel } from '../../state/app-model';
import type { AppModel } from '../../state/app-model';
import { show, toast } from '../../state/ui-store';
import type { EndpointTab } from '../../state/ui-store';
import type { Action } from '../../state/use-action';
import { saveField } from '../../ui/save-field';

export type EndpointActs = KeyActs<typeof ENDPOINT_KEYS>;

interface Shown {
  readonly view: EndpointView;
  readonly action: Action;
  /** Null while it cannot be tested. */
  readonly test: (() => void) | null;
  /** Asks first. */
  remove(): void;
}

/** What is left where there is no endpoint yet. */
export function fleetActs({ ui }: Pick<AppModel, 'ui'>): EndpointActs {
  return {
    add: () => ui.setState({ overlay: { kind: 'addEndpoint' } }),
    addGroup: () => ui.setState({ overlay: { kind: 'editGroup', groupId: null } }),
    lab: () => ui.setState({ overlay: { kind: 'lab' } }),
    previous: null,
    next: null,
    test: null,
    pause: null,
    edit: null,
    keys: null,
    usage: null,
    log: null,
    addKeys: null,
    search: null,
    reset: null,
    remove: null,
    save: saveField,
  };
}

export function useEndpointActs({ view, action, test, remove }: Shown): EndpointActs {
  const model = useModel();
  const { id, demo } = view.endpoint;
  const { pause, reset } = useChanges(view, action);
  const goTo = (tab: EndpointTab, ...targets: readonly string[]) => {
    show(model.ui, { kind: 'endpoints', endpointId: id, tab });
    focusSoon(...targets);
  };
  return {
    ...fleetActs(model),
    previous: () => showBeside(model, id, -1),
    next: () => showBeside(model, id, 1),
    test,
    pause: action.isBusy ? null : pause,
    edit: () => goTo('settings', '#endpoint-panel :is(input, select)'),
    keys: () => goTo('keys', ...FOCUSED_KEY, '#tab-keys'),
    usage: () => goTo('usage', '#tab-usage'),
    log: () => goTo('log', '#tab-log'),
    addKeys: demo ? null : () => model.ui.setState({ overlay: { kind: 'addKeys', endpointId: id } }),
    search: view.keys.length === 0 ? null : () => goTo('keys', '#endpoint-panel input[type=search]'),
    reset,
    remove: demo ? null : remove,
  };
}

function useChanges({ endpoint }: EndpointView, action: Action) {
  const { backend, accept, live, ui } = useModel();
  const { id, name } = endpoint;
  const take = (saved: EndpointView) => {
    accept(() => ({
      kind: 'endpoints',
      endpoints: live.getState().endpoints.map((one) => (one.endpoint.id === id ? saved : one)),
    }));
  };
  return {
    pause: () =>
      void action.run(async () => {
        const { demo: _, ...draft } = endpoint;
        take(await backend.client.endpoints.update({ ...draft, enabled: !endpoint.enabled }));
      }),
    reset: () =>
      void action.run(async () => {
        take(await backend.client.endpoints.reset({ endpointId: id }));
        toast(ui, `${name} and its keys are tried again`);
      }),
  };
}

/** In the list. */
export const SHOWN_ENDPOINT = '.endpoint-item[aria-current="true"]';

/** From the last one it goes on with the first. The focus follows into the list, where Alt and an arrow move it. */
function showBeside({ ui, live }: AppModel, id: string, step: 1 | -1): void {
  const { endpoints } = live.getState();
  const at = endpoints.findIndex(({ endpoint }) => endpoint.id === id);
  const next = endpoints.at((at + step) % endpoints.length);
  if (next !== undefined) {
    show(ui, { kind: 'endpoints', endpointId: next.endpoint.id });
    focusSoon(SHOWN_ENDPOINT);
  }
}

/** The row of the current key; just drawn, the table has no rows yet and hands the focus on to it. */
export const FOCUSED_KEY = [
  '#endpoint-panel [data-key-id][tabindex="0"]',
  '#endpoint-panel .keys-grid',
] as const;

/** The first of them that is there, once it is drawn. */
export function focusSoon(...selectors: readonly string[]): void {
  setTimeout(() => {
    const found = selectors.map((one) => document.querySelector<HTMLElement>(one));
    found.find((one) => one !== null)?.focus();
  }, 0);
}
