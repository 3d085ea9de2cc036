import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveConcurrency } from './adaptive-concurrency';

const { POSITIVE_INFINITY } = Number;

/** As many successes as the number allows, each while all of it is used. */
function succeedRound(adaptive: AdaptiveConcurrency, leasedAt: number): void {
  const { limit } = adaptive;
  for (let answer = 0; answer < limit; answer += 1) {
    adaptive.succeeded(leasedAt, adaptive.limit - 1);
  }
}

function started(mode: 'on' | 'ceiling', ceiling: number): AdaptiveConcurrency {
  const adaptive = new AdaptiveConcurrency();
  adaptive.setMode(mode, ceiling);
  return adaptive;
}

describe('adaptive concurrency that is off', () => {
  it('never binds', () => {
    const adaptive = new AdaptiveConcurrency();
    expect(adaptive.limit).toBe(POSITIVE_INFINITY);
    adaptive.setMode('off', 8);
    adaptive.congested(100, 50, 7);
    expect(adaptive.limit).toBe(POSITIVE_INFINITY);
  });
});

describe('adaptive concurrency that finds its own number', () => {
  it('starts at four and doubles with every round until it is refused', () => {
    const adaptive = started('on', POSITIVE_INFINITY);
    expect(adaptive.limit).toBe(4);
    succeedRound(adaptive, 1);
    expect(adaptive.limit).toBe(8);
    succeedRound(adaptive, 2);
    expect(adaptive.limit).toBe(16);
  });

  it('takes three tenths off at a refusal, and then grows by one a round', () => {
    const adaptive = started('on', POSITIVE_INFINITY);
    succeedRound(adaptive, 1);
    succeedRound(adaptive, 2);
    adaptive.congested(100, 50, 15);
    expect(adaptive.limit).toBe(11);
    succeedRound(adaptive, 101);
    expect(adaptive.limit).toBe(12);
    succeedRound(adaptive, 102);
    expect(adaptive.limit).toBe(13);
  });

  it('takes refusals of one burst for one', () => {
    const adaptive = started('on', POSITIVE_INFINITY);
    succeedRound(adaptive, 1);
    adaptive.congested(100, 50, 7);
    for (let refusal = 0; refusal < 6; refusal += 1) {
      adaptive.congested(101 + refusal, 60 + refusal, 6);
    }
    expect(adaptive.limit).toBe(5);
    adaptive.congested(200, 150, 4);
    expect(adaptive.limit).toBe(3);
  });

  it('does not grow by answers to requests from before the refusal', () => {
    const adaptive = started('on', POSITIVE_INFINITY);
    adaptive.congested(100, 50, 3);
    expect(adaptive.limit).toBe(2);
    for (let answer = 0; answer < 10; answer += 1) {
      adaptive.succeeded(60, 5);
    }
    expect(adaptive.limit).toBe(2);
  });

  it('does not grow while less than half of it is used', () => {
    const adaptive = started('on', POSITIVE_INFINITY);
    for (let answer = 0; answer < 50; answer += 1) {
      adaptive.succeeded(1, 0);
    }
    expect(adaptive.limit).toBe(4);
  });

  it('stays below the number that was set, and follows it down', () => {
    const adaptive = started('on', 10);
    succeedRound(adaptive, 1);
    succeedRound(adaptive, 2);
    expect(adaptive.limit).toBe(10);
    adaptive.setMode('on', 3);
    expect(adaptive.limit).toBe(3);
    adaptive.setMode('on', 10);
    succeedRound(adaptive, 3);
    expect(adaptive.limit).toBeGreaterThan(3);
  });
});

describe('adaptive concurrency as a ceiling', () => {
  it('starts at the number that was set, lowers it, and comes back to it', () => {
    const adaptive = started('ceiling', 10);
    expect(adaptive.limit).toBe(10);
    adaptive.congested(100, 50, 9);
    expect(adaptive.limit).toBe(7);
    for (let round = 0; round < 10; round += 1) {
      succeedRound(adaptive, 101 + round);
    }
    expect(adaptive.limit).toBe(10);
  });

  it('lowers what was under way where no number was set', () => {
    const adaptive = started('ceiling', POSITIVE_INFINITY);
    expect(adaptive.limit).toBe(POSITIVE_INFINITY);
    adaptive.congested(100, 50, 39);
    expect(adaptive.limit).toBe(28);
  });

  it('follows a new number at once unless a refusal holds it lower', () => {
    const adaptive = started('ceiling', 10);
    adaptive.setMode('ceiling', 20);
    expect(adaptive.limit).toBe(20);
    adaptive.congested(100, 50, 19);
    adaptive.setMode('ceiling', 30);
    expect(adaptive.limit).toBe(14);
  });

  it('begins anew when the mode changes', () => {
    const adaptive = started('ceiling', 10);
    adaptive.congested(100, 50, 9);
    adaptive.setMode('on', 10);
    expect(adaptive.limit).toBe(4);
    adaptive.setMode('off', 10);
    expect(adaptive.limit).toBe(POSITIVE_INFINITY);
  });
});

it('allows one request at least and the ceiling at most, whatever the answers', () => {
  const answers = fc.array(fc.record({ ok: fc.boolean(), inFlight: fc.nat(40), ageMs: fc.nat(3_000) }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(
      fc.constantFrom('on' as const, 'ceiling' as const),
      fc.integer({ min: 1, max: 64 }),
      answers,
      (...given) => {
        const [mode, ceiling, told] = given;
        const adaptive = started(mode, ceiling);
        for (const [at, { ok, inFlight, ageMs }] of told.entries()) {
          const now = at * 1_000;
          if (ok) {
            adaptive.succeeded(now - ageMs, inFlight);
          } else {
            adaptive.congested(now, now - ageMs, inFlight);
          }
          expect(Number.isInteger(adaptive.limit)).toBe(true);
          expect(adaptive.limit).toBeGreaterThanOrEqual(1);
          expect(adaptive.limit).toBeLessThanOrEqual(ceiling);
        }
      },
    ),
  );
});
