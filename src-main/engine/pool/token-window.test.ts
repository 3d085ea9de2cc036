import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenWindow } from './token-window';

const SPAN = 60_120;

describe('tokens of the last minute', () => {
  it('count by what was guessed until the answer tells', () => {
    const window = new TokenWindow();
    window.limit = 1_000;
    window.take(600);
    expect(window.freeAt(0, 400)).toBe(Number.NEGATIVE_INFINITY);
    expect(window.freeAt(0, 401)).toBe(Number.POSITIVE_INFINITY);
    window.spend(600, 200, 5_000);
    expect(window.used(5_000)).toBe(200);
    expect(window.freeAt(5_000, 800)).toBe(Number.NEGATIVE_INFINITY);
    expect(window.freeAt(5_000, 801)).toBe(5_000 + SPAN);
  });

  it('lets one request that is larger than the limit go alone', () => {
    const window = new TokenWindow();
    window.limit = 1_000;
    expect(window.freeAt(0, 5_000)).toBe(Number.NEGATIVE_INFINITY);
    window.take(5_000);
    expect(window.freeAt(0, 1)).toBe(Number.POSITIVE_INFINITY);
    window.spend(5_000, 5_000, 10);
    expect(window.freeAt(20, 5_000)).toBe(10 + SPAN);
  });

  it('has room for any number without a limit, and still counts', () => {
    const window = new TokenWindow();
    window.take(1e9);
    expect(window.freeAt(0, 1e9)).toBe(Number.NEGATIVE_INFINITY);
    expect(window.used(0)).toBe(1e9);
  });

  it('never holds more than the limit in any minute, when it is asked and guesses are right', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ tokens: fc.integer({ min: 1, max: 400 }), wait: fc.integer({ min: 0, max: 9_000 }) }),
          {
            maxLength: 120,
          },
        ),
        (requests) => {
          const window = new TokenWindow();
          window.limit = 1_000;
          const spent: { at: number; tokens: number }[] = [];
          let now = 0;
          for (const { tokens, wait } of requests) {
            now = Math.max(now + wait, window.freeAt(now, tokens));
            window.take(tokens);
            window.spend(tokens, tokens, now);
            spent.push({ at: now, tokens });
          }
          for (const { at } of spent) {
            const minute = spent.filter((one) => one.at > at - 60_000 && one.at <= at);
            expect(minute.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(1_000);
          }
        },
      ),
    );
  });
});
