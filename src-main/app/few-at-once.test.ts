import { expect, it } from 'vitest';
import { createFewAtOnce } from './few-at-once';

it('never has more under way than it may, keeps the order, and goes on after a failure', async () => {
  const fewAtOnce = createFewAtOnce(3);
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  const works = Array.from({ length: 20 }, (_, number) =>
    fewAtOnce(async () => {
      begun.push(number);
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn <= number % 4; turn += 1) {
        await Promise.resolve();
      }
      underWay -= 1;
      if (number === 5) {
        throw new Error('5');
      }
      return number;
    }),
  );
  const ends = await Promise.allSettled(works);
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, number) => number));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await fewAtOnce(async () => 'still works')).toBe('still works');
});
