import { expect, it } from 'vitest';
import { HeldNames } from './held-names';
import { createNamer } from './output-name';

it('knows of many names whose they are, whatever the case of their letters', () => {
  const held = new HeldNames();
  for (let row = 0; row < 20_000; row += 1) {
    held.add(`Folder/n${row}`, row);
  }
  expect(held.isAnothers('folder/N19999', 19_999)).toBe(false);
  expect(held.isAnothers('folder/N19999', 0)).toBe(true);
  expect(held.isAnothers('folder/n20000', 0)).toBe(false);
  held.add('folder/n7', 8);
  // Both have it: neither may write over the other.
  expect(held.isAnothers('folder/n7', 7)).toBe(true);
  expect(held.isAnothers('folder/n7', 8)).toBe(true);
});

it('keeps names that files of other rows have from every row, by column and by index', () => {
  const models = [{ provider: 'openai', model: 'm' }] as const;
  const held = new HeldNames();
  held.add('cat_01', 5);
  held.add('000002_00', 5);
  const recipe = { models: [...models], variants: 2 };
  const nameOf = (given: { outputNameColumn?: string }, row: number) =>
    createNamer({ ...recipe, ...given }, held).name({ row, index: 2, fields: { name: 'cat' } })[0]?.[0];
  expect(nameOf({ outputNameColumn: 'name' }, 1)).toBe('000002_r000001_00');
  expect(nameOf({ outputNameColumn: 'name' }, 5)).toBe('cat_00');
  expect(nameOf({}, 1)).toBe('000002_r000001_00');
  expect(nameOf({}, 5)).toBe('000002_00');
});
