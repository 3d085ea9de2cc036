/** Brand, tabs, the state of the keys, settings. */
import { useLive, useModel, useUi } from '../state/app-model';
import { show } from '../state/ui-store';
import type { View } from '../state/ui-store';
import type { EndpointView } from '@shared/contract';
import { Pill } from '../ui/pill';
import type { Tone } from '../ui/pill';
import { formatCount, plural } from '../ui/format';
import { focusSearch } from '../screens/gallery/focus-search';
import { DRAGGED_RESULTS } from '../screens/studio/drag-types';
import { keyTally } from '../screens/endpoints/endpoint-words';

const TABS: readonly { readonly label: string; readonly key: string; readonly view: View }[] = [
  { label: 'Studio', key: 'Control+1', view: { kind: 'studio', treeId: null } },
  { label: 'Runs', key: 'Control+2', view: { kind: 'runs', runId: null } },
  { label: 'Review', key: 'Control+3', view: { kind: 'review', runId: null } },
  { label: 'Gallery', key: 'Control+4', view: { kind: 'gallery' } },
  { label: 'Text', key: 'Control+5', view: { kind: 'text' } },
  { label: 'Endpoints', key: 'Control+6', view: { kind: 'endpoints', endpointId: null } },
];

export function TopBar() {
  const { ui } = useModel();
  const view = useUi((state) => state.view);
  const current = tabOf(view);
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
            onDragEnter={({ dataTransfer }) => {
              // Pictures are carried from a gallery into the studio, or to a question, by way of its tab.
              if (
                ['studio', 'text'].includes(tab.view.kind) &&
                dataTransfer.types.includes(DRAGGED_RESULTS)
              ) {
                show(ui, tab.view);
              }
            }}
            type="button"
          >
            {tab.label}
          </button>
        ))}
      </nav>
      <span className="grow" />
      <button
        aria-keyshortcuts="Control+K"
        className="top-search"
        onClick={() => {
          show(ui, { kind: 'gallery' });
          setTimeout(focusSearch, 0);
        }}
        type="button"
      >
        <span className="clip">Search prompts, rows, results</span>
        <kbd>Ctrl K</kbd>
      </button>
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

/** Which tab a view belongs to. */
function tabOf({ kind }: View): View['kind'] {
  const owners: Partial<Record<View['kind'], View['kind']>> = { newRun: 'runs', arena: 'review' };
  return owners[kind] ?? kind;
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
