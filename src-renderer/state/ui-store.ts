/** What this window shows and how: the view, panels, selection. Main knows nothing of it; widths survive in localStorage. */
import type { JobState } from '@shared/model/run';
import type { FailureKind } from '@shared/model/failure';
import type { VaultStatus } from '@shared/model/settings';
import { createJSONStorage, persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

export type View =
  | { readonly kind: 'runs'; readonly runId: number | null }
  | { readonly kind: 'newRun' }
  | { readonly kind: 'gallery' }
  | { readonly kind: 'endpoints'; readonly endpointId: string | null; readonly tab?: EndpointTab }
  | { readonly kind: 'settings' };

/** What of an endpoint is shown below its figures; the keys where nothing else was asked for. */
export type EndpointTab = 'keys' | 'settings' | 'log';

/** Which jobs of a run the grid shows. */
export type JobFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'state'; readonly state: JobState }
  | { readonly kind: 'failure'; readonly failure: FailureKind };

export interface Toast {
  readonly id: number;
  readonly text: string;
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

/** How the last attempt to open a dataset stands. */
export type SourceState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface UiState {
  readonly view: View;
  readonly source: SourceState;
  readonly filters: ReadonlyMap<number, JobFilter>;
  /** Offset of the selected tile, per list (a run's id, or `gallery`). */
  readonly selected: ReadonlyMap<number | 'gallery', number>;
  readonly isLoupeOpen: boolean;
  readonly overlay: Overlay;
  readonly vaultRequest: VaultRequest | null;
  readonly toasts: readonly Toast[];
  readonly isLeftOpen: boolean;
  readonly isRightOpen: boolean;
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
  source: { kind: 'idle' },
  filters: new Map(),
  selected: new Map(),
  isLoupeOpen: false,
  overlay: { kind: 'none' },
  vaultRequest: null,
  toasts: [],
  isLeftOpen: true,
  isRightOpen: true,
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
      partialize: ({ isLeftOpen, isRightOpen, leftWidth, rightWidth, tileSize }) => ({
        isLeftOpen,
        isRightOpen,
        leftWidth,
        rightWidth,
        tileSize,
      }),
    }),
  );
}
export type UiStore = ReturnType<typeof createUiStore>;

const TOAST_MS = 4000;
let lastToast = 0;

/** Says something short that went well. Errors never go here: they stay where they happened. */
export function toast(ui: UiStore, text: string): void {
  lastToast += 1;
  const id = lastToast;
  ui.setState((state) => ({ toasts: [...state.toasts, { id, text }] }));
  setTimeout(
    () => ui.setState((state) => ({ toasts: state.toasts.filter((one) => one.id !== id) })),
    TOAST_MS,
  );
}

export function show(ui: UiStore, view: View): void {
  ui.setState({ view, isLoupeOpen: false });
}

export function select(ui: UiStore, list: number | 'gallery', offset: number): void {
  ui.setState((state) => ({ selected: new Map(state.selected).set(list, offset) }));
}

export function setFilter(ui: UiStore, runId: number, filter: JobFilter): void {
  ui.setState((state) => ({
    filters: new Map(state.filters).set(runId, filter),
    selected: new Map([...state.selected].filter(([list]) => list !== runId)),
  }));
}
