/** The keys of the fleet: of its endpoints, and of an endpoint's keys. */
import type { KeyLines } from './key-line';
import { FIELD_KEYS } from './settings-keys';

/** Of all endpoints, and of the one that is shown. Where a key has the focus, its own come first. */
export const ENDPOINT_KEYS = [
  { intent: 'Add an endpoint', keys: ['N'], acts: { add: ['n'] } },
  { intent: 'Previous, next endpoint', keys: ['[', ']'], acts: { previous: ['['], next: [']'] } },
  { intent: 'Test the endpoint', keys: ['T'], acts: { test: ['t'] } },
  { intent: 'Pause or resume the endpoint', keys: ['P'], acts: { pause: ['p'] } },
  { intent: 'Edit its settings', keys: ['E'], acts: { edit: ['e'] } },
  {
    intent: 'Its keys; its usage; its log',
    keys: ['K', 'U', 'G'],
    acts: { keys: ['k'], usage: ['u'], log: ['g'] },
  },
  { intent: 'Add keys', keys: ['A'], acts: { addKeys: ['a'] } },
  { intent: 'Search its keys', keys: ['/'], acts: { search: ['/'] } },
  { intent: 'New quota group', keys: ['Q'], acts: { addGroup: ['q'] } },
  { intent: 'Reset the endpoint: all is tried again', keys: ['R'], acts: { reset: ['r'] } },
  { intent: 'Remove the endpoint', keys: ['Shift+X'], acts: { remove: ['Shift+x'] } },
  { intent: 'Endpoint lab', keys: ['L'], acts: { lab: ['l'] } },
  ...FIELD_KEYS,
] as const satisfies KeyLines;

/** Of the panel with all of them. */
export const FLEET_KEYS = [
  { intent: 'Test all keys; stop', keys: ['Shift+T'], acts: { testAll: ['Shift+t'] } },
  { intent: 'Import a .env file', keys: ['I'], acts: { importEnv: ['i'] } },
] as const satisfies KeyLines;

/** In the table of an endpoint's keys. */
export const KEY_WALK_KEYS = [
  { intent: 'Next, previous key', keys: ['↓', '↑'], acts: { next: ['ArrowDown'], previous: ['ArrowUp'] } },
  { intent: 'First, last key', keys: ['Home', 'End'], acts: { first: ['Home'], last: ['End'] } },
  {
    intent: 'Ten keys on, back',
    keys: ['Page Down', 'Page Up'],
    acts: { pageDown: ['PageDown'], pageUp: ['PageUp'] },
  },
] as const satisfies KeyLines;

/** Of the key that has the focus. */
export const KEY_ROW_KEYS = [
  { intent: 'Edit the key', keys: ['E', 'Enter'], acts: { edit: ['e', 'Enter'] } },
  { intent: 'Test the key', keys: ['T'], acts: { test: ['t'] } },
  { intent: 'Pause or resume the key', keys: ['P'], acts: { pause: ['p'] } },
  { intent: 'Reset the key: it is tried again', keys: ['R'], acts: { reset: ['r'] } },
  {
    intent: 'Remove the key',
    keys: ['Del', 'Shift+X'],
    acts: { remove: ['Delete', 'Shift+x'] },
  },
] as const satisfies KeyLines;

export const SHARE_KEYS = [
  {
    intent: 'Change a share of the traffic',
    keys: ['←', '→', '↑', '↓'],
    acts: { more: ['ArrowRight', 'ArrowUp'], less: ['ArrowLeft', 'ArrowDown'] },
  },
  {
    intent: 'By a larger step',
    keys: ['Page Up', 'Page Down'],
    acts: { muchMore: ['PageUp'], muchLess: ['PageDown'] },
  },
] as const satisfies KeyLines;

export const TAB_KEYS = [
  {
    intent: 'Keys, settings, log',
    keys: ['←', '→'],
    acts: { next: ['ArrowRight'], previous: ['ArrowLeft'] },
  },
] as const satisfies KeyLines;
