import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SendLog } from './send-log';

it('is empty at first', () => {
  const log = new SendLog();
  expect(log.last(1)).toBe(Number.NEGATIVE_INFINITY);
  expect(log.countAfter(0)).toBe(0);
});

it('forgets one that does not count', () => {
  const log = new SendLog();
  for (const at of [10, 20, 20, 30]) {
    log.add(at);
  }
  log.remove(20);
  log.remove(25);
  expect([1, 2, 3, 4].map((place) => log.last(place))).toEqual([30, 20, 10, Number.NEGATIVE_INFINITY]);
  log.remove(30);
  log.remove(10);
  log.remove(10);
  expect([log.last(1), log.last(2)]).toEqual([20, Number.NEGATIVE_INFINITY]);
});

it('agrees with a plain list, however many there are', () => {
  const gaps = fc.array(fc.nat(4_000), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(gaps, fc.nat(120_000), (waits, backMs) => {
      const log = new SendLog();
      const all: number[] = [];
      let now = 5_000;
      for (const waitMs of waits) {
        now += waitMs;
        log.add(now);
        all.push(now);
        const kept = all.filter((at) => at > now - 120_000);
        expect(log.countAfter(now - backMs)).toBe(kept.filter((at) => at > now - backMs).length);
        expect(log.last(kept.length)).toBe(kept[0]);
        expect(log.last(1)).toBe(now);
        expect(log.last(kept.length + 1)).toBe(Number.NEGATIVE_INFINITY);
      }
    }),
  );
});
