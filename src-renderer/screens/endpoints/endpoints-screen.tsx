/** One endpoint: how it does, its keys, its settings and what happened to it. Every change counts at once. */
import type { EndpointView } from '@shared/contract';
import { actOf } from '../../keys/key-line';
import { ENDPOINT_KEYS, TAB_KEYS } from '../../keys/fleet-keys';
import { useKeys } from '../../keys/use-keys';
import { useLive, useModel, useUi } from '../../state/app-model';
import { show } from '../../state/ui-store';
import type { EndpointTab } from '../../state/ui-store';
import { useAction } from '../../state/use-action';
import { formatShortCount } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { EndpointFigures } from './endpoint-figures';
import { EndpointForm } from './endpoint-form';
import { EndpointHead } from './endpoint-head';
import { shownEndpoint } from './endpoints-panel';
import { eventsOf } from './fleet-event-words';
import { FleetLog } from './fleet-log';
import { KeysPanel } from './keys-panel';
import { TestReports } from './test-reports';
import { UsagePanel } from './usage-panel';
import { fleetActs } from './use-endpoint-acts';
import { useFreshGauges } from './use-fresh-gauges';
import { useTests } from './use-tests';
import './endpoints.css';

export function EndpointsScreen({ endpointId }: { readonly endpointId: string | null }) {
  const endpoints = useLive((state) => state.endpoints);
  const view = shownEndpoint(endpoints, endpointId);
  useFreshGauges(endpoints);
  if (view === undefined) {
    return <NoEndpoints />;
  }
  return <EndpointDetail key={view.endpoint.id} view={view} />;
}

function NoEndpoints() {
  useKeys(ENDPOINT_KEYS, fleetActs(useModel()));
  return (
    <div className="empty">
      <h2>No endpoints yet</h2>
      <p>An endpoint is where requests go: Google, OpenAI, or a relay that speaks either protocol.</p>
      <AddEndpointButton />
    </div>
  );
}

function AddEndpointButton() {
  const { ui } = useModel();
  return (
    <button
      aria-keyshortcuts="n"
      className="btn primary"
      onClick={() => ui.setState({ overlay: { kind: 'addEndpoint' } })}
      title="N"
      type="button"
    >
      Add an endpoint…
    </button>
  );
}

function AboutDemo() {
  return (
    <div className="empty">
      <h2>Built in, to try things out</h2>
      <p>
        It paints on this computer by simple words such as greyscale, blur, rotate, tint or flip. It serves
        its own model alone, so a real run never goes through it. For real models, add Google, OpenAI, or a
        relay.
      </p>
      <AddEndpointButton />
    </div>
  );
}

function EndpointDetail({ view }: { readonly view: EndpointView }) {
  const action = useAction();
  const tests = useTests(view);
  const tab = useUi((state) => (state.view.kind === 'endpoints' ? (state.view.tab ?? 'keys') : 'keys'));
  const error = action.error ?? tests.error;
  return (
    <>
      <EndpointHead action={action} isTesting={tests.isRunning} onTest={() => tests.start()} view={view} />
      <EndpointFigures view={view} />
      {error !== null && (
        <div className="pad">
          <Notice tone="bad">{error.sentence}</Notice>
        </div>
      )}
      {tests.results !== null && (
        <TestReports isRunning={tests.isRunning} onClose={tests.close} results={tests.results} />
      )}
      <Tabs tab={tab} view={view} />
      <div
        aria-labelledby={`tab-${tab}`}
        className={tab === 'keys' && !view.endpoint.demo ? 'tab-panel' : 'tab-panel scroll'}
        id="endpoint-panel"
        role="tabpanel"
      >
        {tab === 'keys' &&
          (view.endpoint.demo ? (
            <AboutDemo />
          ) : (
            <KeysPanel action={action} isTesting={tests.isRunning} onTest={tests.start} view={view} />
          ))}
        {tab === 'usage' && <UsagePanel view={view} />}
        {tab === 'settings' && <EndpointForm view={view} />}
        {tab === 'log' && <FleetLog view={view} />}
      </div>
    </>
  );
}

function Tabs({ tab, view }: { readonly tab: EndpointTab; readonly view: EndpointView }) {
  const { ui } = useModel();
  const events = useLive((state) => state.fleetEvents);
  const tabs: readonly (readonly [EndpointTab, string, number])[] = [
    ['keys', view.endpoint.demo ? 'About' : 'Keys', view.keys.length],
    ['usage', 'Usage', 0],
    ['settings', 'Settings', 0],
    ['log', 'Log', eventsOf(events, view).length],
  ];
  const choose = (next: EndpointTab) =>
    show(ui, { kind: 'endpoints', endpointId: view.endpoint.id, tab: next });
  return (
    <div aria-label={`About ${view.endpoint.name}`} className="subtabs" role="tablist">
      {tabs.map(([kind, label, count], at) => (
        <button
          aria-controls="endpoint-panel"
          aria-selected={kind === tab}
          id={`tab-${kind}`}
          key={kind}
          onClick={() => choose(kind)}
          onKeyDown={(event) => {
            const act = actOf(TAB_KEYS, event);
            const next = tabs[(at + (act === 'next' ? 1 : -1) + tabs.length) % tabs.length];
            if (act !== undefined && next !== undefined) {
              event.preventDefault();
              choose(next[0]);
              document.getElementById(`tab-${next[0]}`)?.focus();
            }
          }}
          role="tab"
          tabIndex={kind === tab ? 0 : -1}
          type="button"
        >
          {label}
          {count > 0 && <span className="num hint">{formatShortCount(count)}</span>}
        </button>
      ))}
    </div>
  );
}
