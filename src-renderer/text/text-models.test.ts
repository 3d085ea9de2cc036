import type { CatalogueModel } from '@shared/model/catalogue';
import { describe, expect, it } from 'vitest';
import { cataloguedPrice, schemaWords, takesWords, tokenPriceWords } from './text-models';

const model = (part: Partial<CatalogueModel>): CatalogueModel => ({
  id: 'm',
  provider: 'openai',
  label: 'M',
  state: 'current',
  tasks: ['text'],
  mask: false,
  sizes: [],
  ratios: [],
  priceUsd: {},
  source: 'a test',
  ...part,
});

describe('what is said of a text model', () => {
  it('calls free only what is known to cost nothing', () => {
    expect(tokenPriceWords(model({}))).toBe('?');
    expect(tokenPriceWords(model({ tokenPriceUsd: { textIn: 1 } }))).toBe('?');
    expect(tokenPriceWords(model({ tokenPriceUsd: { textIn: 0, textOut: 0 } }))).toBe('free');
    expect(tokenPriceWords(model({ tokenPriceUsd: { textIn: 0.75, textOut: 4.5 } }))).toBe('$0.75 / $4.5');
    expect(cataloguedPrice({ provider: 'openai', model: 'unheard-of' }, [])).toBe('Its price is not known.');
  });

  it('says what it takes besides text, and whose the schema is', () => {
    expect(takesWords(model({}))).toBe('?');
    expect(takesWords(model({ media: [] }))).toBe('text only');
    expect(takesWords(model({ media: ['image', 'video'] }))).toBe('pictures, video');
    expect(schemaWords(model({ nativeSchema: false }))).toBe('in words');
  });
});
