/** What the keys of the whole window do. */
import { actOf, isWriting } from '../keys/key-line';
import type { ActOf } from '../keys/key-line';
import { WINDOW_KEYS } from '../keys/window-keys';
import { focusSearch } from '../screens/gallery/focus-search';
import type { AppModel } from '../state/app-model';
import { show, togglePanel } from '../state/ui-store';
import type { View } from '../state/ui-store';
import { stepInterfaceSize } from './interface-size';
import { focusQueue, leaveQueue } from './queue/focus-queue';

/** A field that is saved when it is left is left first: one that is taken off the page with its screen never is. */
const go =
  (view: View) =>
  ({ ui }: Pick<AppModel, 'ui'>): void => {
    const field = document.activeElement;
    if (field instanceof HTMLElement && isTyping(field)) {
      field.blur();
    }
    show(ui, view);
  };

const ACTS: Readonly<Record<ActOf<typeof WINDOW_KEYS>, (model: AppModel) => void>> = {
  newRun: go({ kind: 'newRun' }),
  studio: go({ kind: 'studio', treeId: null }),
  runs: go({ kind: 'runs', runId: null }),
  review: go({ kind: 'review', runId: null }),
  gallery: go({ kind: 'gallery' }),
  text: go({ kind: 'text' }),
  endpoints: go({ kind: 'endpoints', endpointId: null }),
  settings: go({ kind: 'settings' }),
  sources: ({ ui }) => togglePanel(ui, 'left'),
  inspector: ({ ui }) => togglePanel(ui, 'right'),
  queue: ({ ui }) => {
    const isOpen = !ui.getState().isDockOpen;
    if (isOpen) {
      focusQueue();
    } else {
      leaveQueue();
    }
    ui.setState({ isDockOpen: isOpen });
  },
  search: (model) => {
    go({ kind: 'gallery' })(model);
    // Once it is drawn.
    setTimeout(focusSearch, 0);
  },
  larger: (model) => stepInterfaceSize(model, 1),
  smaller: (model) => stepInterfaceSize(model, -1),
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

/** Whatever is behind a dialog or a menu waits, wherever the focus is: what is written there would be gone with its screen. */
export function isCovered(dialog = 'dialog[open]'): boolean {
  return document.querySelector(`${dialog}, [popover]:popover-open`) !== null;
}

/** Bare letters and signs never act while the user types. Returns the undo. */
export function listenForShortcuts(model: AppModel, page: Window): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    const act = actOf(WINDOW_KEYS, event);
    const isText = isWriting(event) && isTyping(event.target);
    // A browser does it itself.
    const isBrowsers = model.backend.browser !== undefined && (act === 'larger' || act === 'smaller');
    if (act === undefined || isText || isBrowsers || isCovered()) {
      return;
    }
    event.preventDefault();
    // A panel would open and close as long as its key is held.
    if (!event.repeat) {
      ACTS[act](model);
    }
  }
  page.addEventListener('keydown', onKeyDown);
  page.addEventListener('keydown', pressOnce, { capture: true });
  return () => {
    page.removeEventListener('keydown', onKeyDown);
    page.removeEventListener('keydown', pressOnce, { capture: true });
  };
}

/**
 * Browsers press a button, or send a form, again and again as long as Enter is held. What it does may be paid for, may be
 * a word on what nobody has seen, and may stand where another button stood a moment ago.
 */
function pressOnce(event: KeyboardEvent): void {
  const { target } = event;
  const isText = target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea'));
  // With Ctrl it sends what is written, and writes nothing.
  const writesLine = isText && !event.ctrlKey && !event.metaKey;
  if (event.key === 'Enter' && event.repeat && !writesLine) {
    event.preventDefault();
  }
}
