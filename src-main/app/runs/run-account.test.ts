import type { Recipe } from '@shared/model/run';
import { expect, it } from 'vitest';
import { newRun } from '../../store/testing/library-fixture';
import { runAccount } from './run-account';

const dear = { provider: 'openai', model: 'dear' } as const;
const cheap = { provider: 'openai', model: 'cheap' } as const;
const { recipe, options } = newRun(1);
const run = {
  id: 7,
  recipe: { ...recipe, models: [cheap, dear], imageSize: '2K' },
  options: { ...options, caps: { costUsd: 9 } },
  costUsd: 0.5,
  maybeCharged: { costUsd: 0.3, unpriced: 4 },
  requests: 6,
};

it('what a run has used of its caps holds what may have been charged, without a price at the highest', () => {
  const priceOf = ({ model }: { model: string }, { imageSize }: Pick<Recipe, 'imageSize'>) =>
    imageSize === '2K' ? (model === 'dear' ? 0.25 : 0.1) : null;
  const account = runAccount(run, priceOf);
  expect(account).toMatchObject({ id: 7, costUsd: 0.5, maybeUsd: 1.3, requests: 6, caps: { costUsd: 9 } });
  expect(account.price(cheap)).toBe(0.1);
});

it('what has no price counts as what is known to be spent', () => {
  const { caps: _caps, ...uncapped } = run.options;
  expect(runAccount({ ...run, options: uncapped }, () => null)).toMatchObject({
    costUsd: 0.5,
    maybeUsd: 0.3,
    caps: {},
  });
});
