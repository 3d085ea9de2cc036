/** The keys of looking at pictures, wherever they are looked at. */
import type { KeyLines } from './key-line';

export const ZOOM_KEYS = [
  {
    intent: 'Zoom; whole; 100%',
    keys: ['Z', 'Ctrl+0', 'Ctrl+Alt+0'],
    acts: { toggleZoom: ['z'], fit: ['Ctrl+0'], actual: ['Ctrl+Alt+0'] },
  },
] as const satisfies KeyLines;

export const COMPARE_KEYS = [
  { intent: 'Compare mode', keys: ['M'], acts: { cycle: ['m'] } },
  { intent: 'Swap the two', keys: ['C'], acts: { swap: ['c'] } },
  { intent: 'Show the source while held', keys: ['\\'], acts: { blink: ['\\'] } },
  ...ZOOM_KEYS,
] as const satisfies KeyLines;

export const LOUPE_KEYS = [
  { intent: 'Next, previous', keys: ['→', '←'], acts: { next: ['ArrowRight'], previous: ['ArrowLeft'] } },
  { intent: 'Leave', keys: ['Esc', 'Space'], acts: { leave: ['Escape', 'Space'] } },
] as const satisfies KeyLines;

/** Of every grid and table of results. */
export const WALK_KEYS = [
  {
    intent: 'Move',
    keys: ['←', '→', '↑', '↓'],
    acts: { left: ['ArrowLeft'], right: ['ArrowRight'], up: ['ArrowUp'], down: ['ArrowDown'] },
  },
  {
    intent: 'A page up, down',
    keys: ['Page Up', 'Page Down'],
    acts: { pageUp: ['PageUp'], pageDown: ['PageDown'] },
  },
  { intent: 'First, last', keys: ['Home', 'End'], acts: { first: ['Home'], last: ['End'] } },
] as const satisfies KeyLines;

export const OPEN_KEYS = [
  { intent: 'Look closely', keys: ['Enter', 'Space'], acts: { open: ['Enter', 'Space'] } },
] as const satisfies KeyLines;

export const UNDO_KEYS = [
  {
    intent: 'Undo, redo',
    keys: ['Ctrl+Z', 'Ctrl+Y'],
    acts: { undo: ['Ctrl+z'], redo: ['Ctrl+y', 'Ctrl+Shift+z'] },
  },
] as const satisfies KeyLines;
