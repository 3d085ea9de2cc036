import type { Provider } from '@shared/model/provider';
import { describe, expect, it } from 'vitest';
import { endpoint, key } from '../testing/fleet-samples';
import { autoSlots } from './auto-slots';
import { HOUR, ORDER, setUp } from './testing/run-scene';
import { Lane, type LaneChoice } from './work-list';

function lane(provider: Provider, model: string, fallback: readonly LaneChoice[] = []): Lane {
  return new Lane([{ provider, model }, ...fallback], false);
}

function slots(lanes: readonly Lane[], demands: Readonly<Record<string, number | null>>): number {
  return autoSlots(lanes, { pool: { demand: ({ model }) => demands[model] ?? null }, now: 0, otherwise: 16 });
}

describe('the automatic number in flight', () => {
  it.each([
    ['what the pool can use', { m: 33 }, 33],
    ['the number that was set, while that is not known', { m: null }, 16],
    ['no more than 1024', { m: 5_000 }, 1024],
    ['one at least', { m: 0 }, 1],
  ])('is %s', (_name, demands, expected) => {
    expect(slots([lane('openai', 'm')], demands)).toBe(expected);
  });

  it('is the number that was set when there is nothing to send', () => {
    expect(slots([], {})).toBe(16);
  });

  it('counts providers together, and models of one provider once', () => {
    const lanes = [lane('openai', 'x'), lane('openai', 'y'), lane('google_genai', 'z')];
    expect(slots(lanes, { x: 10, y: 20, z: 5 })).toBe(25);
    expect(slots(lanes, { x: 10, y: 20, z: null })).toBe(36);
  });

  it('is that of the fallback while the first choice is out', () => {
    const one = lane('openai', 'x', [{ provider: 'google_genai', model: 'z' }]);
    expect(slots([one], { x: 10, z: 4 })).toBe(10);
    one.verdicts.note(0, { kind: 'never', reason: 'no_key', sentence: '' });
    expect(slots([one], { x: 10, z: 4 })).toBe(4);
  });
});

/** 3 keys of 60 requests a minute at 8 s each: Little's law asks for 24 in flight, with headroom for 33. */
function threeKeys() {
  const limits = { requestsPerMinute: 60 };
  const keys = ['k1', 'k2', 'k3'].map((id) => key(id, ['a'], { limits }));
  return setUp({ fleet: [[endpoint('a')], keys], latencyMs: 8_000 });
}

describe('a run with an automatic number in flight', () => {
  it('starts with the number that was set and rises to what the limits can use', async () => {
    const { clock, run, provider } = threeKeys();
    run(2_000, { concurrency: 4, autoConcurrency: true });
    await clock.advance(7_500);
    expect(provider.peaks.get(1)).toBe(3);
    await clock.advance(10 * 60_000);
    expect(provider.peaks.get(1)).toBeGreaterThanOrEqual(32);
    expect(provider.peaks.get(1)).toBeLessThanOrEqual(36);
    expect(provider.arrivals.length).toBeGreaterThanOrEqual(9 * 180);
  });

  it('follows new limits under way', async () => {
    const { clock, run, provider, pool } = threeKeys();
    run(6_000, { concurrency: 4, autoConcurrency: true });
    await clock.advance(10 * 60_000);
    const keys = ['k1', 'k2', 'k3'].map((id) => key(id, ['a'], { limits: { requestsPerMinute: 15 } }));
    pool.setFleet([endpoint('a')], keys);
    await clock.advance(5 * 60_000);
    for (let look = 0; look < 60; look += 1) {
      await clock.advance(2_000);
      expect(provider.inFlight).toBeLessThanOrEqual(10);
    }
  });

  it('takes the number a person sets, until told to follow again', async () => {
    const { clock, run, provider, scheduler } = threeKeys();
    run(9_000, { concurrency: 4, autoConcurrency: true });
    await clock.advance(10 * 60_000);
    scheduler.change({ ...ORDER, runId: 1, concurrency: 2 });
    await clock.advance(60_000);
    expect(provider.inFlight).toBeLessThanOrEqual(2);
    const before = provider.arrivals.length;
    scheduler.change({ ...ORDER, runId: 1, concurrency: 4, autoConcurrency: true });
    await clock.advance(5 * 60_000);
    expect(provider.arrivals.length - before).toBeGreaterThanOrEqual(4 * 180);
    scheduler.change({ ...ORDER, runId: 1, concurrency: 500 });
    await clock.advance(HOUR);
    expect(provider.arrivals).toHaveLength(9_000);
  });
});
