import { expect, it } from 'vitest';
import { createNewNames } from './new-names';

it('lets a caller ask for so many models that nobody knows, and no more', () => {
  const names = createNewNames(({ model }) => model === 'listed', 2);
  const ask = (caller: string, model: string) => names.refusal(caller, { provider: 'openai', model });
  expect([ask('a', 'one'), ask('a', 'two'), ask('a', 'one')]).toEqual([null, null, null]);
  expect(ask('a', 'three')).toBe(
    'You have asked for 2 models that the catalogue does not have: ask for one that it has, ' +
      'or have three added in Settings under "Models you added".',
  );
  expect([ask('a', 'two'), ask('a', 'listed'), ask('b', 'three')]).toEqual([null, null, null]);
});
