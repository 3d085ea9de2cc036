/** The keys of text: of an answer that is looked at, of the prompt, and of a story. */
import type { KeyLines } from './key-line';

/** In the prompt. */
export const PROMPT_KEYS = [
  { intent: 'From the prompt to the answer', keys: ['Esc'], acts: { leave: ['Escape'] } },
  {
    intent: 'Place the next image, sound, video',
    keys: ['Ctrl+Alt+1', 'Ctrl+Alt+2', 'Ctrl+Alt+3'],
    acts: { image: ['Ctrl+Alt+1'], audio: ['Ctrl+Alt+2'], video: ['Ctrl+Alt+3'] },
  },
] as const satisfies KeyLines;

export const REQUEST_KEYS = [
  { intent: 'New request', keys: ['N'], acts: { fresh: ['n'] } },
  { intent: 'Write the prompt', keys: ['W'], acts: { write: ['w'] } },
  { intent: 'Attach files', keys: ['A'], acts: { attach: ['a'] } },
  { intent: 'Search requests', keys: ['/'], acts: { search: ['/'] } },
] as const satisfies KeyLines;

export const ANSWER_KEYS = [
  { intent: 'Stop', keys: ['S'], acts: { stop: ['s'] } },
  { intent: 'Edit and rerun it', keys: ['R'], acts: { again: ['r'] } },
  { intent: 'Continue from the answer', keys: ['G'], acts: { goOn: ['g'] } },
  { intent: 'Copy the answer', keys: ['C'], acts: { copy: ['c'] } },
  { intent: 'Save the answer', keys: ['Ctrl+S'], acts: { save: ['Ctrl+s'] } },
  { intent: 'Open it as a story', keys: ['O'], acts: { story: ['o'] } },
  { intent: 'Remove it from the history', keys: ['Shift+X'], acts: { forget: ['Shift+x'] } },
] as const satisfies KeyLines;

export const CANDIDATE_KEYS = [
  { intent: 'Previous, next candidate', keys: ['[', ']'], acts: { previous: ['['], next: [']'] } },
] as const satisfies KeyLines;

export const STORY_KEYS = [
  { intent: 'Make its pictures', keys: ['P'], acts: { pictures: ['p'] } },
  { intent: 'Back to the answer', keys: ['Esc'], acts: { back: ['Escape'] } },
] as const satisfies KeyLines;
