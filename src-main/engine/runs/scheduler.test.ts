import { describe, expect, it } from 'vitest';
import { createPool } from '../pool/pool';
import { endpoint, failure, key, pairs, seeded } from '../testing/fleet-samples';
import { createMemoryJournal } from '../testing/memory-journal';
import { failed } from '../testing/simulated-provider';
import { createVirtualClock } from '../testing/virtual-clock';
import { createScheduler } from './scheduler';
import { HOUR, MODEL, ORDER, setUp } from './testing/run-scene';

describe('a run', () => {
  it('does every job once, in order, at its concurrency, and finishes', async () => {
    const { clock, run, jobStates, provider, states, events, faults, scheduler } = setUp();
    run(1_000);
    await clock.runAll(HOUR);
    expect(jobStates()).toEqual({ done: 1_000 });
    expect(provider.arrivals).toHaveLength(1_000);
    expect(provider.peaks.get(1)).toBe(8);
    expect(states()).toEqual([{ kind: 'running' }, { kind: 'finished' }]);
    const sent = events.flatMap((event) =>
      event.kind === 'job' && event.state === 'sent' ? [event.jobId] : [],
    );
    expect(sent).toEqual([...sent].sort((one, other) => one - other));
    expect(clock.timers).toBe(0);
    expect(faults).toEqual([]);
    await scheduler.close();
  });

  it('finishes at once without jobs', async () => {
    const { clock, run, states } = setUp();
    run(0);
    await clock.runAll(HOUR);
    expect(states().at(-1)).toEqual({ kind: 'finished' });
  });

  it('journals all attempts of a turn in one commit', async () => {
    const { clock, run, journal, pool } = setUp();
    pool.clearKey('key of a', { proven: true });
    pool.clearKey('key of b', { proven: true });
    run(8);
    await clock.runAll(HOUR);
    expect(journal.commits).toEqual([8]);
  });

  it('frees the slot when the answer is here, and bounds what is still being written', async () => {
    const clock = createVirtualClock();
    const pool = createPool({ clock, random: seeded(1) });
    pool.setFleet([endpoint('a')], [key('k', ['a'])]);
    const journal = createMemoryJournal({ clock });
    journal.addJobs(
      1,
      Array.from({ length: 100 }, () => MODEL),
    );
    let writing = 0;
    const scheduler = createScheduler({
      clock,
      random: seeded(1),
      pool,
      journal,
      transport: {
        send: async (_attempt, _job, _lease, hooks) => {
          hooks.answered();
          writing += 1;
          return new Promise(() => undefined);
        },
      },
      onEvent: () => undefined,
    });
    scheduler.start({ ...ORDER, runId: 1, concurrency: 4 });
    await clock.advance(60_000);
    expect(writing).toBeGreaterThanOrEqual(8);
    expect(writing).toBeLessThanOrEqual(12);
  });

  it('changes its concurrency under way', async () => {
    const { clock, run, scheduler, provider } = setUp({ latencyMs: 1_000 });
    run(400, { concurrency: 2 });
    await clock.advance(5_000);
    expect(provider.inFlight).toBeLessThanOrEqual(2);
    scheduler.change({ ...ORDER, runId: 1, concurrency: 20 });
    await clock.advance(3_000);
    expect(provider.peaks.get(1)).toBe(20);
    scheduler.change({ ...ORDER, runId: 1, concurrency: 1 });
    await clock.advance(3_000);
    expect(provider.inFlight).toBeLessThanOrEqual(1);
  });

  it('holds a page in memory, not the run', async () => {
    const { clock, run, journal } = setUp({ latencyMs: 1_000 });
    let asked = 0;
    const pending = journal.pending;
    journal.pending = (...given) => {
      asked += 1;
      return pending(...given);
    };
    run(20_000);
    await clock.advance(10_000);
    expect(asked).toBe(1);
  });
});

describe('failures', () => {
  it('wait as long as an endpoint names only where no other may serve', async () => {
    const scene = setUp({
      answer: ({ endpointId }) =>
        endpointId === 'a' ? failed(failure('overloaded', { retryAfterMs: HOUR / 2 })) : { kind: 'ok' },
    });
    scene.run(8, { maxRetries: 1 });
    await scene.clock.advance(20_000);
    expect(scene.jobStates()).toEqual({ done: 8 });
    expect(new Set(scene.sent.map(({ endpointId }) => endpointId))).toEqual(new Set(['a', 'b']));
    scene.run(1, { runId: 2, maxRetries: 1, endpointIds: ['a'] });
    await scene.clock.runAll(2 * HOUR);
    const [first, second] = scene.sent.slice(-2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(HOUR / 2);
  });

  it('go on with another key, uncounted, and ask an invalid key among four once', async () => {
    const keys = ['k1', 'k2', 'bad', 'k4'].map((id) => key(id, ['a']));
    const scene = setUp({
      fleet: [[endpoint('a')], keys],
      answer: ({ keyId }) =>
        keyId === 'bad' ? failed(failure('invalid_key', { httpStatus: 401 })) : { kind: 'ok' },
    });
    scene.run(200);
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 200 });
    expect(scene.provider.arrivals.filter(({ keyId }) => keyId === 'bad')).toHaveLength(1);
  });

  it('use up retries when they count, and tell why', async () => {
    const scene = setUp({
      answer: ({ jobId }) => (jobId === 3 ? failed(failure('no_image')) : { kind: 'ok' }),
    });
    scene.run(5, { maxRetries: 2 });
    await scene.clock.runAll(HOUR);
    expect(scene.journal.rows.get(3)?.ends).toHaveLength(3);
    expect(scene.journal.rows.get(3)?.ends.map(({ next }) => next)).toEqual([
      { kind: 'again', counted: true },
      { kind: 'again', counted: true },
      { kind: 'failed' },
    ]);
    const told = scene.events.filter((event) => event.kind === 'job' && event.jobId === 3);
    expect(told.map((event) => event.kind === 'job' && [event.state, event.failure?.kind])).toEqual([
      ['sent', undefined],
      ['pending', 'no_image'],
      ['sent', undefined],
      ['pending', 'no_image'],
      ['sent', undefined],
      ['failed', 'no_image'],
    ]);
  });

  it('retry between new jobs, not after them', async () => {
    const scene = setUp({
      answer: ({ jobId }, number) =>
        jobId === 1 && number < 4 ? failed(failure('overloaded')) : { kind: 'ok' },
    });
    scene.run(500, { maxRetries: 1 });
    await scene.clock.runAll(HOUR);
    const again = scene.provider.arrivals.map(({ jobId }) => jobId).lastIndexOf(1);
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThan(100);
  });

  it('end a job on an endpoint that has died after its free tries', async () => {
    const scene = setUp({
      answer: (_attempt, number) =>
        number === 0 ? { kind: 'ok' } : failed(failure('network', { bodySent: false })),
    });
    scene.run(4, { concurrency: 1 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 1, failed: 3 });
    expect([...scene.journal.rows.values()].map((row) => row.ends.length)).toEqual([1, 11, 11, 11]);
  });

  it('pause a run whose only endpoint has never answered, and lose nothing', async () => {
    const scene = setUp({ answer: () => failed(failure('network', { bodySent: false })) });
    scene.run(200);
    const tookMs = await scene.clock.runAll(HOUR);
    expect(tookMs).toBeLessThan(3 * 60_000);
    expect(scene.jobStates()).toEqual({ pending: 200 });
    expect(scene.states().at(-1)).toEqual({
      kind: 'paused',
      failure: 'network',
      reason:
        'a has never answered (It was network): check its base URL and the connection, then resume the run.',
    });
    expect(scene.sent.length).toBeLessThan(40);
  });

  it('pause the run when the machine is to blame, and lose nothing', async () => {
    const scene = setUp({
      answer: (_attempt, number) => (number >= 5 ? failed(failure('storage')) : { kind: 'ok' }),
    });
    scene.run(50);
    await scene.clock.runAll(HOUR);
    expect(scene.states().at(-1)).toEqual({ kind: 'paused', reason: 'It was storage.', failure: 'storage' });
    const { done = 0, pending = 0 } = scene.jobStates();
    expect([done >= 5, done + pending]).toEqual([true, 50]);
    expect(scene.journal.open.size).toBe(0);
  });

  it('make a job unknown when the worker died or the transport threw, and never send it again', async () => {
    const scene = setUp({
      answer: ({ jobId }) =>
        jobId === 2 ? { kind: 'lost' } : jobId === 4 ? { kind: 'throw' } : { kind: 'ok' },
    });
    scene.run(6, { maxRetries: 5 });
    await scene.clock.runAll(HOUR);
    expect(scene.jobStates()).toEqual({ done: 4, unknown: 2 });
    expect(scene.provider.arrivals).toHaveLength(6);
    expect(scene.faults).toHaveLength(1);
  });

  it.each(['pending', 'sent', 'ended'] as const)(
    'pause the run when the journal cannot do %s',
    async (call) => {
      const scene = setUp();
      scene.run(2_000);
      await scene.clock.advance(3_000);
      scene.journal.breakDown(call);
      await scene.clock.runAll(HOUR);
      expect(scene.states().at(-1)).toMatchObject({ kind: 'paused', failure: 'storage' });
      expect(scene.provider.inFlight).toBe(0);
      expect(new Set(scene.provider.arrivals.map(({ jobId }) => jobId)).size).toBe(
        scene.provider.arrivals.length,
      );
      expect(scene.pool.health().map(({ gauges }) => gauges.inFlight.used)).toEqual([0, 0]);
    },
  );
});

describe('stopping', () => {
  it('lets what is in flight end, sends no more, and goes on later without doing anything twice', async () => {
    const { clock, run, scheduler, provider, jobStates, states } = setUp({ latencyMs: 4_000 });
    run(100);
    await clock.advance(9_000);
    const arrived = provider.arrivals.length;
    let stopped = false;
    void scheduler.stop(1).then(() => {
      stopped = true;
    });
    await clock.advance(100);
    expect([stopped, states().at(-1)?.kind]).toEqual([false, 'draining']);
    await clock.advance(6_000);
    expect([stopped, states().at(-1)?.kind]).toEqual([true, 'paused']);
    const { done = 0, pending = 0 } = jobStates();
    expect([done + pending, done]).toEqual([100, provider.arrivals.length]);
    expect(done - arrived).toBeLessThanOrEqual(8);
    run(0);
    await clock.runAll(HOUR);
    expect(jobStates()).toEqual({ done: 100 });
    expect(provider.arrivals).toHaveLength(100);
  });

  it('close ends all runs and leaves no timer and no listener', async () => {
    const { clock, run, scheduler, pool, states } = setUp({
      fleet: pairs(endpoint('a', { limits: { requestsPerMinute: 1 } })),
    });
    run(10, { runId: 1 });
    run(10, { runId: 2 });
    await clock.advance(5_000);
    const closed = scheduler.close();
    await clock.advance(5_000);
    await closed;
    expect([states(1).at(-1)?.kind, states(2).at(-1)?.kind]).toEqual(['paused', 'paused']);
    expect(clock.timers).toBe(0);
    pool.setFleet([], []);
    await clock.advance(HOUR);
    expect(() => scheduler.start({ ...ORDER, runId: 3 })).toThrow('closed');
  });

  it('refuses to start a run twice', () => {
    const { run } = setUp();
    run(10);
    expect(() => run(0)).toThrow('under way');
  });
});
