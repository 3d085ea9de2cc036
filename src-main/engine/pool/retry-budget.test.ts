import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget';

const START = 5_000;

/** Retries that go when every free moment is used. */
function retriesIn(budget: RetryBudget, spanMs: number): number {
  let retries = 0;
  for (let now = START; now <= START + spanMs; now = Math.max(now, budget.readyAt(now))) {
    budget.take(now);
    retries += 1;
  }
  return retries;
}

describe('the retry budget', () => {
  it('lets ten retries go at once, and the next one a second later', () => {
    const budget = new RetryBudget(START);
    for (let retry = 0; retry < 10; retry += 1) {
      expect(budget.readyAt(START)).toBe(START);
      budget.take(START);
    }
    expect(budget.readyAt(START)).toBe(START + 1_000);
    expect(budget.readyAt(START + 400)).toBe(START + 1_000);
    expect(budget.readyAt(START + 1_000)).toBe(START + 1_000);
  });

  it('lets one a second go while nothing succeeds', () => {
    expect(retriesIn(new RetryBudget(START), 60_000)).toBe(70);
  });

  it('earns a retry with five successes', () => {
    const budget = new RetryBudget(START);
    for (let retry = 0; retry < 10; retry += 1) {
      budget.take(START);
    }
    for (let success = 0; success < 4; success += 1) {
      budget.succeeded(START);
    }
    expect(budget.readyAt(START)).toBeCloseTo(START + 200);
    budget.succeeded(START);
    expect(budget.readyAt(START)).toBe(START);
  });

  it('is as if nothing had been taken once that is given back', () => {
    const budget = new RetryBudget(START);
    for (let retry = 0; retry < 10; retry += 1) {
      budget.take(START);
    }
    budget.giveBack(START);
    expect(budget.readyAt(START)).toBe(START);
    budget.take(START);
    expect(budget.readyAt(START)).toBe(START + 1_000);
    const full = new RetryBudget(START);
    full.take(START);
    full.giveBack(START);
    expect(retriesIn(full, 0)).toBe(10);
  });

  it('saves up no more than ten', () => {
    const budget = new RetryBudget(START);
    for (let success = 0; success < 100; success += 1) {
      budget.succeeded(START);
    }
    const later = START + 3_600_000;
    for (let retry = 0; retry < 10; retry += 1) {
      expect(budget.readyAt(later)).toBe(later);
      budget.take(later);
    }
    expect(budget.readyAt(later)).toBe(later + 1_000);
  });

  it('never lets more go than it started with, time gave and successes earned', () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(3_000), succeeds: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (taken) => {
        const budget = new RetryBudget(START);
        let now = START;
        let retries = 0;
        let successes = 0;
        for (const { waitMs, succeeds } of taken) {
          now += waitMs;
          if (succeeds) {
            budget.succeeded(now);
            successes += 1;
          }
          if (budget.readyAt(now) <= now) {
            budget.take(now);
            retries += 1;
          }
          expect(budget.readyAt(now)).toBeLessThanOrEqual(now + 1_000);
        }
        expect(retries).toBeLessThanOrEqual(10 + (now - START) / 1_000 + successes / 5 + 1e-6);
      }),
    );
  });
});
