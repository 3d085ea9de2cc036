/** Brand, tabs, the state of the keys, settings. */
import { useLive, useModel, useUi } from '../state/app-model';
import { show } from '../state/ui-store';
import type { View } from '../state/ui-store';
import type { EndpointView } from '@shared/contract';
import { Pill } from '../ui/pill';
import type { Tone } from '../ui/pill';
import { formatCount, plural } from '../ui/format';
import { keyTally } from '../screens/endpoints/endpoint-words';

const TABS: readonly { readonly label: string; readonly key: string; readonly view: View }[] = [
  { label: 'Runs', key: 'Control+1', view: { kind: 'runs', runId: null } },
  { label: 'Review', key: 'Control+2', view: { kind: 'review', runId: null } },
  { label: 'Gallery', key: 'Control+3', view: { kind: 'gallery' } },
  { label: 'Endpoints', key: 'Control+4', view: { kind: 'endpoints', endpointId: null } },
];

export function TopBar() {
  const { ui } = useModel();
  const view = useUi((state) => state.view);
  const current = view.kind === 'newRun' ? 'runs' : view.kind;
  return (
    <header className="top">
      <div className="brand">
        <i aria-hidden="true" />
        Brushfleet
      </div>
      <nav aria-label="Screens" className="tabs">
        {TABS.map((tab) => (
          <button
            aria-current={current === tab.view.kind ? 'page' : undefined}
            aria-keyshortcuts={tab.key}
            key={tab.label}
            onClick={() => show(ui, tab.view)}
            type="button"
          >
            {tab.label}
          </button>
        ))}
      </nav>
      <span className="grow" />
      <KeysPill />
      <button
        aria-current={view.kind === 'settings' ? 'page' : undefined}
        aria-keyshortcuts="Control+,"
        className="btn ghost"
        onClick={() => show(ui, { kind: 'settings' })}
        type="button"
      >
        Settings
      </button>
    </header>
  );
}

function KeysPill() {
  const { ui } = useModel();
  const endpoints = useLive((state) => state.endpoints);
  const { text, tone } = keysSummary(endpoints);
  return (
    <button
      aria-label={`${text}. Open Endpoints`}
      className="pill-button"
      onClick={() => show(ui, { kind: 'endpoints', endpointId: null })}
      type="button"
    >
      <Pill tone={tone}>{text}</Pill>
    </button>
  );
}

export function keysSummary(endpoints: readonly EndpointView[]): {
  readonly text: string;
  readonly tone: Tone;
} {
  const { ready, all } = keyTally(endpoints);
  if (all === 0) {
    const hasDemo = endpoints.some((view) => view.endpoint.demo && view.endpoint.enabled);
    return hasDemo ? { text: 'Demo only, no keys', tone: 'idle' } : { text: 'No keys yet', tone: 'warn' };
  }
  return {
    text: `${formatCount(ready)} of ${plural(all, 'key')} ready`,
    tone: ready === 0 ? 'bad' : 'ok',
  };
}
