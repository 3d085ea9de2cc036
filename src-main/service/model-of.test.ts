import type { CatalogueModel } from '@shared/model/catalogue';
import { describe, expect, it } from 'vitest';
import { listedModel as model } from '../app/testing/listed-model';
import { modelOf } from './model-of';

const fallback = 'gemini-2.5-flash';
const both = ['google_genai', 'openai'] as const;
const pick = (
  name: string | undefined,
  models: readonly CatalogueModel[],
  providers: readonly ('google_genai' | 'openai')[] = both,
) => modelOf({ model: name }, { models, providers, fallback });

describe('the usual model', () => {
  it('is the documented one while it lives', () => {
    expect(pick(undefined, [model(fallback), model('newer', { isDefault: true })]).model).toBe(fallback);
  });

  it('is its successor, and that one’s, once they have ended', () => {
    const models = [
      model(fallback, { state: 'ended', successor: 'gemini-3-flash' }),
      model('gemini-3-flash', { state: 'ended', successor: 'gemini-4-flash' }),
      model('gemini-4-flash', { state: 'deprecated' }),
    ];
    expect(pick(undefined, models).model).toBe('gemini-4-flash');
  });

  it('is the catalogue’s usual one where no successor lives', () => {
    const models = [
      model(fallback, { state: 'ended', successor: fallback }),
      model('a'),
      model('b', { isDefault: true }),
      model('draws', { tasks: ['t2i'] }),
    ];
    expect(pick(undefined, models).model).toBe('b');
  });

  it('is of the provider that the caller has keys for', () => {
    const models = [model(fallback), model('gpt-x', { provider: 'openai', isDefault: true })];
    expect(pick(undefined, models, ['openai'])).toEqual({ provider: 'openai', model: 'gpt-x' });
  });
});

describe('a model by name', () => {
  it.each([
    ['gemini-9-flash', 'google_genai', 'gemini-9-flash'],
    ['models/gemini-9-flash', 'google_genai', 'gemini-9-flash'],
    ['gpt-9', 'openai', 'gpt-9'],
    ['o9-mini', 'openai', 'o9-mini'],
    ['demo', 'google_genai', 'demo'],
  ])('%s is of %s', (name, provider, sent) => {
    expect(pick(name, [])).toEqual({ provider, model: sent });
  });

  it('is of the provider that the catalogue says', () => {
    expect(pick('talker', [model('talker', { provider: 'openai' })]).provider).toBe('openai');
  });

  it('is refused where nobody can tell whose it is, with the way out', () => {
    expect(() => pick('no-such-model', [])).toThrow(/no-such-model is not known here.*"provider"/);
    expect(
      modelOf({ model: 'no-such-model', provider: 'openai' }, { models: [], providers: both, fallback }),
    ).toEqual({
      provider: 'openai',
      model: 'no-such-model',
    });
  });

  it('is refused where it draws, or where no key serves it', () => {
    expect(() => pick('painter', [model('painter', { tasks: ['t2i'] })])).toThrow(/draws pictures/);
    expect(() => pick('gpt-9', [], ['google_genai'])).toThrow(/do not serve gpt-9/);
    expect(() => pick('gpt-9', [], [])).toThrow(/has no key/);
  });
});
