import { readFile } from 'node:fs/promises';
import { catalogueSchema, type CatalogueModel } from '@shared/model/catalogue';
import { describe, expect, it } from 'vitest';
import { listedModel as model } from '../app/testing/listed-model';
import { modelOf } from './model-of';

const both = ['google_genai', 'openai'] as const;
const pick = (
  name: string | undefined,
  models: readonly CatalogueModel[],
  providers: readonly ('google_genai' | 'openai')[] = both,
) => modelOf({ model: name }, { models, providers });

const priced = { tokenPriceUsd: { textIn: 1, textOut: 2 } };

describe('the usual model', () => {
  it('is what the catalogue takes itself', () => {
    const models = [model('a', priced), model('b', { isDefault: true, ...priced }), model('c', priced)];
    expect(pick(undefined, models).model).toBe('b');
  });

  it('is current and has a price, where there is one that does', () => {
    const models = [
      model('going', { state: 'deprecated', isDefault: true, ...priced }),
      model('of unknown price', { isDefault: true }),
      model('demo-text', priced),
      model('draws', { tasks: ['t2i'], ...priced }),
      model('known', priced),
    ];
    expect(pick(undefined, models).model).toBe('known');
    expect(pick(undefined, models.slice(0, 2)).model).toBe('of unknown price');
    expect(pick(undefined, models.slice(0, 1)).model).toBe('going');
  });

  it('of the catalogue itself is one whose cost is known, and that nobody is about to shut down', async () => {
    const { models } = catalogueSchema.parse(JSON.parse(await readFile('resources/models.json', 'utf8')));
    for (const provider of both) {
      const { model: id } = modelOf({ provider }, { models, providers: both });
      expect(models.find((one) => one.id === id)).toMatchObject({
        provider,
        state: 'current',
        tokenPriceUsd: expect.anything(),
      });
    }
  });

  it('is of the provider that the caller has keys for', () => {
    const models = [model('gemini-x'), model('gpt-x', { provider: 'openai', isDefault: true })];
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
    expect(modelOf({ model: 'no-such-model', provider: 'openai' }, { models: [], providers: both })).toEqual({
      provider: 'openai',
      model: 'no-such-model',
    });
  });

  it('is refused where it draws, or where no key serves it', () => {
    expect(() => pick('painter', [model('painter', { tasks: ['t2i'] })])).toThrow(/draws pictures/);
    expect(() => pick('gpt-9', [], ['google_genai'])).toThrow(/do not serve gpt-9/);
    expect(() => pick('gpt-9', [], [])).toThrow(/has no key/);
  });

  it('is told of locked keys, which are no missing ones; the demo needs none', () => {
    const locked = { models: [], providers: [], areLocked: true } as const;
    expect(() => modelOf({ model: 'gpt-9' }, locked)).toThrow(
      expect.objectContaining({ status: 503, details: { code: 'keys_locked' } }),
    );
    expect(modelOf({ model: 'demo' }, { ...locked, providers: ['google_genai'] }).model).toBe('demo');
  });
});
