/** What this window shows and how: the view, panels, selection. Main knows nothing of it; widths survive in localStorage. */
import type { GallerySelection } from '@shared/model/gallery';
import type { ReviewSource } from '@shared/model/review';
import type { JobState } from '@shared/model/run';
import type { FailureKind } from '@shared/model/failure';
import type { VaultStatus } from '@shared/model/settings';
import { createJSONStorage, persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

export type View =
  /** Null: the one looked at last, else the newest. */
  | { readonly kind: 'runs'; readonly runId: number | null }
  | { readonly kind: 'newRun' }
  /** Null: the tree that changed last; `bring`: results that are to become sources of a new one. */
  | { readonly kind: 'studio'; readonly treeId: number | null }
  | { readonly kind: 'arena'; readonly arenaId: number | null }
  /** Null: the one reviewed last, else the newest run with results; `selection`: results of any runs instead. */
  | { readonly kind: 'review'; readonly runId: number | null; readonly selection?: GallerySelection }
  | { readonly kind: 'gallery' }
  /** `storyOf`: the story that this job answered. */
  | { readonly kind: 'text'; readonly storyOf?: number }
  /** Null: the one looked at last, else the first; `keyId`: a key among its keys that is to have the focus. */
  | {
      readonly kind: 'endpoints';
      readonly endpointId: string | null;
      readonly tab?: EndpointTab;
      readonly keyId?: string;
    }
  | { readonly kind: 'settings' };

/** What of an endpoint is shown below its figures; the keys where nothing else was asked for. */
export type EndpointTab = 'keys' | 'usage' | 'settings' | 'log';

/** Which jobs of a run the grid shows. */
export type JobFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'state'; readonly state: JobState }
  | { readonly kind: 'failure'; readonly failure: FailureKind };

export const ALL_JOBS: JobFilter = { kind: 'all' };

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: ToastAction;
}

/** What can be done about it while it is shown. */
export interface ToastAction {
  readonly label: string;
  /** What it changes; `endActions` ends what nothing is left to be done about. */
  readonly of?: string;
  run(): void;
}

/** A dialog over everything. */
export type Overlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'keys' }
  | { readonly kind: 'addEndpoint' }
  | { readonly kind: 'addKeys'; readonly endpointId: string }
  | { readonly kind: 'editKey'; readonly keyId: string }
  /** Null: a new group. */
  | { readonly kind: 'editGroup'; readonly groupId: string | null }
  | { readonly kind: 'lab' };

/** A call that waits for the vault; `settle` tells it whether to try again. Stands above any other dialog. */
export interface VaultRequest {
  readonly status: VaultStatus;
  settle(isOpen: boolean): void;
}

/** How the last attempt to open a dataset stands; `of` tells the attempts apart and grows, absent: there was none. */
export type SourceState =
  | { readonly kind: 'idle'; readonly of?: number }
  | { readonly kind: 'opening'; readonly of: number }
  | { readonly kind: 'refused'; readonly of?: number; readonly sentence: string };

type ViewOf<Kind extends View['kind']> = Extract<View, { readonly kind: Kind }>;

export type Side = 'left' | 'right';

export interface UiState {
  readonly view: View;
  /** What was looked at last; null: nothing yet. */
  readonly lastRuns: ViewOf<'runs'> | null;
  readonly lastReview: ViewOf<'review'> | null;
  readonly lastEndpoints: ViewOf<'endpoints'> | null;
  readonly source: SourceState;
  readonly filters: ReadonlyMap<number, JobFilter>;
  /** Offset of the selected tile, per list (a run's id, or `gallery`). */
  readonly selected: ReadonlyMap<number | 'gallery', number>;
  /** Grows when a row was asked for by name: the list that shows it scrolls to it. */
  readonly reveals: number;
  /** How many lost results of a run the user decided to leave; another number is shown again. */
  readonly leftLost: ReadonlyMap<number, number>;
  /** The newest run that scored the pictures of a run, by that run. */
  readonly judged: ReadonlyMap<number, number>;
  readonly isLoupeOpen: boolean;
  readonly overlay: Overlay;
  readonly vaultRequest: VaultRequest | null;
  readonly toasts: readonly Toast[];
  readonly isLeftOpen: boolean;
  readonly isRightOpen: boolean;
  /** The same in the review, whose pictures have the whole width until somebody asks for more. */
  readonly isReviewRightOpen: boolean;
  /** Too small for panels beside the work: one at a time stands over it. */
  readonly isNarrow: boolean;
  readonly overPanel: 'none' | Side;
  /** The queue is unfolded. */
  readonly isDockOpen: boolean;
  readonly leftWidth: number;
  readonly rightWidth: number;
  readonly tileSize: number;
}

export const PANEL_LIMITS = {
  left: { smallest: 200, initial: 232, largest: 360 },
  right: { smallest: 260, initial: 308, largest: 560 },
} as const;
export const TILE_LIMITS = { smallest: 96, initial: 132, largest: 320 } as const;

const INITIAL: UiState = {
  view: { kind: 'runs', runId: null },
  lastRuns: null,
  lastReview: null,
  lastEndpoints: null,
  source: { kind: 'idle' },
  filters: new Map(),
  selected: new Map(),
  reveals: 0,
  leftLost: new Map(),
  judged: new Map(),
  isLoupeOpen: false,
  overlay: { kind: 'none' },
  vaultRequest: null,
  toasts: [],
  isLeftOpen: true,
  isRightOpen: true,
  isReviewRightOpen: false,
  isNarrow: false,
  overPanel: 'none',
  isDockOpen: false,
  leftWidth: PANEL_LIMITS.left.initial,
  rightWidth: PANEL_LIMITS.right.initial,
  tileSize: TILE_LIMITS.initial,
};

export function createUiStore(storage: Storage) {
  return createStore<UiState>()(
    persist(() => INITIAL, {
      name: 'brushfleet.panels',
      version: 1,
      storage: createJSONStorage(() => storage),
      partialize: ({
        isLeftOpen,
        isRightOpen,
        isReviewRightOpen,
        isDockOpen,
        leftWidth,
        rightWidth,
        tileSize,
      }) => ({
        isLeftOpen,
        isRightOpen,
        isReviewRightOpen,
        isDockOpen,
        leftWidth,
        rightWidth,
        tileSize,
      }),
    }),
  );
}
export type UiStore = ReturnType<typeof createUiStore>;

const TOAST_MS = 4000;
/** Long enough to think again. */
const ACTION_TOAST_MS = 12_000;
let lastToast = 0;

/** Says something short that went well. Errors never go here: they stay where they happened. */
export function toast(ui: UiStore, text: string, action?: ToastAction): void {
  lastToast += 1;
  const id = lastToast;
  ui.setState((state) => ({
    toasts: [...state.toasts, { id, text, ...(action === undefined ? {} : { action }) }],
  }));
  setTimeout(() => dropToast(ui, id), action === undefined ? TOAST_MS : ACTION_TOAST_MS);
}

export function dropToast(ui: UiStore, id: number): void {
  ui.setState((state) => ({ toasts: state.toasts.filter((one) => one.id !== id) }));
}

export function endActions(ui: UiStore, of: string): void {
  ui.setState((state) => ({ toasts: state.toasts.filter(({ action }) => action?.of !== of) }));
}

export function show(ui: UiStore, view: View): void {
  ui.setState((state) => {
    const shown = shownAgain(state, view);
    return { view: shown, isLoupeOpen: false, overPanel: 'none', ...lastOf(shown) };
  });
}

/** Where no run or endpoint is named, the one that was looked at last. */
function shownAgain({ lastRuns, lastReview, lastEndpoints, view: present }: UiState, view: View): View {
  if (view.kind === 'runs' && view.runId === null) {
    return lastRuns ?? view;
  }
  if (view.kind === 'endpoints' && view.endpointId === null) {
    return lastEndpoints ?? view;
  }
  const isAnyReview = view.kind === 'review' && view.runId === null && view.selection === undefined;
  // Whoever asks for the review while chosen results are reviewed wants the runs.
  const isLeaving = present.kind === 'review' && present.selection !== undefined;
  return isAnyReview && !isLeaving ? (lastReview ?? view) : view;
}

function lastOf(view: View): Pick<Partial<UiState>, 'lastRuns' | 'lastReview' | 'lastEndpoints'> {
  if (view.kind === 'runs') {
    return { lastRuns: view };
  }
  if (view.kind === 'endpoints') {
    // The focus goes to a key once, not whenever somebody comes back.
    const { keyId: _, ...last } = view;
    return { lastEndpoints: last };
  }
  return view.kind === 'review' ? { lastReview: view } : {};
}

/** What is reviewed though nobody named it stays the same: the newest run is another one soon. */
export function keepShown(ui: UiStore, source: ReviewSource): void {
  const { view } = ui.getState();
  if (source.kind === 'run' && view.kind === 'review' && view.runId !== source.runId) {
    show(ui, { kind: 'review', runId: source.runId });
  }
}

export function isPanelShown(state: UiState, side: Side): boolean {
  if (state.isNarrow) {
    return state.overPanel === side;
  }
  if (side === 'left') {
    return state.isLeftOpen;
  }
  return state.view.kind === 'review' ? state.isReviewRightOpen : state.isRightOpen;
}

export function setPanel(ui: UiStore, side: Side, isOpen: boolean): void {
  ui.setState(({ isNarrow, view }) => {
    if (isNarrow) {
      return { overPanel: isOpen ? side : 'none' };
    }
    if (side === 'left') {
      return { isLeftOpen: isOpen };
    }
    return view.kind === 'review' ? { isReviewRightOpen: isOpen } : { isRightOpen: isOpen };
  });
}

/** Of the screen that is shown. */
export function togglePanel(ui: UiStore, side: Side): void {
  setPanel(ui, side, !isPanelShown(ui.getState(), side));
}

/** How wide the window is by now; what stood over the work is folded, for there was or will be room beside it. */
export function setNarrow(ui: UiStore, isNarrow: boolean): void {
  if (ui.getState().isNarrow !== isNarrow) {
    ui.setState({ isNarrow, overPanel: 'none' });
  }
}

export function select(ui: UiStore, list: number | 'gallery', offset: number): void {
  ui.setState((state) => ({ selected: new Map(state.selected).set(list, offset) }));
}

/** Shows one job of a run in its list and in the inspector, among all of them: there its place is its position. */
export function reveal(ui: UiStore, runId: number, position: number): void {
  setFilter(ui, runId, ALL_JOBS);
  select(ui, runId, position);
  setPanel(ui, 'right', true);
  ui.setState(({ reveals }) => ({ reveals: reveals + 1 }));
}

/** Null: to look at them again. */
export function leaveLost(ui: UiStore, runId: number, count: number | null): void {
  ui.setState((state) => {
    const leftLost = new Map(state.leftLost);
    if (count === null) {
      leftLost.delete(runId);
    } else {
      leftLost.set(runId, count);
    }
    return { leftLost };
  });
}

export function setFilter(ui: UiStore, runId: number, filter: JobFilter): void {
  ui.setState((state) => ({
    filters: new Map(state.filters).set(runId, filter),
    selected: new Map([...state.selected].filter(([list]) => list !== runId)),
  }));
}
