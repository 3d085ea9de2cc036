import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import type { StoredRun } from '../store/store';
import { askFor } from './order-book';

const base: Recipe = {
  task: 'edit',
  models: [{ provider: 'google_genai', model: 'm' }],
  instruction: '{{instruction}}',
  imageColumns: [],
  variants: 1,
};
const model: CatalogueModel = {
  id: 'm',
  provider: 'google_genai',
  label: 'M',
  state: 'current',
  tasks: ['edit', 't2i'],
  maxInputImages: 2,
  mask: false,
  sizes: ['1K', '2K'],
  ratios: ['1:1', '16:9'],
  priceUsd: {},
  source: 'test',
};

function ask(
  fields: Record<string, string>,
  recipe: Partial<Recipe> = {},
  defaultAspectRatio: string | null = null,
) {
  const run = { recipe: { ...base, ...recipe } } as StoredRun;
  return askFor({
    context: { run, defaultAspectRatio },
    row: { row: 0, index: 0, fields },
    choice: { provider: 'google_genai', model: 'm' },
    model,
  });
}

describe('what a row asks for', () => {
  it('is its instruction and its images in order', () => {
    expect(ask({ instruction: 'add a hat', image_url: 'a.png', image_url_2: 'b.png' })).toMatchObject({
      task: 'edit',
      prompt: 'add a hat',
      inputs: ['a.png', 'b.png'],
      mask: null,
    });
  });

  it.each([
    ['no image', { instruction: 'x', image_url: '' }, 'names no input image'],
    ['no instruction', { instruction: ' ', image_url: 'a.png' }, 'instruction of this row is empty'],
    ['no such column', { image_url: 'a.png' }, '"instruction"'],
    ['too many images', { instruction: 'x', image_url: 'a|b|c' }, 'takes at most 2'],
    ['a mask the model cannot use', { instruction: 'x', image_url: 'a', mask_url: 'm.png' }, 'takes none'],
  ])('is refused with %s, and nothing is sent', (_what, fields, sentence) => {
    const asked = ask(fields);
    expect(asked).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
    expect('kind' in asked && asked.failure.message).toContain(sentence);
  });

  it('never turns an edit into a text-only request', () => {
    expect(ask({ instruction: 'x' })).toMatchObject({ kind: 'failed' });
  });

  it('takes a t2i row at its own ratio, above recipe and environment', () => {
    const t2i = { task: 't2i' as const, instruction: '{{prompt}}', aspectRatio: '1:1' };
    expect(ask({ prompt: 'a city', aspect_ratio: '16:9' }, t2i)).toMatchObject({
      aspectRatio: '16:9',
      inputs: [],
    });
    expect(ask({ prompt: 'a city' }, t2i, '16:9')).toMatchObject({ aspectRatio: '1:1' });
    expect(ask({ prompt: 'a city' }, { task: 't2i', instruction: '{{prompt}}' }, '16:9')).toMatchObject({
      aspectRatio: '16:9',
    });
  });

  it('refuses a hostile output name', () => {
    expect(
      ask({ instruction: 'x', image_url: 'a.png', name: '../../evil' }, { outputNameColumn: 'name' }),
    ).toMatchObject({ kind: 'failed', failure: { kind: 'bad_input' } });
  });
});
