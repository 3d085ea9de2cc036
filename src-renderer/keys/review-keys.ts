/** The keys of judging: the review, and the arena. */
import type { KeyLines } from './key-line';
import { UNDO_KEYS, ZOOM_KEYS } from './picture-keys';

/** Digits are left: of a rejection they are reasons, else ratings. */
export const REVIEW_KEYS = [
  {
    intent: 'Accept, reject, unset',
    keys: ['P', 'X', 'U'],
    acts: { accept: ['p'], reject: ['x'], unset: ['u', 'Shift+u'] },
  },
  {
    intent: 'Accept, reject, and stay',
    keys: ['Shift+P', 'Shift+X'],
    acts: { acceptHere: ['Shift+p'], rejectHere: ['Shift+x'] },
  },
  {
    intent: 'Rate; 0 clears. Of a rejection: reasons 1–9, until Esc',
    keys: ['1–5', '0'],
    acts: { digit: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] },
  },
  { intent: 'Note', keys: ['N'], acts: { note: ['n'] } },
  {
    intent: 'Next, previous',
    keys: ['→', '←'],
    acts: { next: ['ArrowRight'], previous: ['ArrowLeft', 'Shift+ArrowLeft'] },
  },
  { intent: 'Next without a verdict', keys: ['Shift+→'], acts: { nextUnset: ['Shift+ArrowRight'] } },
  { intent: 'First, last', keys: ['Home', 'End'], acts: { first: ['Home'], last: ['End'] } },
  ...UNDO_KEYS,
  { intent: 'Heat-map of what changed', keys: ['H'], acts: { heatMap: ['h'] } },
  { intent: 'Rerun', keys: ['R'], acts: { rerun: ['r'] } },
  { intent: 'Edit the instruction', keys: ['I'], acts: { instruct: ['i'] } },
  {
    intent: 'Look at earlier versions; leave them, or the reasons',
    keys: ['V', 'Esc'],
    acts: { version: ['v'], leave: ['Escape'] },
  },
  { intent: 'Restore the version', keys: ['T'], acts: { takeBack: ['t'] } },
  { intent: 'Most suspicious first', keys: ['S'], acts: { order: ['s'] } },
  { intent: 'Suspicious ones only, or all', keys: ['Shift+S'], acts: { suspicious: ['Shift+s'] } },
  {
    intent: 'Not reviewed, all, accepted, rejected: next, previous',
    keys: ['F', 'Shift+F'],
    acts: { filter: ['f'], filterBack: ['Shift+f'] },
  },
  { intent: 'Compare models blind', keys: ['B'], acts: { arena: ['b'] } },
  { intent: 'Edit in studio', keys: ['E'], acts: { edit: ['e'] } },
  { intent: 'Auto-advance', keys: ['A'], acts: { advance: ['a'] } },
] as const satisfies KeyLines;

export const INSTRUCTION_EDITOR_KEYS = [
  { intent: 'Rerun with the edited instruction', keys: ['Ctrl+Enter'], acts: { rerun: ['Ctrl+Enter'] } },
  { intent: 'Leave the instruction as it was', keys: ['Esc'], acts: { leave: ['Escape'] } },
] as const satisfies KeyLines;

export const ARENA_KEYS = [
  { intent: 'Left is better', keys: ['←', '1'], acts: { left: ['ArrowLeft', '1'] } },
  { intent: 'Right is better', keys: ['→', '2'], acts: { right: ['ArrowRight', '2'] } },
  { intent: 'Equal', keys: ['↓', '0'], acts: { tie: ['ArrowDown', '0'] } },
  { intent: 'Skip', keys: ['S'], acts: { skip: ['s'] } },
  { intent: 'Undo', keys: ['Ctrl+Z'], acts: { undo: ['Ctrl+z'] } },
  { intent: 'Result so far; go on comparing', keys: ['O'], acts: { outcome: ['o'] } },
  ...ZOOM_KEYS,
] as const satisfies KeyLines;
