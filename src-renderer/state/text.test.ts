import { describe, expect, it } from 'vitest';
import type { ChosenFile } from './attachments';
import { isAnyLost, takenBack } from './text';
import type { Composed } from './text';
import { PLAIN_TEXT_SETTINGS } from './text-settings';

const EMPTY: Composed = {
  draft: { model: null, prompt: '', settings: PLAIN_TEXT_SETTINGS },
  files: [],
  after: null,
};
const model = { provider: 'openai', model: 'gpt-5.5-mini' } as const;
const other = { ...model, model: 'gpt-5.5' };
const asked = (id: number, place: number): ChosenFile => ({
  id,
  name: 'cat.png',
  medium: 'image',
  sizeBytes: 5,
  source: { kind: 'asked', jobId: 7, place },
});
const pasted = (id: number, file: File): ChosenFile => ({
  ...asked(id, 0),
  source: { kind: 'bytes', file },
});

describe('what is lost when the composer is replaced', () => {
  it('are files that come from elsewhere, and not the same ones once more', () => {
    const one = { ...EMPTY, files: [asked(1, 0)] };
    expect(isAnyLost(one, { ...EMPTY, files: [asked(2, 0)] })).toBe(false);
    expect(isAnyLost(one, { ...EMPTY, files: [asked(2, 1)] })).toBe(true);
    const [cat, dog] = [new File(['c'], 'cat.png'), new File(['d'], 'cat.png')];
    const held = { ...EMPTY, files: [pasted(3, cat)] };
    expect(isAnyLost(held, { ...EMPTY, files: [pasted(4, cat)] })).toBe(false);
    expect(isAnyLost(held, { ...EMPTY, files: [pasted(4, dog)] })).toBe(true);
  });

  it('is a model or a setting where something was to be asked of it', () => {
    const settings = { ...PLAIN_TEXT_SETTINGS, system: 'Be short.' };
    const now: Composed = { ...EMPTY, draft: { ...EMPTY.draft, model: other, prompt: 'Count' } };
    expect(isAnyLost({ ...EMPTY, draft: { model, prompt: ' ', settings } }, now)).toBe(false);
    const chosen: Composed = { ...EMPTY, draft: { ...EMPTY.draft, model, prompt: 'Count' } };
    expect(isAnyLost(chosen, now)).toBe(true);
    expect(isAnyLost({ ...now, draft: { ...now.draft, settings } }, now)).toBe(true);
  });

  it('comes back, but for what was changed since', () => {
    const before: Composed = { ...EMPTY, draft: { ...EMPTY.draft, model, prompt: 'half a thought' } };
    const after: Composed = { ...EMPTY, draft: { ...EMPTY.draft, model: other, prompt: 'Count' } };
    const now: Composed = { ...after, draft: { ...after.draft, prompt: 'Count the boats' } };
    expect(takenBack(now, { before, after })).toEqual({
      ...EMPTY,
      draft: { ...EMPTY.draft, model, prompt: 'Count the boats' },
    });
  });
});
