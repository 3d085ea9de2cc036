/** What requests go by before the library has them. */
import { expect, it } from 'vitest';
import { createReservedPlaces } from './reserved-places';

function setUp() {
  let last = 0;
  let asked = 0;
  const errors: unknown[] = [];
  const store = {
    async reserveJobs(count: number) {
      asked += 1;
      if (asked === 2) {
        throw new Error('The library is closed.');
      }
      const first = last + 1;
      last += count;
      return first;
    },
  };
  return { places: createReservedPlaces(store, (error) => errors.push(error)), errors };
}

const answered = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('knows none before the library has said a row, and numbers in a row from then on', async () => {
  const { places } = setUp();
  expect(places.take(1)).toBeNull();
  places.learn(7);
  expect(places.take(1)).toBeNull();
  await answered();
  expect(places.take(3)).toEqual({ jobId: 1, row: 7 });
  expect(places.take(1)).toEqual({ jobId: 4, row: 10 });
});

it('asks for more before they run out, and says nothing it does not know when that fails', async () => {
  const { places, errors } = setUp();
  places.learn(0);
  await answered();
  expect(places.take(1001)).toEqual({ jobId: 1, row: 0 });
  await answered();
  expect(errors).toHaveLength(1);
  expect(places.take(1000)).toBeNull();
  expect(places.take(999)).toEqual({ jobId: 1002, row: 1001 });
  await answered();
  // The third answer: a new block.
  expect(places.take(1)).toEqual({ jobId: 2001, row: 2000 });
});

it('never gives a number below one that the library gave meanwhile', async () => {
  const { places } = setUp();
  places.learn(0);
  await answered();
  expect(places.take(1)).toEqual({ jobId: 1, row: 0 });
  places.lose();
  expect(places.take(1)).toBeNull();
  places.learn(5);
  // Of the block before nothing is left, and the next one was refused.
  await answered();
  expect(places.take(1)).toBeNull();
  places.learn(5);
  await answered();
  expect(places.take(1)).toEqual({ jobId: 2001, row: 5 });
});
