import { expect, it } from 'vitest';
import { bucketLimit, fixedMinuteLimit, type ServerLimit, slidingLimit } from './server-limit';

/** Asked every half second for five minutes: how many it accepts in each minute. */
function acceptedBy(limit: ServerLimit): readonly number[] {
  return [0, 1, 2, 3, 4].map((minute) => {
    let accepted = 0;
    for (let at = 0; at < 60_000; at += 500) {
      accepted += limit(minute * 60_000 + at) === 0 ? 1 : 0;
    }
    return accepted;
  });
}

it('lets through what it holds and what fills it', () => {
  expect(acceptedBy(bucketLimit(60, 60))).toEqual([119, 60, 60, 60, 60]);
});

it.each([
  ['sliding', slidingLimit],
  ['fixed', fixedMinuteLimit],
] as const)('lets no more than its number through in a %s minute', (_name, limit) => {
  expect(acceptedBy(limit(40))).toEqual([40, 40, 40, 40, 40]);
});

it('tells how long the next place takes', () => {
  const bucket = bucketLimit(60, 1);
  expect([bucket(0), bucket(250), bucket(1_000)]).toEqual([0, 750, 0]);
  const sliding = slidingLimit(1);
  expect([sliding(0), sliding(10_000), sliding(60_000)]).toEqual([0, 50_000, 0]);
  const fixed = fixedMinuteLimit(1);
  expect([fixed(5_000), fixed(10_000), fixed(60_000)]).toEqual([0, 50_000, 0]);
});
