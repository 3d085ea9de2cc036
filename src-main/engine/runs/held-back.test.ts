/** What the rest of a cap does not allow beside what is in flight: it waits for that, and for nothing longer. */
import { describe, expect, it } from 'vitest';
import { trusted } from '../pool/testing/pool-scene';
import { endpoint, failure, key } from '../testing/fleet-samples';
import { failed } from '../testing/simulated-provider';
import type { RunOrder } from './scheduler';
import { HOUR, MODEL, NOON, ORDER, OTHER, type RunScene, setUp } from './testing/run-scene';

const MINUTE = 60_000;
const FALLBACK: Partial<RunOrder> = {
  endpointIds: ['a'],
  fallback: [{ endpointId: 'b', provider: 'google_genai', model: 'spare' }],
};
const LATENCY = 5_000;

/** Endpoint `a` for the jobs' own model, `b` for the fallback. */
function twoEndpoints(scene: Omit<RunScene, 'fleet' | 'latencyMs'>, limits = {}) {
  const fleet: RunScene['fleet'] = [
    [endpoint('a'), endpoint('b')],
    [key('ka', ['a'], { limits }), key('kb', ['b'])],
  ];
  const made = setUp({ ...scene, fleet, latencyMs: LATENCY });
  trusted(made.pool, 'ka', 'kb');
  let asked = 0;
  let askedAt = 0;
  const { lease } = made.pool;
  made.pool.lease = (request) => {
    asked = made.clock.now() === askedAt ? asked + 1 : 1;
    askedAt = made.clock.now();
    if (asked > 1_000) {
      throw new Error('a turn that never ends');
    }
    return lease(request);
  };
  return made;
}

describe('a fallback that is dearer than what is left beside what is in flight', () => {
  /** `a` refuses its first three for a minute; of a cap of $13 the fallback then has two requests in flight. */
  const scene = (costUsd: number, given: { prices?: Record<string, number>; fails?: number } = {}) =>
    twoEndpoints({
      spending: { caps: { costUsd }, prices: given.prices ?? { m: 1, spare: 6 } },
      answer: ({ endpointId }, number) => {
        if (endpointId === 'a' && number < 3) {
          return failed(failure('quota_minute', { retryAfterMs: MINUTE }));
        }
        return number === given.fails ? failed(failure('blocked')) : { kind: 'ok' };
      },
    });

  it('waits for that, and is asked for again then', async () => {
    const { clock, run, sent, faults, jobStates, states } = scene(13, { fails: 3 });
    run(3, { ...FALLBACK, concurrency: 3 });
    await clock.advance(LATENCY * 2);
    expect(sent.map(({ model }) => model)).toEqual(['m', 'm', 'm', 'spare', 'spare']);
    await clock.advance(LATENCY);
    // What was blocked has cost nothing, so that there is room for it by now.
    expect(sent.map(({ model }) => model).slice(5)).toEqual(['spare']);
    await clock.runAll(HOUR);
    expect([faults, states().at(-1), jobStates()]).toEqual([
      [],
      { kind: 'finished' },
      { done: 2, failed: 1 },
    ]);
  });

  it('gives way to the own model, whose wait is over before there is room', async () => {
    const { clock, run, sent, faults, jobStates } = scene(13);
    run(3, { ...FALLBACK, concurrency: 3 });
    await clock.runAll(HOUR);
    expect(sent.map(({ model }) => model)).toEqual(['m', 'm', 'm', 'spare', 'spare', 'm']);
    expect([faults, jobStates()]).toEqual([[], { done: 3 }]);
  });

  it('does not end the run where it will never fit: its own model is waited for', async () => {
    const { clock, run, sent, jobStates, states } = scene(5);
    run(3, { ...FALLBACK, concurrency: 3 });
    await clock.runAll(HOUR);
    expect(states().at(-1)).toEqual({ kind: 'finished' });
    expect(jobStates()).toEqual({ done: 3 });
    expect(new Set(sent.map(({ model }) => model))).toEqual(new Set(['m']));
  });

  it('is what ends a run that nothing else serves', async () => {
    const { clock, run, jobStates, states } = twoEndpoints({
      spending: { caps: { costUsd: 13 }, prices: { m: 1, spare: 6 } },
      answer: ({ endpointId }) => (endpointId === 'a' ? failed(failure('invalid_key')) : { kind: 'ok' }),
    });
    run(4, { ...FALLBACK, concurrency: 1 });
    await clock.runAll(HOUR);
    expect(jobStates()).toEqual({ done: 2, pending: 2 });
    expect(states().at(-1)).toMatchObject({ kind: 'paused', failure: 'budget' });
  });

  it('lets the next fallback serve', async () => {
    const { clock, run, sent, jobStates } = scene(5, { prices: { m: 1, spare: 6, small: 1 } });
    const small = { endpointId: 'b', provider: 'google_genai', model: 'small' } as const;
    run(3, { ...FALLBACK, fallback: [...(FALLBACK.fallback ?? []), small], concurrency: 3 });
    await clock.runAll(MINUTE / 2);
    expect(jobStates()).toEqual({ done: 3 });
    expect(sent.slice(3).map(({ model }) => model)).toEqual(['small', 'small', 'small']);
  });
});

describe('a key whose daily cap is reserved by what is in flight', () => {
  const CAPPED = { costPerDay: 1 };
  const spending = { keyCap: 1, prices: { m: 0.6, other: 0.6, spare: 5 } };

  it.each(['never', 'minutes', 'always'] as const)(
    'is waited for, also where quota is waited for %s, and without a fallback',
    async (waitForQuota) => {
      const { clock, run, sent, jobStates } = twoEndpoints(
        {
          spending,
          // What is refused costs nothing, so that all of them fit one after the other.
          answer: (_attempt, number) => (number < 3 ? failed(failure('no_image')) : { kind: 'ok' }),
        },
        CAPPED,
      );
      run(4, { ...FALLBACK, waitForQuota, concurrency: 4 });
      await clock.runAll(HOUR);
      expect(jobStates()).toEqual({ failed: 3, done: 1 });
      expect(sent.every(({ endpointId }) => endpointId === 'a')).toBe(true);
      const gaps = sent.slice(1).map(({ at }, before) => at - (sent[before]?.at ?? 0));
      // As soon as the one before has ended, and not a second later.
      expect(Math.max(...gaps)).toBeLessThan(LATENCY + 200);
    },
  );

  it('gives up nothing, and is out for the day once it is spent', async () => {
    const { clock, journal, scheduler, events, states, sent } = twoEndpoints({ spending }, CAPPED);
    journal.addJobs(1, [MODEL, MODEL, OTHER]);
    scheduler.start({ ...ORDER, runId: 1, givesUp: true, waitForQuota: 'minutes', endpointIds: ['a'] });
    await clock.advance(LATENCY - 1_000);
    expect(events.filter(({ kind }) => kind === 'givenUp')).toEqual([]);
    expect(states().at(-1)).toEqual({ kind: 'running' });
    await clock.runAll(HOUR);
    expect(sent).toHaveLength(1);
    const until = NOON + 12 * HOUR;
    expect(events.filter(({ kind }) => kind === 'givenUp')).toMatchObject([
      { jobIds: [2], why: { failure: 'quota_day', until } },
      { jobIds: [3], why: { failure: 'quota_day', until } },
    ]);
  });

  it('serves a cheaper model when it has too little left for a dear one', async () => {
    const { clock, journal, scheduler, jobStates, sent } = twoEndpoints(
      { spending: { keyCap: 1, prices: { m: 0.6, other: 0.1 } } },
      CAPPED,
    );
    journal.addJobs(1, [MODEL, MODEL, OTHER, OTHER]);
    scheduler.start({ ...ORDER, runId: 1, concurrency: 1, endpointIds: ['a'] });
    await clock.runAll(HOUR);
    expect(sent.map(({ model }) => model)).toEqual(['m', 'other', 'other']);
    await clock.runAll(24 * HOUR);
    expect(jobStates()).toEqual({ done: 4 });
  });
});
