import { describe, expect, it } from 'vitest';
import { createPool } from '../pool/pool';
import type { AttemptOutcome, Budget } from '../ports';
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
    scheduler.setConcurrency(1, 20);
    await clock.advance(3_000);
    expect(provider.peaks.get(1)).toBe(20);
    scheduler.setConcurrency(1, 1);
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
      reason: 'a has never answered (It was network): check its base URL and the connection, then continue.',
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

describe('several runs', () => {
  it('share what the pool gives, whatever their size and whoever came first', async () => {
    const { clock, run, journal } = setUp({
      fleet: pairs(endpoint('a', { limits: { requestsPerMinute: 30 } })),
    });
    run(500, { runId: 1, concurrency: 64 });
    await clock.advance(1);
    run(500, { runId: 2, concurrency: 64 });
    run(500, { runId: 3, concurrency: 64 });
    await clock.advance(20 * 60_000);
    const done = (runId: number): number =>
      [...journal.rows.values()].filter((row) => row.job.runId === runId && row.state === 'done').length;
    // The first minute is the first run's alone; from then on they take turns.
    expect(done(2)).toBeGreaterThanOrEqual(150);
    expect(Math.abs(done(1) - 30 - done(2))).toBeLessThanOrEqual(30);
    expect(Math.abs(done(3) - done(2))).toBeLessThanOrEqual(2);
  });

  it('serve a higher priority first, and the rest from what it leaves', async () => {
    const { clock, run, journal, scheduler } = setUp({
      fleet: pairs(endpoint('a', { limits: { requestsPerMinute: 30 } })),
    });
    const done = (runId: number): number =>
      [...journal.rows.values()].filter((row) => row.job.runId === runId && row.state === 'done').length;
    run(60, { runId: 3, concurrency: 64, priority: 'high' });
    await clock.advance(1);
    run(500, { runId: 1, concurrency: 64, priority: 'low' });
    run(500, { runId: 2, concurrency: 64 });
    await clock.advance(2 * 60_000 - 1_000);
    expect([done(1), done(2), done(3)]).toEqual([0, 0, 60]);
    await clock.advance(2 * 60_000);
    expect([done(1), done(2), done(3)]).toEqual([0, 60, 60]);
    scheduler.change({ ...ORDER, runId: 1, concurrency: 64, priority: 'high' });
    await clock.advance(60_000);
    expect(done(1)).toBeGreaterThanOrEqual(29);
  });

  it('are served by what one of a higher priority cannot use', async () => {
    const { clock, run, journal } = setUp({
      fleet: pairs(endpoint('a', { limits: { requestsPerMinute: 30 } }), endpoint('b')),
    });
    run(500, { runId: 1, concurrency: 4, priority: 'low' });
    run(500, { runId: 2, concurrency: 4, priority: 'high', endpointIds: ['a'] });
    await clock.advance(10 * 60_000);
    const done = [...journal.rows.values()].filter((row) => row.job.runId === 1 && row.state === 'done');
    expect(done).toHaveLength(500);
  });
});

describe('a cancelled run', () => {
  it('lets what is in flight finish and sends nothing more', async () => {
    const { clock, run, scheduler, jobStates, states, provider } = setUp({ latencyMs: 1_000 });
    run(100, { concurrency: 4 });
    await clock.advance(1_500);
    const over = scheduler.cancel(1);
    await clock.advance(2_000);
    await over;
    const { done = 0, pending = 0 } = jobStates();
    expect(done).toBe(provider.arrivals.length);
    expect(pending).toBe(100 - done);
    expect(states().at(-1)).toEqual({ kind: 'finished' });
  });

  it('sends nothing again', async () => {
    const { clock, run, scheduler, jobStates } = setUp({
      latencyMs: 1_000,
      answer: () => failed(failure('overloaded')),
    });
    run(4, { concurrency: 4, maxRetries: 5 });
    await clock.advance(500);
    void scheduler.cancel(1);
    await clock.runAll(HOUR);
    // What was never sent is the store's to cancel.
    expect(jobStates()).toEqual({ cancelled: 2, pending: 2 });
  });
});

describe('cancelling what is in flight', () => {
  it('cuts it off: what may be charged is unknown, what had not left is cancelled', async () => {
    const clock = createVirtualClock();
    const pool = createPool({ clock, random: seeded(1) });
    pool.setFleet(...pairs(endpoint('a'), endpoint('b')));
    const journal = createMemoryJournal({ clock });
    journal.addJobs(
      1,
      Array.from({ length: 10 }, () => MODEL),
    );
    const cut = new Map<number, (outcome: AttemptOutcome) => void>();
    const outcomes: AttemptOutcome[] = [
      { kind: 'lost' },
      { kind: 'failed', failure: { ...failure('network'), bodySent: false } },
    ];
    const scheduler = createScheduler({
      clock,
      random: seeded(1),
      pool,
      journal,
      transport: {
        send: ({ attemptId }) => new Promise((resolve) => cut.set(attemptId, resolve)),
        cancel: (attemptId) => cut.get(attemptId)?.(outcomes.shift() ?? { kind: 'lost' }),
      },
      onEvent: () => undefined,
    });
    scheduler.start({ ...ORDER, runId: 1, concurrency: 2, maxRetries: 3 });
    await clock.advance(1_000);
    expect(cut.size).toBe(2);
    const over = scheduler.cancel(1, { inFlight: true });
    await clock.advance(1_000);
    await over;
    expect([...journal.rows.values()].map(({ state }) => state)).toEqual([
      'unknown',
      'cancelled',
      ...Array.from({ length: 8 }, () => 'pending'),
    ]);
  });
});

describe('a run with a cap', () => {
  const scene = (budget: Budget) => {
    const clock = createVirtualClock();
    const pool = createPool({ clock, random: seeded(1) });
    pool.setFleet([endpoint('a')], [key('k', ['a']), key('l', ['a'])]);
    const journal = createMemoryJournal({ clock });
    journal.addJobs(
      1,
      Array.from({ length: 100 }, () => MODEL),
    );
    const keys: (string | null)[] = [];
    const states: string[] = [];
    const scheduler = createScheduler({
      clock,
      random: seeded(1),
      pool,
      journal,
      budget,
      transport: {
        send: (attempt) =>
          new Promise((resolve) => {
            keys.push(attempt.keyId);
            clock.setTimer(1_000, () => {
              budget.settle(attempt.attemptId, 1, true);
              resolve({ kind: 'failed', failure: failure('blocked') });
            });
          }),
      },
      onEvent: (event) => {
        if (event.kind === 'state') {
          states.push(event.state.kind === 'paused' ? event.state.reason : event.state.kind);
        }
      },
    });
    scheduler.start({ ...ORDER, runId: 1, concurrency: 8 });
    return { clock, keys, states };
  };

  it('waits for what is in flight before it says that the cap is reached', async () => {
    let spent = 0;
    const reserved = new Set<number>();
    const { clock, keys, states } = scene({
      mayLease: () =>
        spent >= 20
          ? { kind: 'spent', sentence: 'The cap is reached.' }
          : spent + 2 * reserved.size + 2 > 20 && reserved.size > 0
            ? { kind: 'wait' }
            : { kind: 'ok' },
      reserve: ({ attemptId }) => void reserved.add(attemptId),
      settle: (attemptId, costUsd) => {
        reserved.delete(attemptId);
        spent += costUsd ?? 0;
      },
    });
    await clock.advance(60_000);
    expect(keys).toHaveLength(20);
    expect(states.at(-1)).toBe('The cap is reached.');
    expect(clock.timers).toBe(0);
  });

  it('goes on with other keys where one has spent what it may', async () => {
    const { clock, keys, states } = scene({
      mayLease: (_runId, keyId) =>
        keyId === 'k' ? { kind: 'keyOut', until: Number.MAX_SAFE_INTEGER } : { kind: 'ok' },
      reserve: () => undefined,
      settle: () => undefined,
    });
    await clock.advance(600_000);
    expect(states.at(-1)).toBe('finished');
    expect(new Set(keys)).toEqual(new Set(['l']));
    expect(keys).toHaveLength(100);
  });
});
