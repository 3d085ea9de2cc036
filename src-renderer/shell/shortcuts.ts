/** What the keys of the whole window do. */
import { actOf, isWriting } from '../keys/key-line';
import type { ActOf } from '../keys/key-line';
import { WINDOW_KEYS } from '../keys/window-keys';
import { focusSearch } from '../screens/gallery/focus-search';
import type { AppModel } from '../state/app-model';
import { show } from '../state/ui-store';
import { focusQueue, leaveQueue } from './queue/focus-queue';

const ACTS: Readonly<Record<ActOf<typeof WINDOW_KEYS>, (model: AppModel) => void>> = {
  newRun: ({ ui }) => show(ui, { kind: 'newRun' }),
  studio: ({ ui }) => show(ui, { kind: 'studio', treeId: null }),
  runs: ({ ui }) => show(ui, { kind: 'runs', runId: null }),
  review: ({ ui }) => show(ui, { kind: 'review', runId: null }),
  gallery: ({ ui }) => show(ui, { kind: 'gallery' }),
  text: ({ ui }) => show(ui, { kind: 'text' }),
  endpoints: ({ ui }) => show(ui, { kind: 'endpoints', endpointId: null }),
  settings: ({ ui }) => show(ui, { kind: 'settings' }),
  sources: ({ ui }) => ui.setState((state) => ({ isLeftOpen: !state.isLeftOpen })),
  inspector: ({ ui }) => ui.setState((state) => ({ isRightOpen: !state.isRightOpen })),
  queue: ({ ui }) => {
    const isOpen = !ui.getState().isDockOpen;
    if (isOpen) {
      focusQueue();
    } else {
      leaveQueue();
    }
    ui.setState({ isDockOpen: isOpen });
  },
  search: ({ ui }) => {
    show(ui, { kind: 'gallery' });
    // Once it is drawn.
    setTimeout(focusSearch, 0);
  },
  keys: showKeys,
  keysAlways: showKeys,
};

function showKeys({ ui }: AppModel): void {
  ui.setState({ overlay: { kind: 'keys' } });
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=range])'))
  );
}

/** Bare letters and signs never act while the user types. Returns the undo. */
export function listenForShortcuts(model: AppModel, page: Window): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    const { overlay, isLoupeOpen } = model.ui.getState();
    const act = actOf(WINDOW_KEYS, event);
    const isText = isWriting(event) && isTyping(event.target);
    if (act === undefined || isText || overlay.kind !== 'none' || isLoupeOpen) {
      return;
    }
    event.preventDefault();
    ACTS[act](model);
  }
  page.addEventListener('keydown', onKeyDown);
  return () => page.removeEventListener('keydown', onKeyDown);
}
