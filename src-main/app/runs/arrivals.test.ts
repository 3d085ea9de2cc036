import { expect, it } from 'vitest';
import type { PendingJob } from '../../engine/ports';
import { createArrivals } from './arrivals';

const job = (id: number): PendingJob => ({
  id,
  runId: 1,
  model: { provider: 'openai', model: 'm' },
  retriesUsed: 0,
});
const ids = (jobs: readonly PendingJob[]): number[] => jobs.map(({ id }) => id);

it('waits for what comes, and ends only when told', async () => {
  const arrivals = createArrivals();
  arrivals.open(1);
  const first = arrivals.next(1, 0, 10);
  arrivals.came(1, [job(1), job(2)]);
  expect(ids(await first)).toEqual([1, 2]);
  const second = arrivals.next(1, 2, 1);
  arrivals.came(1, [job(4), job(3)]);
  arrivals.close(1);
  expect(ids(await second)).toEqual([4]);
  expect(ids(await arrivals.next(1, 4, 10))).toEqual([3]);
  expect(ids(await arrivals.next(1, 4, 10))).toEqual([]);
});

it('gives nothing twice that the library has given, in whatever order it came', async () => {
  const arrivals = createArrivals();
  arrivals.open(1);
  arrivals.came(1, [job(5)]);
  expect(arrivals.hasCaughtUp(1)).toBe(false);
  // The library was read up to 6; its word of 6 comes late.
  const next = arrivals.next(1, 6, 10);
  arrivals.came(1, [job(6), job(7)]);
  expect(ids(await next)).toEqual([7]);
  expect(arrivals.hasCaughtUp(1)).toBe(true);
});

it('sends away who waits for a run that is over, and knows nothing of it any more', async () => {
  const arrivals = createArrivals();
  arrivals.open(1);
  const next = arrivals.next(1, 0, 10);
  arrivals.forget(1);
  expect(await next).toEqual([]);
  arrivals.came(1, [job(1)]);
  expect(await arrivals.next(1, 0, 10)).toEqual([]);
  arrivals.open(1);
  expect(arrivals.hasCaughtUp(1)).toBe(false);
});
