import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS, NETWORK_GUARD_MS, SlidingWindow } from './sliding-window';

const SPAN = MINUTE_MS + NETWORK_GUARD_MS;

describe('SlidingWindow', () => {
  it('lets exactly its limit through in every span, and the next one the moment the first is a span old', () => {
    const window = new SlidingWindow(3);
    for (const at of [0, 10, 20]) {
      expect(window.freeAt(at)).toBeLessThanOrEqual(at);
      window.take();
      window.sent(at);
    }
    expect(window.freeAt(30)).toBe(SPAN);
    expect(window.freeAt(SPAN)).toBeLessThanOrEqual(SPAN);
    window.take();
    window.sent(SPAN);
    expect(window.freeAt(SPAN)).toBe(10 + SPAN);
  });

  it('holds the place of a request whose body has not left, however long', () => {
    const window = new SlidingWindow(1);
    window.take();
    expect(window.freeAt(10 * SPAN)).toBe(Number.POSITIVE_INFINITY);
    window.sent(10 * SPAN);
    expect(window.freeAt(10 * SPAN)).toBe(11 * SPAN);
  });

  it('gives the place of a request back that was never sent', () => {
    const window = new SlidingWindow(1);
    window.take();
    window.giveBack();
    expect(window.freeAt(5)).toBeLessThanOrEqual(5);
  });

  it('keeps its word when the limit is lowered and raised under way', () => {
    const window = new SlidingWindow(3);
    for (const at of [0, 1, 2]) {
      window.take();
      window.sent(at);
    }
    window.setLimit(1);
    expect(window.freeAt(3)).toBe(2 + SPAN);
    window.setLimit(4);
    expect(window.freeAt(3)).toBeLessThanOrEqual(3);
  });

  it('agrees with a plain list of stamps, in whatever order bodies leave', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('lease' as const), after: fc.integer({ min: 0, max: 4_000 }) }),
      fc.record({ kind: fc.constant('sent' as const), before: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant('back' as const) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(event, { maxLength: 400 }), (limit, events) => {
        const window = new SlidingWindow(limit);
        const stamps: number[] = [];
        let held = 0;
        let now = 0;
        for (const step of events) {
          if (step.kind === 'lease') {
            now += step.after;
            const taken = held + stamps.filter((at) => at + SPAN > now).length;
            expect(window.freeAt(now) <= now).toBe(taken < limit);
            expect(window.used(now)).toBe(taken);
            if (taken < limit) {
              window.take();
              held += 1;
            }
          } else if (held > 0) {
            held -= 1;
            if (step.kind === 'sent') {
              stamps.push(now - step.before);
              window.sent(now - step.before);
            } else {
              window.giveBack();
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
