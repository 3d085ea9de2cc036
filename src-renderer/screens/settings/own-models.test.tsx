/** What becomes of the form of a model: an entry of the catalogue, with the price that a cap on cost needs. */
import { expect, it } from 'vitest';
import { highestCost } from '@shared/cost';
import { catalogueModelSchema } from '@shared/model/catalogue';
import { modelOf } from './own-models';

const DRAFT = {
  id: ' m ',
  label: '',
  provider: 'openai',
  maxInputImages: 1,
  mask: false,
  sizes: '1K, 2K',
  priceUsd: 0.04,
  answers: 'pictures',
  textIn: 1,
  textOut: 2,
} as const;
const TEXT = { system: '', generation: { maxOutputTokens: 1_000_000 }, answer: { kind: 'text' } } as const;

it('one that paints has a price a picture', () => {
  const model = catalogueModelSchema.parse(modelOf(DRAFT).data);
  expect(model).toMatchObject({ id: 'm', tasks: ['edit', 't2i'], sizes: ['1K', '2K'] });
  expect(highestCost(model, { instruction: '' })).toBe(0.04);
  expect(model.tokenPriceUsd).toBeUndefined();
});

it('one that answers in text has a price by its tokens, where both are known', () => {
  const answers = 'text' as const;
  const model = catalogueModelSchema.parse(modelOf({ ...DRAFT, answers }).data);
  expect(model).toMatchObject({ tasks: ['text'], priceUsd: {} });
  expect(highestCost(model, { instruction: '', text: TEXT })).toBe(2);
  const unpriced = catalogueModelSchema.parse(modelOf({ ...DRAFT, answers, textOut: undefined }).data);
  expect(highestCost(unpriced, { instruction: '', text: TEXT })).toBeNull();
});
