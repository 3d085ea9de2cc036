import { describe, expect, it } from 'vitest';
import type { Wait } from '../pool/pool';
import { dayOutSentence, waitSentence } from './wait-sentence';

const NOW = Date.UTC(2026, 10, 21, 12, 0, 30);
const MOMENT = { wallNow: NOW, timeZone: 'Europe/Berlin' };
const WAIT: Wait = { kind: 'wait', until: 0, reason: 'quota', keys: 3, dayOutUntil: null };

describe('waitSentence', () => {
  it.each([
    ['minutes, never too early', NOW + 3_900_000, 'waiting for quota until 14:06 (3 keys)'],
    ['seconds, when it is close', NOW + 40_000, 'waiting for quota until 13:01:10 (3 keys)'],
    [
      'the day, when it is another',
      NOW + 86_400_000 - 30_000,
      'waiting for quota until 22 Nov 13:00 (3 keys)',
    ],
  ])('names %s', (_name, until, sentence) => {
    expect(waitSentence(WAIT, until, MOMENT)).toBe(sentence);
  });

  it('names what is waited for, and one key as one', () => {
    const until = NOW + 3_600_000;
    expect(waitSentence({ ...WAIT, keys: 1 }, until, MOMENT)).toContain('(1 key)');
    expect(waitSentence({ ...WAIT, reason: 'rate', keys: 0 }, until, MOMENT)).toBe(
      'waiting for the rate limit until 14:01',
    );
  });

  it('says when the day is over', () => {
    expect(dayOutSentence(WAIT, NOW + 20 * 3_600_000, MOMENT)).toBe(
      'All 3 keys left are out for today, until 22 Nov 09:01: continue then, or add a key of another account.',
    );
  });
});
