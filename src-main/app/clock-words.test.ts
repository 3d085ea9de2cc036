import { expect, it } from 'vitest';
import { durationWords, timeWords } from './clock-words';

it('names the day of a moment only when it is not today', () => {
  const now = new Date(2026, 5, 10, 23, 59, 30).getTime();
  expect(timeWords(now + 5_000, now)).toBe('23:59:35');
  expect(timeWords(now + 60_000, now)).toBe('11 Jun 00:00:30');
});

it('tells a duration in the largest unit that is whole', () => {
  const told = [1, 5_000, 90_000, 120_000, 3_600_000, 86_400_000, 7 * 86_400_000].map(durationWords);
  expect(told).toEqual(['1 ms', '5 s', '90 s', '2 minutes', '1 hour', '1 day', '7 days']);
});
