/** The keys of the gallery. */
import type { KeyLines } from './key-line';
import { UNDO_KEYS } from './picture-keys';

/** These work over the close look, too. */
export const VERDICT_KEYS = [
  { intent: 'Accept, reject', keys: ['P', 'X'], acts: { accept: ['p'], reject: ['x'] } },
  { intent: 'Clear the verdict; restore from the trash', keys: ['U'], acts: { unset: ['u'] } },
  {
    intent: 'Rate; 0 clears',
    keys: ['1–5', '0'],
    acts: { rate: ['1', '2', '3', '4', '5'], unrate: ['0'] },
  },
  ...UNDO_KEYS,
] as const satisfies KeyLines;

export const GALLERY_KEYS = [
  { intent: 'Search', keys: ['/', 'Ctrl+F'], acts: { search: ['/', 'Ctrl+f'] } },
  {
    intent: 'Grid, table, close look',
    keys: ['G', 'T', 'E'],
    acts: { grid: ['g'], table: ['t'], look: ['e'] },
  },
  { intent: 'Go to row', keys: ['Ctrl+G'], acts: { jump: ['Ctrl+g'] } },
  {
    intent: 'Select what is on screen; again: all matching',
    keys: ['Ctrl+A'],
    acts: { selectAll: ['Ctrl+a'] },
  },
  { intent: 'Save this view', keys: ['Ctrl+S'], acts: { saveView: ['Ctrl+s'] } },
  { intent: 'Select none', keys: ['Esc'], acts: { selectNone: ['Escape'] } },
  { intent: 'Tag', keys: ['L'], acts: { tag: ['l'] } },
  { intent: 'Rerun', keys: ['R'], acts: { rerun: ['r'] } },
  { intent: 'Review them', keys: ['V'], acts: { review: ['v'] } },
  { intent: 'Compare models blind', keys: ['B'], acts: { arena: ['b'] } },
  { intent: 'Edit in studio', keys: ['S'], acts: { edit: ['s'] } },
  { intent: 'Export', keys: ['Ctrl+E'], acts: { export: ['Ctrl+e'] } },
  { intent: 'Delete to the trash', keys: ['Del'], acts: { trash: ['Delete'] } },
] as const satisfies KeyLines;

/** With the keys that move, these choose more than one. */
export const CHOOSE_KEYS = [
  { intent: 'Select a range; grow it', keys: ['Shift+←', 'Shift+→', 'Shift+↑', 'Shift+↓'], acts: {} },
  { intent: 'Move without selecting', keys: ['Ctrl+←', 'Ctrl+→', 'Ctrl+↑', 'Ctrl+↓'], acts: {} },
  { intent: 'Select this one, too', keys: ['Ctrl+Space'], acts: { toggle: ['Ctrl+Space'] } },
] as const satisfies KeyLines;

/** In the field for the search. */
export const SEARCH_KEYS = [
  {
    intent: 'From the search to what it found',
    keys: ['Enter', '↓'],
    acts: { results: ['Enter', 'ArrowDown'] },
  },
  { intent: 'Clear the search; leave it', keys: ['Esc'], acts: { leave: ['Escape'] } },
] as const satisfies KeyLines;

/** In the panel of views and filters. */
export const FACET_WALK_KEYS = [
  { intent: 'Next, previous filter', keys: ['↓', '↑'], acts: { next: ['ArrowDown'], previous: ['ArrowUp'] } },
] as const satisfies KeyLines;

export const FACET_KEYS = [
  { intent: 'Leave a filter value out', keys: ['−', 'Del'], acts: { exclude: ['-', 'Delete'] } },
] as const satisfies KeyLines;

export const VIEW_KEYS = [
  { intent: 'Remove a view', keys: ['Del'], acts: { remove: ['Delete'] } },
] as const satisfies KeyLines;
