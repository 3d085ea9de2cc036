import { expect, it } from 'vitest';
import { createNewNames, type NameAsker } from './new-names';

function scene() {
  const names = createNewNames(({ model }) => model === 'listed', { most: 5, mostOfOne: 2 });
  return (asker: NameAsker, model: string) => names.refusal(asker, { provider: 'openai', model });
}

it('lets a caller ask for so many models that nobody knows, and no more', () => {
  const ask = scene();
  const [one, other] = [{ id: 'a' }, { id: 'b' }];
  const names = ['one', 'two', 'three', 'four', 'five', 'one'];
  expect(names.map((name) => ask(one, name))).toEqual(names.map(() => null));
  expect(ask(one, 'six')).toBe(
    'You have asked for 5 models that the catalogue does not have: ask for one that it has, ' +
      'or have six added in Settings under "Models you added".',
  );
  expect([ask(one, 'two'), ask(one, 'listed'), ask(other, 'six')]).toEqual([null, null, null]);
});

it('lets no stranger use up what all of them share', () => {
  const ask = scene();
  const stranger = (id: string): NameAsker => ({ id, kind: 'strangers' });
  expect([ask(stranger('a'), 'one'), ask(stranger('a'), 'two')]).toEqual([null, null]);
  expect(ask(stranger('a'), 'three')).toMatch(/^You have asked for 2 models/);
  // Those that another asked for are known by now.
  expect([ask(stranger('b'), 'one'), ask(stranger('b'), 'three'), ask(stranger('b'), 'four')]).toEqual([
    null,
    null,
    null,
  ]);
  expect([ask(stranger('a'), 'three'), ask(stranger('c'), 'five')]).toEqual([null, null]);
  expect(ask(stranger('c'), 'six')).toMatch(/^Callers have asked for 5 models/);
  // Who is known by more than his word has his own.
  expect(ask({ id: 'strangers' }, 'six')).toBeNull();
});
