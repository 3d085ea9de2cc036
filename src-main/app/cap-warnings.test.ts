import { expect, it } from 'vitest';
import { capWarnings } from './cap-warnings';

const KNOWN = { model: 'known', price: { low: 0.1, high: 0.2 } };
const NEW = { model: 'new', price: undefined };

it('warns of models without a price where a cap on cost is all that holds them back', () => {
  expect(capWarnings([KNOWN, NEW], [{ costUsd: 5 }, {}])).toEqual([
    'The price of new is not known: a cap on cost counts only what the answers report. ' +
      'Cap the requests too, or enter the price under Settings.',
  ]);
  expect(capWarnings([NEW, { ...NEW, model: 'newer' }, NEW], [{}, { costUsd: 5 }])[0]).toMatch(
    /^The prices of new, newer are not known:/,
  );
  expect(capWarnings([KNOWN], [{ costUsd: 5 }])).toEqual([]);
  expect(capWarnings([NEW], [{}, { requests: 5 }])).toEqual([]);
  expect(capWarnings([NEW], [{ costUsd: 5, requests: 5 }])).toEqual([]);
});
