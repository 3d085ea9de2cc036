/** Brand, tabs, the state of the keys, settings. */
import { PanelLeft, PanelRight } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { isVaultLocked, openVault, useLive, useModel, useUi } from '../state/app-model';
import { isPanelShown, show, togglePanel } from '../state/ui-store';
import type { Side, View } from '../state/ui-store';
import type { EndpointView } from '@shared/contract';
import { Pill } from '../ui/pill';
import type { Tone } from '../ui/pill';
import { formatCount, plural } from '../ui/format';
import { focusSearch } from '../screens/gallery/focus-search';
import { DRAGGED_RESULTS } from '../screens/studio/drag-types';
import { keyTally } from '../screens/endpoints/endpoint-words';
import { Keys, keyWords } from '../ui/keys';

const TABS: readonly { readonly label: string; readonly key: string; readonly view: View }[] = [
  { label: 'Studio', key: 'Control+1', view: { kind: 'studio', treeId: null } },
  { label: 'Runs', key: 'Control+2', view: { kind: 'runs', runId: null } },
  { label: 'Review', key: 'Control+3', view: { kind: 'review', runId: null } },
  { label: 'Gallery', key: 'Control+4', view: { kind: 'gallery' } },
  { label: 'Text', key: 'Control+5', view: { kind: 'text' } },
  { label: 'Endpoints', key: 'Control+6', view: { kind: 'endpoints', endpointId: null } },
];

interface TopBarProps {
  /** Which panels the screen has. */
  readonly hasLeft: boolean;
  readonly hasRight: boolean;
}

export function TopBar({ hasLeft, hasRight }: TopBarProps) {
  const { ui } = useModel();
  const view = useUi((state) => state.view);
  const current = tabOf(view);
  return (
    <header className="top">
      <div className="brand">
        <i aria-hidden="true" />
        Brushfleet
      </div>
      {hasLeft && <PanelButton icon={PanelLeft} label="Sources" press="Ctrl+B" side="left" />}
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
      {hasRight && <PanelButton icon={PanelRight} label="Inspector" press="Ctrl+Alt+B" side="right" />}
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
        <Keys press="Ctrl+K" />
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

interface PanelButtonProps {
  readonly side: Side;
  readonly label: string;
  readonly press: string;
  readonly icon: LucideIcon;
}

function PanelButton({ side, label, press, icon: Icon }: PanelButtonProps) {
  const { ui } = useModel();
  const isOpen = useUi((state) => isPanelShown(state, side));
  return (
    <button
      aria-expanded={isOpen}
      aria-keyshortcuts={press.replace('Ctrl', 'Control')}
      aria-label={label}
      className={`btn ghost icon panel-button ${side}`}
      onClick={() => togglePanel(ui, side)}
      title={`${isOpen ? 'Fold' : 'Unfold'} the panel (${keyWords(press)})`}
      type="button"
    >
      <Icon aria-hidden="true" size={16} />
    </button>
  );
}

/** Which tab a view belongs to. */
function tabOf({ kind }: View): View['kind'] {
  const owners: Partial<Record<View['kind'], View['kind']>> = { newRun: 'runs', arena: 'review' };
  return owners[kind] ?? kind;
}

function KeysPill() {
  const model = useModel();
  const endpoints = useLive((state) => state.endpoints);
  const isLocked = useLive((state) => isVaultLocked(state.vault));
  const { text, tone } = keysSummary(endpoints);
  const { all } = keyTally(endpoints);
  if (isLocked && all > 0) {
    return (
      <button className="pill-button is-locked" onClick={() => void openVault(model)} type="button">
        <Pill tone="warn">{plural(all, 'key')} locked · Unlock</Pill>
      </button>
    );
  }
  return (
    <button
      aria-label={`${text}. Open Endpoints`}
      className="pill-button"
      onClick={() => show(model.ui, { kind: 'endpoints', endpointId: null })}
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
  const { ready, refused, all } = keyTally(endpoints);
  if (all === 0) {
    const hasDemo = endpoints.some((view) => view.endpoint.demo && view.endpoint.enabled);
    return hasDemo ? { text: 'Demo only, no keys', tone: 'idle' } : { text: 'No keys yet', tone: 'warn' };
  }
  return {
    text: `${formatCount(ready)} of ${plural(all, 'key')} ready${refused === 0 ? '' : `, ${formatCount(refused)} refused`}`,
    tone: ready === 0 ? 'bad' : refused > 0 ? 'warn' : 'ok',
  };
}
