import { expect, it } from 'vitest';
import { SeenTexts } from './seen-texts';

it('tells texts it has seen from those it has not, at no more than 32 bytes each', () => {
  const seen = new SeenTexts();
  const texts = Array.from({ length: 50_000 }, (_, at) => `a product with a long name, ${at} of many`);
  expect(texts.filter((text) => !seen.add(text))).toEqual([]);
  expect(texts.filter((text) => seen.add(text) || !seen.has(text))).toEqual([]);
  expect(texts.filter((text) => seen.has(`${text}.`))).toEqual([]);
  expect(seen.bytes / texts.length).toBeLessThan(32);
});
