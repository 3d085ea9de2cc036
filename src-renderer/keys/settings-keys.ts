/** The keys of fields that are saved when they are left, and of the settings. */
import type { KeyLines } from './key-line';

/** While a field is being written, too. */
export const FIELD_KEYS = [
  { intent: 'Save what is being written', keys: ['Ctrl+S'], acts: { save: ['Ctrl+s'] } },
] as const satisfies KeyLines;

export const SETTINGS_KEYS = [
  {
    intent: 'Next, previous section',
    keys: ['Ctrl+↓', 'Ctrl+↑'],
    acts: { next: ['Ctrl+ArrowDown'], previous: ['Ctrl+ArrowUp'] },
  },
  { intent: 'Add a token or a model, in its section', keys: ['N'], acts: { add: ['n'] } },
  ...FIELD_KEYS,
] as const satisfies KeyLines;
