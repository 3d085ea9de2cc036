import { expect, it } from 'vitest';
import { createTurns } from './in-turn';

it('begins no work before the one before it has ended, also when that failed', async () => {
  const inTurn = createTurns();
  const seen: string[] = [];
  const work = (name: string, steps: number) => async () => {
    seen.push(`${name} begins`);
    for (let step = 0; step < steps; step += 1) {
      await Promise.resolve();
    }
    seen.push(`${name} ends`);
    if (name === 'b') {
      throw new Error('b failed');
    }
    return name;
  };
  const [a, b, c] = [inTurn(work('a', 10)), inTurn(work('b', 1)), inTurn(work('c', 0))];
  await expect(a).resolves.toBe('a');
  await expect(b).rejects.toThrow('b failed');
  await expect(c).resolves.toBe('c');
  expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
