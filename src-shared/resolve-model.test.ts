import { describe, expect, it } from 'vitest';
import type { CatalogueModel } from './model/catalogue';
import { defaultModel, modelWarnings } from './resolve-model';

function model(id: string, rest: Partial<CatalogueModel> = {}): CatalogueModel {
  return {
    id,
    label: id,
    provider: 'openai',
    state: 'current',
    tasks: ['edit'],
    mask: true,
    sizes: [],
    ratios: [],
    priceUsd: {},
    source: 'a test',
    ...rest,
  };
}

describe('defaultModel', () => {
  it('is the marked one of the provider, else its first current one', () => {
    const models = [
      model('old', { state: 'ended' }),
      model('first'),
      model('marked', { isDefault: true }),
      model('other', { provider: 'google_genai' }),
    ];
    expect(defaultModel(models, 'openai')?.id).toBe('marked');
    expect(defaultModel(models, 'google_genai')?.id).toBe('other');
    expect(defaultModel(models.slice(0, 2), 'openai')?.id).toBe('first');
    expect(defaultModel([], 'openai')).toBeUndefined();
  });
});

describe('modelWarnings', () => {
  const ending = model('m', { endsOn: '2026-12-01', successor: 'n', state: 'deprecated' });

  it.each([
    ['2026-10-31', []],
    ['2026-11-01', ['m ends on 2026-12-01, in 30 days. Its successor is n.']],
    ['2026-11-21', ['m ends on 2026-12-01, in 10 days. Its successor is n.']],
    ['2026-11-30', ['m ends on 2026-12-01, in 1 day. Its successor is n.']],
    ['2026-12-01', ['m ended on 2026-12-01; it is asked for all the same. Its successor is n.']],
  ])('on %s says %j', (today, expected) => {
    expect(modelWarnings(ending, today)).toEqual(expected);
  });

  it('names a model that has ended without a date', () => {
    expect(modelWarnings(model('m', { state: 'ended' }), '2026-11-21')).toEqual([
      'm has ended; it is asked for all the same.',
    ]);
  });

  it('says nothing of a current or unknown model', () => {
    expect(modelWarnings(model('m'), '2026-11-21')).toEqual([]);
    expect(modelWarnings(undefined, '2026-11-21')).toEqual([]);
  });
});
