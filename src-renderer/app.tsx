/** Which screen fills the zones, and the dialogs over them. */
import type { ReviewSource } from '@shared/model/review';
import type { Theme } from '@shared/model/settings';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Outgoing } from './exports/outgoing';
import { ArenaScreen } from './screens/arena/arena-screen';
import { GalleryPanel } from './screens/gallery/gallery-panel';
import { GalleryInspector, GalleryScreen } from './screens/gallery/gallery-screen';
import { AddEndpointDialog } from './screens/endpoints/add-endpoint-dialog';
import { AddKeysDialog } from './screens/endpoints/add-keys-dialog';
import { EndpointsPanel } from './screens/endpoints/endpoints-panel';
import { EndpointsScreen } from './screens/endpoints/endpoints-screen';
import { GroupEditor } from './screens/endpoints/group-editor';
import { KeyEditor } from './screens/endpoints/key-editor';
import { LabDialog } from './screens/endpoints/lab-dialog';
import { VaultDialog } from './screens/endpoints/vault-dialog';
import { NewRunScreen } from './screens/new-run/new-run-screen';
import { RowInspector } from './screens/new-run/row-inspector';
import { ReviewInspector } from './screens/review/review-inspector';
import { ReviewScreen } from './screens/review/review-screen';
import { RunInspector } from './screens/runs/run-inspector';
import { RunScreen } from './screens/runs/run-screen';
import { SettingsScreen } from './screens/settings/settings-screen';
import { StudioPanel, StudioScreen } from './screens/studio/studio-screen';
import { StoryScreen } from './screens/text/story-screen';
import { TextInspector, TextPanel, TextScreen } from './screens/text/text-screen';
import { WelcomeScreen } from './screens/welcome/welcome-screen';
import { KeysSheet } from './shell/keys-sheet';
import { Shell } from './shell/shell';
import { SourcesPanel } from './shell/sources-panel';
import { useDropTarget } from './shell/use-drop-target';
import { useLive, useModel, useUi } from './state/app-model';
import type { Run } from '@shared/model/run';
import { pictureRunsNewestFirst, runsNewestFirst } from './state/live-store';
import type { View } from './state/ui-store';

interface Zones {
  readonly left: ReactNode;
  readonly centre: ReactNode;
  readonly right: ReactNode | null;
}

/** Elsewhere what is dropped begins a run. */
const DROP_WORDS: Partial<Record<View['kind'], string>> = {
  studio: 'Drop to bring it into the studio',
  newRun: 'Drop a dataset, or a Brushfleet picture to use its recipe',
  text: 'Drop to ask about it',
};

export function App() {
  useTheme();
  const isDragging = useDropTarget();
  const kind = useUi((state) => state.view.kind);
  const isReady = useLive((state) => state.info !== null);
  return (
    <>
      {isReady ? <Screens /> : <Opening />}
      <Overlays />
      {isDragging && (
        <div aria-hidden="true" className="drop-veil">
          {DROP_WORDS[kind] ?? 'Drop to start a run with it'}
        </div>
      )}
    </>
  );
}

function Screens() {
  return <Shell {...useZones()} />;
}

function useZones(): Zones {
  const view = useUi((state) => state.view);
  const runs = useLive((state) => state.runs);
  switch (view.kind) {
    case 'runs': {
      const run = (view.runId === null ? undefined : runs.get(view.runId)) ?? runsNewestFirst(runs)[0];
      const left = <SourcesPanel shownRun={run?.id ?? null} />;
      return run === undefined
        ? { left, centre: <WelcomeScreen />, right: null }
        : { left, centre: <RunScreen key={run.id} run={run} />, right: <RunInspector run={run} /> };
    }
    case 'newRun':
      return { left: <SourcesPanel shownRun={null} />, centre: <NewRunScreen />, right: <RowInspector /> };
    case 'review': {
      if (view.selection !== undefined) {
        const source = { kind: 'selection', selection: view.selection } as const;
        return reviewZones(source, JSON.stringify(view.selection));
      }
      const newest = runsNewestFirst(runs);
      const hasResults = ({ counts }: Run) => counts.done > 0;
      const run =
        newest.find(({ id }) => id === view.runId) ??
        pictureRunsNewestFirst(runs).find(hasResults) ??
        newest.find(hasResults) ??
        newest[0];
      // Its head names the run, and the others.
      return run === undefined
        ? { left: <SourcesPanel shownRun={null} />, centre: <WelcomeScreen />, right: null }
        : reviewZones({ kind: 'run', runId: run.id }, `${run.id}`);
    }
    case 'studio':
      return {
        left: <StudioPanel treeId={view.treeId} />,
        centre: <StudioScreen treeId={view.treeId} />,
        right: null,
      };
    case 'arena':
      return { left: null, centre: <ArenaScreen arenaId={view.arenaId} />, right: null };
    case 'gallery':
      return {
        left: <GalleryPanel />,
        centre: <GalleryScreen />,
        right: <GalleryInspector />,
      };
    case 'text':
      if (view.storyOf !== undefined) {
        return {
          left: <TextPanel />,
          centre: <StoryScreen jobId={view.storyOf} key={view.storyOf} />,
          right: null,
        };
      }
      return { left: <TextPanel />, centre: <TextScreen />, right: <TextInspector /> };
    case 'endpoints':
      return {
        left: <EndpointsPanel shownId={view.endpointId} />,
        centre: <EndpointsScreen endpointId={view.endpointId} />,
        right: null,
      };
    case 'settings':
      return { left: <SourcesPanel shownRun={null} />, centre: <SettingsScreen />, right: null };
  }
}

/** `key`: another source is another sitting. */
function reviewZones(source: ReviewSource, key: string): Zones {
  return {
    left: null,
    centre: <ReviewScreen key={key} source={source} />,
    right: <ReviewInspector key={key} source={source} />,
  };
}

function Opening() {
  const connection = useLive((state) => state.connection);
  return (
    <main className="empty" style={{ height: '100%' }}>
      {connection.kind === 'lost' ? (
        <p role="alert">{connection.reason}</p>
      ) : (
        <p className="sr-only">Opening…</p>
      )}
    </main>
  );
}

function Overlays() {
  const { ui } = useModel();
  const vaultRequest = useUi((state) => state.vaultRequest);
  return (
    <>
      <ChosenOverlay />
      <Outgoing />
      {vaultRequest !== null && (
        <VaultDialog
          onSettled={(isOpen) => {
            ui.setState({ vaultRequest: null });
            vaultRequest.settle(isOpen);
          }}
          status={vaultRequest.status}
        />
      )}
    </>
  );
}

function ChosenOverlay() {
  const { ui } = useModel();
  const overlay = useUi((state) => state.overlay);
  const view = useUi((state) => state.view.kind);
  const close = () => ui.setState({ overlay: { kind: 'none' } });
  switch (overlay.kind) {
    case 'none':
      return null;
    case 'keys':
      return <KeysSheet onClose={close} view={view} />;
    case 'addEndpoint':
      return <AddEndpointDialog onClose={close} />;
    case 'addKeys':
      return <AddKeysDialog endpointId={overlay.endpointId} onClose={close} />;
    case 'editKey':
      return <KeyEditor keyId={overlay.keyId} onClose={close} />;
    case 'editGroup':
      return <GroupEditor groupId={overlay.groupId} onClose={close} />;
    case 'lab':
      return <LabDialog onClose={close} />;
  }
}

/** The theme stands on the root element, so that the first paint of each screen already has it. */
function useTheme(): void {
  const theme: Theme = useLive((state) => state.info?.theme ?? 'system');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}
