/** The keys of the whole window. */
import type { KeyLines } from './key-line';

export const WINDOW_KEYS = [
  { intent: 'New run', keys: ['Ctrl+N'], acts: { newRun: ['Ctrl+n'] } },
  { intent: 'Studio', keys: ['Ctrl+1'], acts: { studio: ['Ctrl+1'] } },
  { intent: 'Runs', keys: ['Ctrl+2'], acts: { runs: ['Ctrl+2'] } },
  { intent: 'Review', keys: ['Ctrl+3'], acts: { review: ['Ctrl+3'] } },
  { intent: 'Gallery', keys: ['Ctrl+4'], acts: { gallery: ['Ctrl+4'] } },
  { intent: 'Text', keys: ['Ctrl+5'], acts: { text: ['Ctrl+5'] } },
  { intent: 'Endpoints', keys: ['Ctrl+6'], acts: { endpoints: ['Ctrl+6'] } },
  { intent: 'Settings', keys: ['Ctrl+,'], acts: { settings: ['Ctrl+,'] } },
  { intent: 'Sources panel', keys: ['Ctrl+B'], acts: { sources: ['Ctrl+b'] } },
  { intent: 'Inspector', keys: ['Ctrl+Alt+B'], acts: { inspector: ['Ctrl+Alt+b'] } },
  { intent: 'Queue', keys: ['Ctrl+J'], acts: { queue: ['Ctrl+j'] } },
  { intent: 'Search prompts, rows, results', keys: ['Ctrl+K'], acts: { search: ['Ctrl+k'] } },
  {
    intent: 'Everything larger, smaller',
    keys: ['Ctrl++', 'Ctrl+−'],
    // Where + needs Shift, = is the key that has it.
    acts: { larger: ['Ctrl++', 'Ctrl+='], smaller: ['Ctrl+-'] },
  },
  { intent: 'This list', keys: ['?'], acts: { keys: ['?'] } },
  { intent: 'This list, also while typing', keys: ['F1'], acts: { keysAlways: ['F1'] } },
] as const satisfies KeyLines;

export const MENU_KEYS = [
  {
    intent: 'In a menu: next, previous',
    keys: ['↓', '↑'],
    acts: { next: ['ArrowDown'], previous: ['ArrowUp'] },
  },
] as const satisfies KeyLines;

export const EDGE_KEYS = [
  {
    intent: 'On the edge of a panel: move it',
    keys: ['←', '→'],
    acts: { left: ['ArrowLeft'], right: ['ArrowRight'] },
  },
] as const satisfies KeyLines;
