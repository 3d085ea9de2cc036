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
