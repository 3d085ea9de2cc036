/** The user's own models over those of the catalogue, in a real library. */
import { highestCost } from '@shared/cost';
import type { CatalogueModel } from '@shared/model/catalogue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listedModel } from '../testing/listed-model';
import { openTestLibrary, type TestLibrary } from '../testing/test-library';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

/** As the form makes it where only a price is entered. */
const priced = (given: Partial<CatalogueModel>): CatalogueModel =>
  listedModel(given.id ?? 'gemini-2.5-flash', { source: 'added by the user', own: true, ...given });
const TEXT = { instruction: '', text: { system: '', generation: {}, answer: { kind: 'text' } } } as const;

it('a price that is entered takes nothing else from a model that the catalogue has', async () => {
  const { models } = library.app;
  const choice = { provider: 'google_genai', model: 'gemini-2.5-flash' } as const;
  const listed = models.find(choice);
  expect(highestCost(listed, TEXT)).toBeNull();
  await models.add(priced({ tokenPriceUsd: { textIn: 1, textOut: 2 } }));
  expect(highestCost(models.find(choice), TEXT)).toBe(0.002);
  expect(models.find(choice)).toEqual({
    ...listed,
    tokenPriceUsd: { textIn: 1, textOut: 2 },
    source: 'added by the user',
    own: true,
  });
  expect(models.list().filter(({ id }) => id === choice.model)).toHaveLength(1);
  await models.remove(choice.provider, choice.model);
  expect(models.find(choice)).toEqual(listed);
});

it('an entered price of a picture stands in the place of all that the catalogue has', async () => {
  const { models } = library.app;
  const choice = { provider: 'openai', model: 'gpt-image-2' } as const;
  const listed = models.find(choice);
  const { tokenPriceUsd: _, priceRangeUsd: __, ...facts } = listed ?? priced({});
  const own = { id: choice.model, provider: choice.provider, tasks: ['edit', 't2i'] as const };
  await models.add(priced({ ...own, tasks: [...own.tasks], priceUsd: { '*': 0.5 } }));
  expect(models.find(choice)).toEqual({
    ...facts,
    priceUsd: { '*': 0.5 },
    source: 'added by the user',
    own: true,
  });
});
