import { describe, expect, it } from 'vitest';
import { bareNumber, parseDuration, untilDate } from './duration';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('durations', () => {
  it.each([
    ['59s', 59_000],
    ['10.67s', 10_670],
    ['1h52m56.4s', 6_776_400],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['51.84 seconds', 51_840],
    ['2 minutes and 3 seconds', 123_000],
    ['1 day', 86_400_000],
    ['soon', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('of a bare number are in the unit asked for', () => {
    expect(bareNumber(' 1.5 ', 1000)).toBe(1500);
    expect(bareNumber('-1', 1000)).toBeUndefined();
    expect(bareNumber('7s', 1000)).toBeUndefined();
  });
});

describe('dates', () => {
  it.each([
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['2026-11-21T12:00:30Z', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['-1', undefined],
    ['7.5', undefined],
    ['soon', undefined],
  ])('%s', (text, ms) => {
    expect(untilDate(text, NOW)).toBe(ms);
  });
});
