/** The keys of runs, of the queue and of text. */
import type { KeyLines } from './key-line';

export const EXPORT_KEYS = [
  { intent: 'Export', keys: ['Ctrl+E'], acts: { export: ['Ctrl+e'] } },
] as const satisfies KeyLines;

export const NEW_RUN_KEYS = [
  { intent: 'Start the run', keys: ['Ctrl+Enter'], acts: { start: ['Ctrl+Enter'] } },
  { intent: 'Call off a start that is waiting for its plan', keys: ['Esc'], acts: { hold: ['Escape'] } },
] as const satisfies KeyLines;

/** Where a column's name is offered. */
export const COMPLETION_KEYS = [
  { intent: 'Next, previous column', keys: ['↓', '↑'], acts: { next: ['ArrowDown'], previous: ['ArrowUp'] } },
  { intent: 'Insert the column', keys: ['Enter', 'Tab'], acts: { insert: ['Enter', 'Tab'] } },
  { intent: 'No column', keys: ['Esc'], acts: { none: ['Escape'] } },
] as const satisfies KeyLines;

/** What sends asks for Ctrl. */
export const RUN_KEYS = [
  {
    intent: 'Resume it, or rerun what failed',
    keys: ['Ctrl+Enter'],
    acts: { goOn: ['Ctrl+Enter'] },
  },
  { intent: 'Pause', keys: ['P'], acts: { pause: ['p'] } },
  { intent: 'Cancel', keys: ['Shift+X'], acts: { cancel: ['Shift+x'] } },
  { intent: 'Review', keys: ['V'], acts: { review: ['v'] } },
  { intent: 'Rename', keys: ['F2'], acts: { rename: ['F2'] } },
  { intent: 'Show its folder', keys: ['Shift+O'], acts: { showFolder: ['Shift+o'] } },
  { intent: 'Compare blind', keys: ['B'], acts: { arena: ['b'] } },
  { intent: 'Judge with a text model', keys: ['J'], acts: { judge: ['j'] } },
  { intent: 'Add answers as a column', keys: ['C'], acts: { addAnswers: ['c'] } },
] as const satisfies KeyLines;

export const QUEUE_KEYS = [
  {
    intent: 'Move a run or an endpoint',
    keys: ['Alt+↑', 'Alt+↓'],
    acts: { earlier: ['Alt+ArrowUp'], later: ['Alt+ArrowDown'] },
  },
] as const satisfies KeyLines;

/** Of the run that has the focus in the queue. As on its own screen, what sends asks for Ctrl. */
export const QUEUE_RUN_KEYS = [
  {
    intent: 'Next, previous run of the queue',
    keys: ['↓', '↑'],
    acts: { next: ['ArrowDown'], previous: ['ArrowUp'] },
  },
  { intent: 'Open the run', keys: ['Enter'], acts: { open: ['Enter'] } },
  { intent: 'Pause the run', keys: ['P'], acts: { pause: ['p'] } },
  {
    intent: 'Resume the run, or rerun what failed of it',
    keys: ['Ctrl+Enter'],
    acts: { goOn: ['Ctrl+Enter'] },
  },
  { intent: 'Cancel the run', keys: ['Shift+X'], acts: { cancel: ['Shift+x'] } },
  { intent: 'Put back what was cancelled of it', keys: ['Ctrl+Z'], acts: { restore: ['Ctrl+z'] } },
  {
    intent: 'Higher, lower priority',
    keys: ['+', '−'],
    acts: { raise: ['+', '='], lower: ['-'] },
  },
  { intent: 'To the front of its priority', keys: ['Alt+Home'], acts: { front: ['Alt+Home'] } },
] as const satisfies KeyLines;

export const TEXT_KEYS = [
  { intent: 'Ask', keys: ['Ctrl+Enter'], acts: { ask: ['Ctrl+Enter'] } },
] as const satisfies KeyLines;

export const ASKED_KEYS = [
  { intent: 'Remove a request', keys: ['Del'], acts: { forget: ['Delete'] } },
] as const satisfies KeyLines;
