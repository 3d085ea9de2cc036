/** The five zones: sources left, work in the centre, inspector right, queue dock and status line below. */
import type { ReactNode } from 'react';
import { OutgoingWork } from '../exports/outgoing';
import { useLive, useModel, useUi } from '../state/app-model';
import { isPanelShown, PANEL_LIMITS, setPanel } from '../state/ui-store';
import { Notice } from '../ui/notice';
import { Splitter } from '../ui/splitter';
import { Toasts } from '../ui/toasts';
import { QueueDock } from './queue/queue-dock';
import { RefusedKeys } from './refused-keys';
import { StatusLine } from './status-line';
import { TopBar } from './top-bar';

interface ShellProps {
  /** Null where the screen takes the whole width. */
  readonly left: ReactNode | null;
  readonly centre: ReactNode;
  /** Null where the screen takes the whole width. */
  readonly right: ReactNode | null;
}

export function Shell({ left, centre, right }: ShellProps) {
  const isLeftOpen = useUi((state) => isPanelShown(state, 'left'));
  const isRightOpen = useUi((state) => isPanelShown(state, 'right'));
  return (
    <div className="app">
      <TopBar hasLeft={left !== null} hasRight={right !== null} />
      <PanelVeil />
      {isLeftOpen && left !== null && <LeftPanel>{left}</LeftPanel>}
      <main className="main">
        <RefusedKeys />
        {centre}
        <OutgoingWork />
      </main>
      {isRightOpen && right !== null && <RightPanel>{right}</RightPanel>}
      <QueueDock />
      <StatusLine />
      <LostConnection />
      <Toasts />
    </div>
  );
}

/** What a panel over the work leaves of it: a press there folds the panel. */
function PanelVeil() {
  const { ui } = useModel();
  const side = useUi(({ isNarrow, overPanel }) => (isNarrow ? overPanel : 'none'));
  return (
    side !== 'none' && (
      <button
        aria-label="Fold the panel"
        className="panel-veil"
        onClick={() => setPanel(ui, side, false)}
        tabIndex={-1}
        type="button"
      />
    )
  );
}

function LeftPanel({ children }: { readonly children: ReactNode }) {
  const { ui } = useModel();
  const width = useUi((state) => state.leftWidth);
  return (
    <aside aria-label="Sources" className="side" style={{ width }}>
      <div className="panel-scroll">{children}</div>
      <Splitter
        label="Width of the sources panel"
        limits={PANEL_LIMITS.left}
        onChange={(leftWidth) => ui.setState({ leftWidth })}
        side="left"
        width={width}
      />
    </aside>
  );
}

function RightPanel({ children }: { readonly children: ReactNode }) {
  const { ui } = useModel();
  const width = useUi((state) => state.rightWidth);
  return (
    <aside aria-label="Inspector" className="inspector" style={{ width }}>
      <Splitter
        label="Width of the inspector"
        limits={PANEL_LIMITS.right}
        onChange={(rightWidth) => ui.setState({ rightWidth })}
        side="right"
        width={width}
      />
      <div className="panel-scroll">{children}</div>
    </aside>
  );
}

function LostConnection() {
  const connection = useLive((state) => state.connection);
  if (connection.kind !== 'lost') {
    return null;
  }
  return (
    <div className="lost">
      <Notice tone="bad">{connection.reason} Trying again; runs go on meanwhile.</Notice>
    </div>
  );
}
