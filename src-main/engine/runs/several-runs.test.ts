/** Runs at the same time: who is served first, and that nobody starves. */
import { describe, expect, it } from 'vitest';
import { endpoint, pairs } from '../testing/fleet-samples';
import { ORDER, setUp } from './testing/run-scene';

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

describe('a job that is no longer pending when it is about to be sent', () => {
  const STOPPED = {
    kind: 'paused',
    reason:
      'One of its jobs is no longer pending in the library, so it was not sent: resume the run to go on with the others.',
  };

  /** Two runs of six jobs, all about to be sent in one commit; job 3 is cancelled in the library before that. */
  async function scene() {
    const made = setUp({ fleet: pairs(endpoint('a')) });
    made.run(6, { runId: 1 });
    made.run(6, { runId: 2 });
    await made.clock.advance(3);
    expect(made.pool.health()[0]?.gauges.inFlight.used).toBe(12);
    expect(made.sent).toEqual([]);
    const bad = made.journal.rows.get(3);
    if (bad !== undefined) {
      bad.state = 'cancelled';
    }
    return made;
  }

  it('stops its own run alone, with the reason, and all others are sent', async () => {
    const { clock, run, journal, pool, faults, provider, sent, states, jobStates } = await scene();
    await clock.advance(60_000);
    expect(states(1).at(-1)).toEqual(STOPPED);
    expect(states(2).at(-1)).toEqual({ kind: 'finished' });
    expect(jobStates()).toEqual({ done: 11, cancelled: 1 });
    expect(sent.map(({ jobId }) => jobId).toSorted((one, other) => one - other)).toEqual([
      1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    expect([pool.health()[0]?.gauges.inFlight.used, journal.open.size, provider.inFlight]).toEqual([0, 0, 0]);
    expect(faults).toHaveLength(1);
    run(2, { runId: 1 });
    await clock.advance(60_000);
    expect([states(1).at(-1), jobStates()]).toEqual([{ kind: 'finished' }, { done: 13, cancelled: 1 }]);
  });

  it('stops nothing where it was the run that cancelled it', async () => {
    const { clock, scheduler, states, jobStates } = await scene();
    scheduler.cancelJobs(1, [3], { inFlight: false });
    await clock.advance(60_000);
    expect([states(1).at(-1), states(2).at(-1)]).toEqual([{ kind: 'finished' }, { kind: 'finished' }]);
    expect(jobStates()).toEqual({ done: 11, cancelled: 1 });
  });

  it('is told from a disk that cannot be written, which stops both', async () => {
    const { clock, journal, sent, states } = await scene();
    journal.breakDown('sent');
    await clock.advance(60_000);
    expect([states(1).at(-1), states(2).at(-1)]).toMatchObject([
      { kind: 'paused', failure: 'storage' },
      { kind: 'paused', failure: 'storage' },
    ]);
    expect(sent).toEqual([]);
  });
});
