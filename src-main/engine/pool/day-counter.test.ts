import { GEMINI_RESET_ZONE } from '@shared/model/provider';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testing/virtual-clock';
import { DayCounter } from './day-counter';
import { RESET_GUARD_MS } from './next-daily-reset';

const HOUR = 3_600_000;
/** Noon in UTC is four in the morning Pacific; twenty hours are left of that day, and the guard. */
const NOON = Date.UTC(2026, 10, 21, 12);
const LEFT = 20 * HOUR + RESET_GUARD_MS;

function setUp(limit: number) {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const day = new DayCounter(clock, GEMINI_RESET_ZONE);
  day.limit = limit;
  return { clock, day, take: () => day.take(clock.now()) };
}

describe('requests of a day', () => {
  it('fit up to the limit, and then at the next midnight of the zone', async () => {
    const { clock, day, take } = setUp(2);
    take();
    expect(day.freeAt(clock.now())).toBe(Number.NEGATIVE_INFINITY);
    take();
    expect(day.freeAt(clock.now())).toBe(clock.now() + LEFT);
    await clock.advance(LEFT);
    expect(day.freeAt(clock.now())).toBe(Number.NEGATIVE_INFINITY);
    expect(day.used(clock.now())).toBe(0);
  });

  it('do not mind a step of the wall clock, in whichever direction', async () => {
    const { clock, day, take } = setUp(1);
    take();
    const resetsAt = day.freeAt(clock.now());
    clock.stepWall(21 * HOUR);
    expect(day.freeAt(clock.now())).toBe(resetsAt);
    clock.stepWall(-40 * HOUR);
    expect(day.freeAt(clock.now())).toBe(resetsAt);
    await clock.advance(LEFT - 1);
    expect(day.used(clock.now())).toBe(1);
  });

  it('count what earlier sessions sent since the last midnight, and nothing before it', () => {
    const { clock, day } = setUp(10);
    const midnight = NOON - 4 * HOUR;
    day.add(4, midnight, clock.now());
    day.add(3, midnight - 900_000, clock.now());
    expect(day.used(clock.now())).toBe(4);
  });

  it('give back what was never sent, unless its day is over', async () => {
    const { clock, day, take } = setUp(2);
    take();
    const takenAt = clock.now();
    day.giveBack(takenAt, clock.now());
    expect(day.used(clock.now())).toBe(0);
    take();
    await clock.advance(LEFT + 30 * HOUR);
    take();
    day.giveBack(takenAt, clock.now());
    expect(day.used(clock.now())).toBe(1);
  });
});
