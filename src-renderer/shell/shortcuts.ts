/** The keys of the whole window, in one table: the listener obeys it and the keys sheet prints it. */
import type { AppModel } from '../state/app-model';
import { show } from '../state/ui-store';

export interface Shortcut {
  readonly intent: string;
  readonly keys: readonly string[];
  /** Matches `event.key`, lower case; with `mod` for Ctrl or Cmd. Absent: told on the sheet, handled by its screen. */
  readonly when?: { readonly key: string; readonly mod: boolean; readonly alt?: boolean };
  run?(model: AppModel): void;
}

const mod = (key: string) => ({ key, mod: true });

export const WINDOW_SHORTCUTS: readonly Shortcut[] = [
  { intent: 'New run', keys: ['Ctrl', 'N'], when: mod('n'), run: ({ ui }) => show(ui, { kind: 'newRun' }) },
  {
    intent: 'Runs',
    keys: ['Ctrl', '1'],
    when: mod('1'),
    run: ({ ui }) => show(ui, { kind: 'runs', runId: null }),
  },
  {
    intent: 'Review',
    keys: ['Ctrl', '2'],
    when: mod('2'),
    run: ({ ui }) => show(ui, { kind: 'review', runId: null }),
  },
  { intent: 'Gallery', keys: ['Ctrl', '3'], when: mod('3'), run: ({ ui }) => show(ui, { kind: 'gallery' }) },
  {
    intent: 'Endpoints',
    keys: ['Ctrl', '4'],
    when: mod('4'),
    run: ({ ui }) => show(ui, { kind: 'endpoints', endpointId: null }),
  },
  {
    intent: 'Settings',
    keys: ['Ctrl', ','],
    when: mod(','),
    run: ({ ui }) => show(ui, { kind: 'settings' }),
  },
  {
    intent: 'Sources panel',
    keys: ['Ctrl', 'B'],
    when: mod('b'),
    run: ({ ui }) => ui.setState((state) => ({ isLeftOpen: !state.isLeftOpen })),
  },
  {
    intent: 'Inspector',
    keys: ['Ctrl', 'Alt', 'B'],
    when: { key: 'b', mod: true, alt: true },
    run: ({ ui }) => ui.setState((state) => ({ isRightOpen: !state.isRightOpen })),
  },
  {
    intent: 'Queue',
    keys: ['Ctrl', 'J'],
    when: mod('j'),
    run: ({ ui }) => ui.setState((state) => ({ isDockOpen: !state.isDockOpen })),
  },
  { intent: 'This list', keys: ['?'], when: { key: '?', mod: false }, run: showKeys },
  { intent: 'This list, also while typing', keys: ['F1'], when: { key: 'f1', mod: false }, run: showKeys },
];

export const SCREEN_SHORTCUTS: readonly {
  readonly screen: string;
  readonly shortcuts: readonly Shortcut[];
}[] = [
  { screen: 'New run', shortcuts: [{ intent: 'Start the run', keys: ['Ctrl', 'Enter'] }] },
  {
    screen: 'Run and gallery',
    shortcuts: [
      { intent: 'Move', keys: ['←', '→', '↑', '↓'] },
      { intent: 'First, last', keys: ['Home', 'End'] },
      { intent: 'Look closely', keys: ['Enter'] },
      { intent: 'Preview', keys: ['Space'] },
    ],
  },
  {
    screen: 'Close look',
    shortcuts: [
      { intent: 'Next, previous', keys: ['→', '←'] },
      { intent: 'Show the source while held', keys: ['\\'] },
      { intent: 'Compare mode', keys: ['M'] },
      { intent: 'Leave', keys: ['Esc'] },
    ],
  },
  {
    screen: 'Review',
    shortcuts: [
      { intent: 'Accept, reject, unset', keys: ['P', 'X', 'U'] },
      { intent: 'The same, and stay', keys: ['Shift'] },
      { intent: 'Rate; 0 clears', keys: ['1–5'] },
      { intent: 'Reasons after a rejection', keys: ['1–9'] },
      { intent: 'Note', keys: ['N'] },
      { intent: 'Next, previous', keys: ['→', '←'] },
      { intent: 'Next without a verdict', keys: ['Shift', '→'] },
      { intent: 'Undo, redo', keys: ['Ctrl', 'Z', 'Y'] },
      { intent: 'Show the source while held', keys: ['\\'] },
      { intent: 'Compare mode', keys: ['M'] },
      { intent: 'Zoom; whole again', keys: ['Z', 'Ctrl', '0'] },
      { intent: 'Edit and rerun', keys: ['I'] },
      { intent: 'Auto-advance', keys: ['A'] },
    ],
  },
  { screen: 'Queue', shortcuts: [{ intent: 'Move a run', keys: ['Alt', '↑', '↓'] }] },
  {
    screen: 'Endpoints',
    shortcuts: [
      { intent: 'Move an endpoint', keys: ['Alt', '↑', '↓'] },
      { intent: 'Change a share of the traffic', keys: ['←', '→'] },
      { intent: 'Next, previous key', keys: ['↓', '↑'] },
      { intent: 'Edit the key', keys: ['Enter'] },
      { intent: 'Remove the key', keys: ['Del'] },
    ],
  },
];

function showKeys({ ui }: AppModel): void {
  ui.setState({ overlay: { kind: 'keys' } });
}

/** The shortcut of a key press, if it is one of the window's. Bare letters and signs never act while the user types. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const isMod = event.ctrlKey || event.metaKey;
  return WINDOW_SHORTCUTS.find(({ when }) => {
    if (when === undefined || event.key.toLowerCase() !== when.key || isMod !== when.mod) {
      return false;
    }
    const isTypable = when.key.length === 1 && !when.mod;
    return (when.alt ?? false) === event.altKey && !(isTypable && isTyping(event.target));
  });
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=range])'))
  );
}

/** Returns the undo. */
export function listenForShortcuts(model: AppModel, page: Window): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    const { overlay, isLoupeOpen } = model.ui.getState();
    const shortcut = shortcutOf(event);
    if (shortcut?.run === undefined || overlay.kind !== 'none' || isLoupeOpen) {
      return;
    }
    event.preventDefault();
    shortcut.run(model);
  }
  page.addEventListener('keydown', onKeyDown);
  return () => page.removeEventListener('keydown', onKeyDown);
}
