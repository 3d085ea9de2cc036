/** Runs that cannot send now: what they wait for, what they say, when they give up, and that they never poll. */
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key, pairs } from '../testing/fleet-samples';
import { failed } from '../testing/simulated-provider';
import { HOUR, MODEL, ORDER, OTHER, setUp } from './testing/run-scene';

describe('waiting', () => {
  it('says until when and for how many keys, with one timer, and goes on by itself', async () => {
    const keys = ['k1', 'k2', 'k3'].map((id) => key(id, ['a']));
    const resting = new Map<string, number>();
    const scene = setUp({
      fleet: [[endpoint('a')], keys],
      answer: ({ keyId }) => {
        const asked = (resting.get(keyId ?? '') ?? 0) + 1;
        resting.set(keyId ?? '', asked);
        return asked === 1 ? failed(failure('quota_minute', { retryAfterMs: 300_000 })) : { kind: 'ok' };
      },
    });
    scene.run(30);
    await scene.clock.advance(60_000);
    expect(scene.states().at(-1)).toMatchObject({
      kind: 'waiting',
      reason: 'waiting for quota until 12:06 (3 keys)',
    });
    expect(scene.clock.timers).toBe(1);
    const before = scene.provider.arrivals.length;
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 30 });
    expect(scene.provider.arrivals[before]?.at).toBeGreaterThan(300_000);
    expect(scene.states().at(-1)).toEqual({ kind: 'finished' });
  });

  it('does not spin: an hour of waiting costs a timer an hour', async () => {
    const scene = setUp({ fleet: pairs(endpoint('a')), answer: () => failed(failure('quota_day')) });
    let timers = 0;
    const setTimer = scene.clock.setTimer;
    scene.run(50);
    await scene.clock.advance(60_000);
    scene.clock.setTimer = (delayMs, callback) => {
      timers += 1;
      expect(delayMs).toBeLessThanOrEqual(HOUR);
      return setTimer(delayMs, callback);
    };
    await scene.clock.advance(5 * HOUR);
    expect(timers).toBeLessThanOrEqual(6);
    expect(scene.states().at(-1)).toMatchObject({ kind: 'waiting', until: Date.UTC(2026, 10, 22, 8, 0, 30) });
  });

  it('sends nothing while it is held, without a timer, and goes on where it was', async () => {
    const scene = setUp({ latencyMs: 5_000 });
    scene.run(30, { concurrency: 4 });
    await scene.clock.advance(1_000);
    expect(scene.sent).toHaveLength(2);
    const [release, other] = [scene.scheduler.hold(), scene.scheduler.hold()];
    await scene.clock.advance(HOUR);
    expect([scene.sent.length, scene.jobStates()['done'], scene.clock.timers]).toEqual([2, 2, 0]);
    release();
    release();
    await scene.clock.flush();
    expect(scene.sent).toHaveLength(2);
    other();
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 30 });
  });

  it('sends one probe when fifty jobs see one key recover, and the others once it is answered', async () => {
    const scene = setUp({
      fleet: pairs(endpoint('a')),
      answer: ({ jobId }, number) =>
        number < 50 && jobId > 10
          ? failed(failure('quota_minute', { retryAfterMs: 70_000 }))
          : { kind: 'ok' },
      latencyMs: 2_000,
    });
    scene.run(60, { concurrency: 60 });
    await scene.clock.advance(5_000);
    const burst = scene.sent.length;
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 60 });
    const [probe, second] = scene.sent.slice(burst).map(({ at }) => at);
    expect(probe).toBeGreaterThan(75_000);
    expect((second ?? 0) - (probe ?? 0)).toBeGreaterThan(2_000);
  });

  it.each(['never', 'minutes'] as const)(
    'ends instead of waiting for another day when told %s, and says until when',
    async (waitForQuota) => {
      const scene = setUp({ answer: () => failed(failure('quota_day')) });
      scene.run(50, { waitForQuota });
      await scene.clock.runAll(HOUR);
      expect(scene.states().at(-1)).toEqual({
        kind: 'paused',
        reason:
          'All 2 keys that remain are out for today, until 22 Nov 08:01: resume then, or add a key of another account.',
        failure: 'quota_day',
        until: expect.any(Number),
      });
      expect(scene.jobStates()).toEqual({ pending: 50 });
      expect(scene.provider.arrivals).toHaveLength(2);
    },
  );

  it('waits for minutes, not for the day, when told minutes', async () => {
    const scene = setUp({
      answer: ({ keyId }, number) => {
        if (keyId === 'key of a') {
          return failed(failure('quota_day'));
        }
        return number < 6 ? failed(failure('quota_minute', { retryAfterMs: 90_000 })) : { kind: 'ok' };
      },
    });
    scene.run(50, { waitForQuota: 'minutes' });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 50 });
    expect(scene.provider.arrivals.filter(({ keyId }) => keyId === 'key of a')).toHaveLength(1);
  });

  it.each([
    ['of a run that asks two models in turn', { every: 2 }],
    ['of a run that stays open', { every: 1000, endpointsOf: () => ['slow', 'fast'] }],
  ])('for some seconds holds up none of another model behind those that wait, %s', async (_what, how) => {
    const { every, ...open } = how;
    const fast = { provider: 'openai', model: 'fast' } as const;
    const { clock, journal, scheduler, sent } = setUp({
      fleet: pairs(
        endpoint('slow', { limits: { minIntervalMs: 5_000 } }),
        endpoint('fast', { provider: 'openai' }),
      ),
      latencyMs: 100,
    });
    const models = Array.from({ length: 2000 }, (_, at) => (at % every === every - 1 ? fast : MODEL));
    journal.addJobs(1, models);
    scheduler.start({ ...ORDER, ...open, runId: 1, concurrency: 1000 });
    await clock.advance(4_000);
    expect(sent.filter(({ model }) => model === 'fast')).toHaveLength(2000 / every);
  });

  it('for some seconds is no reason to look on where all ask for the same', async () => {
    const { clock, journal, run } = setUp({
      fleet: pairs(endpoint('a', { limits: { minIntervalMs: 5_000 } })),
      latencyMs: 100,
    });
    let pages = 0;
    const pending = journal.pending.bind(journal);
    journal.pending = (...page) => {
      pages += 1;
      return pending(...page);
    };
    run(2000);
    await clock.advance(4_000);
    expect(pages).toBe(1);
  });

  it('does not wait at all when told never', async () => {
    const scene = setUp({ answer: () => failed(failure('quota_minute', { retryAfterMs: 300_000 })) });
    scene.run(50, { waitForQuota: 'never' });
    await scene.clock.runAll(HOUR);
    expect(scene.states().at(-1)).toEqual({
      kind: 'paused',
      reason:
        'All 2 keys that remain are out of quota until 12:06: resume then, or let the run wait for quota.',
      failure: 'quota_minute',
      until: expect.any(Number),
    });
    expect(scene.jobStates()).toEqual({ pending: 50 });
    expect(scene.provider.arrivals).toHaveLength(2);
    expect(scene.clock.timers).toBe(0);
  });

  it('still waits for an endpoint that fails when told never', async () => {
    const scene = setUp({
      fleet: pairs(endpoint('a')),
      answer: (_attempt, number) =>
        number === 0 && scene.sent.length > 1 && scene.sent.length < 24
          ? failed(failure('network', { bodySent: false }))
          : { kind: 'ok' },
    });
    scene.run(30, { waitForQuota: 'never' });
    await scene.clock.runAll(HOUR);
    expect(scene.states().some(({ kind }) => kind === 'waiting')).toBe(true);
    expect(scene.jobStates()).toEqual({ done: 30 });
  });

  it('still waits for a key that another run keeps busy when told never', async () => {
    const limits = { concurrency: 1 };
    const scene = setUp({
      fleet: [
        [endpoint('a', { limits }), endpoint('b')],
        [key('ka', ['a']), key('kb', ['b'])],
      ],
      answer: ({ keyId }) =>
        keyId === 'kb'
          ? // Refused before any of the body had left: long before the other run's answer.
            failed(failure('quota_minute', { retryAfterMs: 1_000_000, bodySent: false }))
          : { kind: 'ok' },
      latencyMs: 100_000,
    });
    scene.run(1, { runId: 1, endpointIds: ['a'] });
    await scene.clock.advance(1_000);
    scene.run(1, { runId: 2, waitForQuota: 'never' });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 2 });
  });

  it('still waits for limits of our own when told never', async () => {
    const scene = setUp({ fleet: pairs(endpoint('a', { limits: { requestsPerMinute: 5 } })) });
    scene.run(20, { waitForQuota: 'never' });
    await scene.clock.advance(30_000);
    expect(scene.states().at(-1)).toMatchObject({
      kind: 'waiting',
      reason: expect.stringMatching(/^waiting for the rate limit until 12:01:/),
    });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 20 });
  });

  it('knows a daily limit of our own from one of the provider', async () => {
    const fleet = pairs(endpoint('a', { limits: { requestsPerDay: 5 } }));
    const waiting = setUp({ fleet });
    waiting.run(20);
    await waiting.clock.advance(HOUR);
    expect(waiting.states().at(-1)).toEqual({
      kind: 'waiting',
      until: Date.UTC(2026, 10, 22, 8, 0, 30),
      reason: 'out for today by your own limit until 22 Nov 08:01',
    });
    await waiting.clock.advance(72 * HOUR);
    expect(waiting.jobStates()).toEqual({ done: 20 });
    const ending = setUp({ fleet });
    ending.run(20, { waitForQuota: 'minutes' });
    await ending.clock.runAll(HOUR);
    expect(ending.states().at(-1)).toEqual({
      kind: 'paused',
      reason: 'Your own daily limit is reached until 22 Nov 08:01: resume then, or raise it under Endpoints.',
      failure: 'quota_day',
      until: expect.any(Number),
    });
    expect(ending.jobStates()).toEqual({ done: 5, pending: 15 });
  });

  it('pauses when nothing can ever serve, with every job still pending', async () => {
    const scene = setUp({ answer: () => failed(failure('invalid_key')) });
    scene.run(600);
    await scene.clock.runAll(HOUR);
    expect(scene.states().at(-1)).toMatchObject({ kind: 'paused', failure: 'invalid_key' });
    expect(scene.jobStates()).toEqual({ pending: 600 });
    expect(scene.provider.arrivals).toHaveLength(2);
  });

  it('hears at once of a key that a person brings back', async () => {
    const scene = setUp({
      fleet: pairs(endpoint('a')),
      answer: (_attempt, number) => (number === 0 ? failed(failure('quota_day')) : { kind: 'ok' }),
    });
    scene.run(1);
    await scene.clock.advance(60_000);
    expect(scene.states().at(-1)?.kind).toBe('waiting');
    scene.pool.clearKey('key of a');
    await scene.clock.advance(5_000);
    expect(scene.states().at(-1)?.kind).toBe('finished');
  });

  it('lets the jobs of one model go on while those of another wait or have nowhere to go', async () => {
    const scene = setUp({
      fleet: [
        [endpoint('a'), endpoint('o', { provider: 'openai' })],
        [key('ka', ['a']), key('ko', ['o'])],
      ],
      answer: ({ keyId }) => (keyId === 'ko' ? failed(failure('quota_day')) : { kind: 'ok' }),
    });
    const openai = { provider: 'openai', model: 'x' } as const;
    scene.journal.addJobs(
      1,
      Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? openai : MODEL)),
    );
    scene.scheduler.start({ ...ORDER, runId: 1, waitForQuota: 'minutes' });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 300, pending: 300 });
    expect(scene.states().at(-1)).toMatchObject({ kind: 'paused', failure: 'quota_day' });
  });

  it('takes a model out where it is not offered, and serves it elsewhere', async () => {
    const scene = setUp({
      answer: ({ endpointId, jobId }) =>
        endpointId === 'a' && jobId % 2 === 0 ? failed(failure('no_model')) : { kind: 'ok' },
    });
    scene.journal.addJobs(
      1,
      Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? MODEL : OTHER)),
    );
    scene.scheduler.start({ ...ORDER, runId: 1 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 100 });
    const misses = scene.provider.arrivals.filter(
      ({ endpointId, jobId }) => endpointId === 'a' && jobId % 2 === 0,
    );
    // Only what was under way before the first answer.
    expect(misses.length).toBeLessThanOrEqual(8);
  });
});

describe('an endpoint that fails', () => {
  const REFUSED = failure('network', { bodySent: false, message: 'relay.example refused the connection.' });

  it('is told with its name, its failure and the moment it is tried again', async () => {
    const scene = setUp({
      fleet: pairs(endpoint('a', { name: 'Relay A' })),
      answer: () => failed(REFUSED),
    });
    scene.run(50);
    await scene.clock.advance(20_000);
    const reasons = scene.states().flatMap((state) => (state.kind === 'waiting' ? [state.reason] : []));
    expect(reasons.at(-1)).toMatch(
      /^Relay A fails; tried again at 12:00:\d\d: relay\.example refused the connection\.$/,
    );
    expect(scene.sent.length).toBeLessThan(24);
  });

  it('is told with its failure before it rests, too', async () => {
    const scene = setUp({ fleet: pairs(endpoint('a')), answer: () => failed(REFUSED) });
    scene.run(1, { retryDelayMs: 30_000 });
    await scene.clock.advance(1_000);
    expect(scene.states().at(-1)).toMatchObject({
      kind: 'waiting',
      reason: expect.stringMatching(
        /^waiting until 12:00:\d\d to try again what failed: relay\.example refused the connection\.$/,
      ),
    });
  });

  it('costs no job its life while it is away for a minute, and hardly a request', async () => {
    const away = { from: 20_000, until: 80_000 };
    const scene = setUp({
      fleet: pairs(endpoint('a')),
      answer: () => (isAway() ? failed(REFUSED) : { kind: 'ok' }),
      latencyMs: 2_000,
    });
    const start = scene.clock.now();
    const isAway = (): boolean => {
      const at = scene.clock.now() - start;
      return at >= away.from && at < away.until;
    };
    scene.run(1_000, { concurrency: 16 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 1_000 });
    expect(scene.sent.length).toBeLessThanOrEqual(1_100);
  });

  it('holds its retries back, not the jobs that are new', async () => {
    const scene = setUp({
      fleet: pairs(endpoint('a')),
      answer: ({ jobId }) => (jobId % 2 === 0 ? failed(failure('overloaded')) : { kind: 'ok' }),
      latencyMs: 100,
    });
    scene.run(400, { maxRetries: 5, retryDelayMs: 0 });
    await scene.clock.advance(30_000);
    const first = scene.sent.map(({ jobId }) => jobId);
    const again = first.length - new Set(first).size;
    // Ten at once, one a second, a fifth of one for each success.
    expect(again).toBeLessThanOrEqual(10 + 30 + 0.2 * 200);
    expect(new Set(first).size).toBeGreaterThan(300);
    await scene.clock.runAll(24 * HOUR);
    expect(scene.jobStates()).toEqual({ done: 200, failed: 200 });
  });
});

describe('a turn', () => {
  it('misses no wait that ends while it is taken', async () => {
    const scene = setUp();
    let asked = 0;
    const lease = scene.pool.lease;
    const now = scene.clock.now;
    let passed = 0;
    // Every look at the clock takes a while, as on a busy machine; every wait is shorter than that.
    scene.clock.now = () => {
      passed += 1;
      return now() + passed;
    };
    scene.pool.lease = (request) => {
      asked += 1;
      return asked > 20
        ? lease(request)
        : {
            kind: 'wait',
            until: scene.clock.now() + 0.5,
            reason: 'rate',
            keys: 0,
            dayOutUntil: null,
            allOut: false,
          };
    };
    scene.run(3);
    await scene.clock.advance(60_000);
    expect(scene.jobStates()).toEqual({ done: 3 });
  });
});
