import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketLimit, fixedMinuteLimit, type ServerLimit, slidingLimit } from '../testing/server-limit';
import { seeded } from '../testing/fleet-samples';
import { LearnedRate } from './learned-rate';

const START = 5_000;
const MINUTE_MS = 60_000;
/** A request that tries a key has passed when nobody refused it for so long. */
const PASSED_MS = 3_000;

interface Load {
  readonly server: ServerLimit;
  readonly minutes: number;
  /** Whether refusals name a delay. */
  readonly isNamed?: boolean;
  /** Least time between two requests, whatever the limit. */
  readonly everyMs?: number;
}

/** One key that always has something to send. As the pool does, it tries a refused key by one request at a time. */
function saturate(rate: LearnedRate, { server, minutes, isNamed = true, everyMs = 150 }: Load, from = START) {
  const accepted: number[] = [];
  const refused: number[] = [];
  const end = from + minutes * MINUTE_MS;
  let now = from;
  let restUntil = now;
  while (now < end) {
    const leasedAt = Math.max(now, restUntil, rate.readyAt());
    if (rate.readyAt() > leasedAt) {
      now = rate.readyAt();
      continue;
    }
    rate.taken(leasedAt);
    const waitMs = server(leasedAt + 70);
    if (waitMs > 0) {
      refused.push(leasedAt);
      const namedWaitMs = isNamed ? Math.ceil(waitMs / 1_000) * 1_000 : null;
      rate.refused(leasedAt + 100, { leasedAt, namedWaitMs });
      restUntil = leasedAt + 100 + (namedWaitMs ?? 5_000);
    } else {
      accepted.push(leasedAt);
      if ((refused.at(-1) ?? 0) > (accepted.at(-2) ?? 0)) {
        restUntil = leasedAt + PASSED_MS;
      }
    }
    now = leasedAt + everyMs;
  }
  return { accepted, refused };
}

function peak(moments: readonly number[], spanMs: number): number {
  return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + spanMs).length));
}

const since = (moments: readonly number[], from: number): number => moments.filter((at) => at >= from).length;

describe('a rate that nobody told', () => {
  it('has no limit before the first refusal', () => {
    const rate = new LearnedRate();
    for (let sent = 0; sent < 1_000; sent += 1) {
      expect(rate.readyAt()).toBeLessThanOrEqual(START);
      rate.taken(START);
    }
    expect(rate.perMinute).toBeUndefined();
  });

  it('learns nothing from one refusal after hardly any requests', () => {
    const rate = new LearnedRate();
    rate.taken(START);
    expect(rate.refused(START + 100, { leasedAt: START, namedWaitMs: 1_000 })).toBe(false);
    expect(rate.perMinute).toBeUndefined();
    expect(rate.readyAt()).toBeLessThanOrEqual(START + 200);
  });

  it('takes what the last minute carried for the limit, and holds to it', () => {
    const rate = new LearnedRate();
    for (let sent = 0; sent < 31; sent += 1) {
      rate.taken(START + sent * 100);
    }
    expect(rate.refused(START + 3_200, { leasedAt: START + 3_000, namedWaitMs: 57_000 })).toBe(true);
    expect(rate.perMinute).toBe(30);
    expect(rate.readyAt()).toBeGreaterThanOrEqual(START + MINUTE_MS);
  });

  it('starts slowly after a burst that was refused as a whole, and doubles every minute', () => {
    const rate = new LearnedRate();
    for (let sent = 0; sent < 40; sent += 1) {
      rate.taken(START);
    }
    for (let sent = 0; sent < 40; sent += 1) {
      rate.refused(START + 100, { leasedAt: START, namedWaitMs: 30_000 });
    }
    expect(rate.perMinute).toBeUndefined();
    const { accepted } = saturate(rate, { server: () => 0, minutes: 4 }, START + 30_000);
    const perMinute = [0, 1, 2, 3].map(
      (minute) =>
        since(accepted, START + 30_000 + minute * MINUTE_MS) -
        since(accepted, START + 90_000 + minute * MINUTE_MS),
    );
    expect(perMinute[0]).toBeGreaterThan(40);
    expect(perMinute[0]).toBeLessThan(130);
    expect(perMinute[3]).toBeGreaterThan(3 * (perMinute[0] ?? 0));
  });

  it('takes the refusals of one burst for one, and those among them off its guess', () => {
    const rate = new LearnedRate();
    for (let sent = 0; sent < 40; sent += 1) {
      rate.taken(START);
    }
    const refusals = [0, 1, 2, 3, 4, 5].map((late) =>
      rate.refused(START + 100 + late, { leasedAt: START, namedWaitMs: 59_000 }),
    );
    expect(refusals).toEqual([true, false, false, false, false, false]);
    expect(rate.perMinute).toBe(34);
  });
});

/** Shares of the limit: with a delay named, and without. */
describe.each([
  ['fills a bucket', 60, () => bucketLimit(60, 60), [0.97, 0.97]],
  ['counts a sliding minute', 60, () => slidingLimit(60), [0.95, 0.95]],
  ['counts minutes of its clock', 60, () => fixedMinuteLimit(60), [0.93, 0.93]],
  ['bears bursts of ten', 60, () => bucketLimit(60, 10), [0.85, 0.6]],
  ['has a small limit', 10, () => bucketLimit(10, 10), [0.9, 0.9]],
  ['has a large limit', 300, () => slidingLimit(300), [0.95, 0.95]],
] as const)('a server that %s', (_name, limit, server, shares) => {
  it.each([
    [true, shares[0]],
    [false, shares[1]],
  ])('is used nearly fully, with few refusals (delay named: %s)', (isNamed, share) => {
    const rate = new LearnedRate();
    const { accepted, refused } = saturate(rate, { server: server(), minutes: 40, isNamed });
    const settled = START + 10 * MINUTE_MS;
    expect(since(accepted, settled) / (30 * limit)).toBeGreaterThanOrEqual(share);
    expect(since(refused, settled) / 30).toBeLessThanOrEqual(1);
  });
});

describe('a limit that changes', () => {
  it('is followed down within two minutes', () => {
    const rate = new LearnedRate();
    saturate(rate, { server: slidingLimit(60), minutes: 10 });
    const from = START + 11 * MINUTE_MS;
    const { accepted, refused } = saturate(rate, { server: slidingLimit(20), minutes: 20 }, from);
    expect(rate.perMinute).toBeLessThan(22);
    expect(since(refused, from + 2 * MINUTE_MS)).toBeLessThan(18);
    expect(since(accepted, from + 5 * MINUTE_MS) / (15 * 20)).toBeGreaterThan(0.85);
  });

  it('is followed up within a quarter of an hour', () => {
    const rate = new LearnedRate();
    saturate(rate, { server: slidingLimit(60), minutes: 10 });
    const from = START + 11 * MINUTE_MS;
    const { accepted } = saturate(rate, { server: slidingLimit(600), minutes: 16 }, from);
    expect(since(accepted, from + 15 * MINUTE_MS)).toBeGreaterThan(120);
  });
});

it('is not taken for low because nobody used it for a while', () => {
  const rate = new LearnedRate();
  const server = bucketLimit(60, 60);
  saturate(rate, { server, minutes: 10 });
  const settled = rate.perMinute ?? 0;
  const idle = saturate(rate, { server, minutes: 30, everyMs: 5_000 }, START + 11 * MINUTE_MS);
  expect(idle.refused).toEqual([]);
  const { refused } = saturate(rate, { server, minutes: 5 }, START + 42 * MINUTE_MS);
  expect(refused.length).toBeLessThan(6);
  expect(rate.perMinute).toBeGreaterThan(settled * 0.9);
});

it('keeps to what it says, in every minute, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 10, max: 90 }),
      fc.integer({ min: 50, max: 900 }),
      (seed, burst, everyMs) => {
        const random = seeded(seed);
        const rate = new LearnedRate();
        for (let sent = 0; sent <= burst; sent += 1) {
          rate.taken(START);
        }
        rate.refused(START + 100, { leasedAt: START, namedWaitMs: 59_000 });
        const limit = rate.perMinute ?? 0;
        const sent: number[] = [];
        // Within the first plateau, so that the rate is what was learnt.
        for (let now = START + 100; now < START + 2 * MINUTE_MS; now += everyMs * random()) {
          if (rate.readyAt() <= now) {
            rate.taken(now);
            sent.push(now);
          }
        }
        expect(since(sent, START + MINUTE_MS)).toBeGreaterThan(0);
        expect(peak(sent, MINUTE_MS)).toBeLessThanOrEqual(Math.ceil(limit));
      },
    ),
    { numRuns: 50 },
  );
});

describe('what headers tell', () => {
  it('is a limit without any refusal', () => {
    const rate = new LearnedRate();
    rate.told({ requests: { limit: 30 } }, START);
    const { accepted } = saturate(rate, { server: () => 0, minutes: 5 });
    expect(rate.perMinute).toBe(30);
    expect(peak(accepted, MINUTE_MS)).toBe(30);
  });

  it('bounds what refusals have taught', () => {
    const rate = new LearnedRate();
    saturate(rate, { server: slidingLimit(60), minutes: 5 });
    rate.told({ requests: { limit: 20 } }, START + 6 * MINUTE_MS);
    expect(rate.perMinute).toBe(20);
  });

  it('holds until the next place is free when nothing is left', () => {
    const rate = new LearnedRate();
    rate.told({ requests: { limit: 60, remaining: 0, resetMs: MINUTE_MS } }, START);
    expect(rate.readyAt()).toBe(START + 1_000);
    rate.told({ requests: { limit: 60, remaining: 5, resetMs: MINUTE_MS } }, START);
    expect(rate.readyAt()).toBe(START + 1_000);
  });
});
