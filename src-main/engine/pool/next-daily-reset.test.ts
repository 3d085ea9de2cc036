import { GEMINI_RESET_ZONE } from '@shared/model/provider';
import { describe, expect, it } from 'vitest';
import { nextDailyReset } from './next-daily-reset';

const utc = (text: string): number => Date.parse(`${text}Z`);

describe('nextDailyReset', () => {
  it.each([
    ['summer time', '2026-07-01T12:00:00', '2026-07-02T07:00:00'],
    ['winter time', '2026-12-01T12:00:00', '2026-12-02T08:00:00'],
    ['one second before it', '2026-12-02T07:59:59', '2026-12-02T08:00:00'],
    ['at midnight: the next one', '2026-12-02T08:00:00', '2026-12-03T08:00:00'],
    ['the day clocks go forward, before', '2026-03-08T09:30:00', '2026-03-09T07:00:00'],
    ['the day clocks go forward, after', '2026-03-08T20:00:00', '2026-03-09T07:00:00'],
    ['the day clocks go back, before', '2026-11-01T07:30:00', '2026-11-02T08:00:00'],
    ['the day clocks go back, after', '2026-11-01T12:00:00', '2026-11-02T08:00:00'],
    ['over a year end', '2027-01-01T04:00:00', '2027-01-01T08:00:00'],
  ])('is midnight Pacific in %s', (_name, now, reset) => {
    expect(nextDailyReset(utc(now), GEMINI_RESET_ZONE)).toBe(utc(reset));
  });

  it('works east of Greenwich and for half hours', () => {
    expect(nextDailyReset(utc('2026-05-05T20:00:00.250'), 'Asia/Kolkata')).toBe(utc('2026-05-06T18:30:00'));
    expect(nextDailyReset(utc('2026-05-05T00:00:00'), 'UTC')).toBe(utc('2026-05-06T00:00:00'));
  });

  it('is always a midnight there, at most 25 hours ahead', () => {
    for (let at = utc('2026-01-01T00:17:00'); at < utc('2027-01-01T00:00:00'); at += 5 * 3_600_000) {
      const reset = nextDailyReset(at, GEMINI_RESET_ZONE);
      expect(reset).toBeGreaterThan(at);
      expect(reset - at).toBeLessThanOrEqual(25 * 3_600_000);
      expect(
        new Date(reset).toLocaleTimeString('en-GB', { timeZone: GEMINI_RESET_ZONE, hourCycle: 'h23' }),
      ).toBe('00:00:00');
    }
  });
});
