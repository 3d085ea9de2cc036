import { expect, it } from 'vitest';
import { createClientCache } from './client-cache';

it('builds a client once per address and forgets the least recently used one', async () => {
  const cache = createClientCache<string>(2);
  const built: string[] = [];
  const get = (address: string) =>
    cache.get(address, async () => {
      built.push(address);
      return `client of ${address}`;
    });

  expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual([
    'client of a',
    'client of a',
    'client of b',
  ]);
  await get('a');
  await get('c');
  await get('a');
  await get('b');
  expect(built).toEqual(['a', 'b', 'c', 'b']);
});

it('does not keep a client that could not be built', async () => {
  const cache = createClientCache<string>();
  await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await cache.get('a', () => Promise.resolve('yes'))).toBe('yes');
});
