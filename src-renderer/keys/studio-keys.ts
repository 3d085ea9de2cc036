/** The keys of the studio, and of the mask that is painted in it. */
import type { KeyLines } from './key-line';
import { UNDO_KEYS, ZOOM_KEYS } from './picture-keys';

/** While text is typed and a mask is painted, too. */
export const STUDIO_ALWAYS_KEYS = [
  { intent: 'Send', keys: ['Ctrl+Enter'], acts: { send: ['Ctrl+Enter'] } },
  { intent: 'Save as', keys: ['Ctrl+S'], acts: { save: ['Ctrl+s'] } },
] as const satisfies KeyLines;

export const STUDIO_KEYS = [
  { intent: 'Edit this picture next', keys: ['E'], acts: { edit: ['e'] } },
  { intent: 'Write the instruction', keys: ['I'], acts: { instruct: ['i'] } },
  { intent: 'Prompts and presets', keys: ['L'], acts: { library: ['l'] } },
  { intent: 'Choose pictures', keys: ['O'], acts: { choose: ['o'] } },
  {
    intent: 'Close, open what grew from a picture',
    keys: ['−', '+'],
    acts: { closeBranch: ['-'], openBranch: ['+', '='] },
  },
  { intent: 'Close or open all branches', keys: ['*'], acts: { allBranches: ['*'] } },
  { intent: 'All variants', keys: ['G'], acts: { spread: ['g'] } },
  { intent: 'Paint a mask', keys: ['B'], acts: { mask: ['b'] } },
  { intent: 'Lock the rest', keys: ['D'], acts: { lock: ['d'] } },
  { intent: 'Improve my instruction', keys: ['W'], acts: { improve: ['w'] } },
  { intent: 'Keep for comparison; let all go', keys: ['K', 'Esc'], acts: { keep: ['k'], letGo: ['Escape'] } },
  { intent: 'Heat-map of what changed', keys: ['H'], acts: { heatMap: ['h'] } },
  {
    intent: 'Use its prompt, settings, all',
    keys: ['P', 'S', 'U'],
    acts: { reusePrompt: ['p'], reuseSettings: ['s'], reuseAll: ['u'] },
  },
  { intent: 'Cancel', keys: ['Shift+X'], acts: { cancel: ['Shift+x'] } },
  { intent: 'Send again', keys: ['R'], acts: { retry: ['r'] } },
  { intent: 'Copy', keys: ['Ctrl+C'], acts: { copy: ['Ctrl+c'] } },
  { intent: 'Open in another editor', keys: ['Shift+O'], acts: { openElsewhere: ['Shift+o'] } },
  { intent: 'Apply this chain to rows', keys: ['A'], acts: { applyChain: ['a'] } },
  { intent: 'Rename', keys: ['F2'], acts: { rename: ['F2'] } },
  { intent: 'Prune', keys: ['Del'], acts: { prune: ['Delete'] } },
  ...UNDO_KEYS,
  { intent: 'New tree', keys: ['T'], acts: { newTree: ['t'] } },
  { intent: 'Export the tree', keys: ['Shift+E'], acts: { exportTree: ['Shift+e'] } },
] as const satisfies KeyLines;

/** In the library of prompts and presets. */
export const LIBRARY_KEYS = [
  {
    intent: 'In the prompts: next, previous',
    keys: ['↓', '↑'],
    acts: { next: ['ArrowDown'], previous: ['ArrowUp'] },
  },
  { intent: 'Take the prompt', keys: ['Enter'], acts: { take: ['Enter'] } },
] as const satisfies KeyLines;

/** In the list of trees, where they mean a tree and not the selected picture. */
export const TREE_LIST_KEYS = [
  { intent: 'Rename the tree, remove it', keys: ['F2', 'Del'], acts: { rename: ['F2'], remove: ['Delete'] } },
] as const satisfies KeyLines;

export const TREE_WALK_KEYS = [
  {
    intent: 'Go through the tree',
    keys: ['←', '→', '↑', '↓'],
    acts: { left: ['ArrowLeft'], right: ['ArrowRight'], up: ['ArrowUp'], down: ['ArrowDown'] },
  },
  { intent: 'First, last of the tree', keys: ['Home', 'End'], acts: { first: ['Home'], last: ['End'] } },
] as const satisfies KeyLines;

/** Of what goes with a request: pictures of the studio, files of the text screen. */
export const ATTACHED_KEYS = [
  {
    intent: 'Move what goes with the request',
    keys: ['Alt+←', 'Alt+→'],
    acts: { earlier: ['Alt+ArrowLeft'], later: ['Alt+ArrowRight'] },
  },
  { intent: 'Take it out', keys: ['Del', 'Backspace'], acts: { takeOut: ['Delete', 'Backspace'] } },
] as const satisfies KeyLines;

/** In a field for what is asked. */
export const HISTORY_KEYS = [
  {
    intent: 'What was asked earlier',
    keys: ['Ctrl+↑', 'Ctrl+↓'],
    acts: { earlier: ['Ctrl+ArrowUp'], later: ['Ctrl+ArrowDown'] },
  },
] as const satisfies KeyLines;

export const MASK_KEYS = [
  {
    intent: 'Brush, eraser, lasso, rectangle',
    keys: ['B', 'E', 'L', 'U'],
    acts: { brush: ['b'], eraser: ['e'], lasso: ['l'], rectangle: ['u'] },
  },
  { intent: 'Brush to eraser and back', keys: ['X'], acts: { swapTool: ['x'] } },
  { intent: 'Move the picture', keys: ['V'], acts: { move: ['v'] } },
  { intent: 'Invert', keys: ['Shift+V'], acts: { invert: ['Shift+v'] } },
  { intent: 'Clear', keys: ['Del'], acts: { clear: ['Delete'] } },
  { intent: 'Load a mask', keys: ['O'], acts: { load: ['o'] } },
  ...UNDO_KEYS,
  ...ZOOM_KEYS,
  { intent: 'Drop what is drawn; done', keys: ['Esc'], acts: { leave: ['Escape'] } },
] as const satisfies KeyLines;

/** By place on the keyboard as well as by sign, or with the pointer: see mask-tools.ts and mask-stage.tsx. */
export const MASK_HAND_KEYS = [
  { intent: 'Smaller, larger brush; with Shift: hardness', keys: ['[', ']', 'Shift+[', 'Shift+]'], acts: {} },
  { intent: 'Move the picture while held', keys: ['Space'], acts: {} },
  { intent: 'Straight line', keys: ['Shift'], acts: {} },
  { intent: 'Lasso, rectangle: take away', keys: ['Alt'], acts: {} },
  { intent: 'Move the cross; ten times as far', keys: ['←', '→', '↑', '↓', 'Shift+←'], acts: {} },
  { intent: 'Stamp; set a corner; close', keys: ['Enter'], acts: {} },
  { intent: 'Take the last corner back', keys: ['Backspace'], acts: {} },
  { intent: 'Line from the last stamp', keys: ['Shift+Enter'], acts: {} },
] as const satisfies KeyLines;
