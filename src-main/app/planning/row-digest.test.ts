import type { Recipe } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { HISTORY_FIELD } from '../orders/conversation';
import { createRowDigest, formerRowDigest } from './row-digest';

const MODELS: Recipe['models'] = [{ provider: 'openai', model: 'm' }];
const EDIT: Recipe = {
  task: 'edit',
  models: MODELS,
  instruction: 'Make it {{how}}',
  imageColumns: [],
  variants: 1,
};
const TEXT: Recipe = {
  ...EDIT,
  task: 'text',
  text: { system: 'You are {{who}}', generation: {}, answer: { kind: 'text' } },
};
const ROW = {
  how: 'red',
  who: 'a cook',
  image: 'a.png',
  mask_url: 'm.png',
  name: 'n',
  width: '512',
  notes: '',
};

/** Columns a change of which makes the row ask for something else. */
function readColumns(recipe: Recipe): readonly string[] {
  const digestOf = createRowDigest(recipe);
  const columns = [...Object.keys(ROW), 'audio_path', 'aspect_ratio', HISTORY_FIELD, 'image_2'];
  return columns.filter((column) => digestOf({ ...ROW, [column]: '16' }) !== digestOf(ROW));
}

describe('what a row asks for', () => {
  it('is of an edit its instruction, its pictures and its mask', () => {
    expect(readColumns(EDIT)).toEqual(['how', 'image', 'mask_url', HISTORY_FIELD, 'image_2']);
    const named = { ...EDIT, imageColumns: ['image'], maskColumn: 'notes', outputNameColumn: 'name' };
    expect(readColumns(named)).toEqual(['how', 'image', 'name', 'notes', HISTORY_FIELD]);
  });

  it('is of a picture from words its prompt and its own size', () => {
    expect(readColumns({ ...EDIT, task: 't2i' })).toEqual(['how', 'width', 'aspect_ratio', HISTORY_FIELD]);
  });

  it('is of a text its prompt, its system prompt and its media', () => {
    expect(readColumns(TEXT)).toEqual(['how', 'who', 'image', 'audio_path', HISTORY_FIELD, 'image_2']);
  });

  it('is the same whatever the order of the columns, and whatever is beside them', () => {
    const digestOf = createRowDigest(EDIT);
    const turned = Object.fromEntries(Object.entries(ROW).toReversed());
    expect(digestOf(turned)).toBe(digestOf(ROW));
    expect(digestOf({ ...ROW, seen: 'yes' })).toBe(digestOf(ROW));
    expect(digestOf({ ...ROW, how: 'blue' })).not.toBe(digestOf(ROW));
  });

  it('was of all cells in libraries of before', () => {
    expect(formerRowDigest({ a: '1' })).toBe('FwjXNYKNSI5-uny2HifDC4wrUXg');
  });
});
