/** Runs that end before their jobs do: cancelled by a person, or at their cap. */
import { describe, expect, it } from 'vitest';
import { createPool } from '../pool/pool';
import type { AttemptOutcome, Budget } from '../ports';
import { endpoint, failure, key, pairs, seeded } from '../testing/fleet-samples';
import { createMemoryJournal } from '../testing/memory-journal';
import { failed } from '../testing/simulated-provider';
import { createVirtualClock } from '../testing/virtual-clock';
import { createScheduler } from './scheduler';
import { HOUR, MODEL, ORDER, setUp } from './testing/run-scene';

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
    pool.setFleet([endpoint('a')], [key('k', ['a'], { limits: { costPerDay: 1 } }), key('l', ['a'])]);
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
      keyRoom: () => ({ kind: 'free' }),
      hasPrice: () => true,
      reserve: ({ attemptId }) => {
        reserved.add(attemptId);
        return 2;
      },
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
      mayLease: () => ({ kind: 'ok' }),
      keyRoom: (_runId, keyId) =>
        keyId === 'k' ? { kind: 'out', until: Number.MAX_SAFE_INTEGER } : { kind: 'free' },
      hasPrice: () => true,
      reserve: () => null,
      settle: () => undefined,
    });
    await clock.advance(600_000);
    expect(states.at(-1)).toBe('finished');
    expect(new Set(keys)).toEqual(new Set(['l']));
    expect(keys).toHaveLength(100);
  });
});
