import { expect, it } from 'vitest';
import { createVirtualClock } from './virtual-clock';

it('lets the world go on while the machine sleeps, and tells what happened meanwhile at its own moment', async () => {
  const clock = createVirtualClock();
  const start = clock.now();
  const wall = clock.wallNow();
  const seen: string[] = [];
  const note = (name: string) => () =>
    seen.push(`${name} ${clock.world.now() - start} ${clock.now() - start}`);
  clock.setTimer(5_000, note('machine'));
  clock.world.setTimer(4_000, note('world'));
  clock.world.setTimer(90_000, note('world later'));
  await clock.advance(1_000);
  clock.suspend(60_000);
  expect(clock.now() - start).toBe(1_000);
  expect(clock.world.now() - start).toBe(61_000);
  expect(clock.wallNow() - wall).toBe(61_000);
  await clock.advance(40_000);
  expect(seen).toEqual(['world 4000 1000', 'machine 65000 5000', 'world later 90000 30000']);
});
