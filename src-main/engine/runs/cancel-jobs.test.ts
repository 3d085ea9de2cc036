/** Cancelling some jobs of a run that goes on with the others. */
import { expect, it } from 'vitest';
import { createPool } from '../pool/pool';
import type { AttemptOutcome } from '../ports';
import { endpoint, failure, key, seeded } from '../testing/fleet-samples';
import { createMemoryJournal } from '../testing/memory-journal';
import { failed } from '../testing/simulated-provider';
import { createVirtualClock } from '../testing/virtual-clock';
import { DueHeap } from './due-heap';
import { createScheduler } from './scheduler';
import { HOUR, MODEL, ORDER, setUp } from './testing/run-scene';

it('sends no more of what waits, also of what goes again, and all of the rest', async () => {
  const { clock, run, scheduler, journal, sent, states } = setUp({
    latencyMs: 1_000,
    answer: ({ jobId }) => (jobId === 2 ? failed(failure('overloaded')) : { kind: 'ok' }),
  });
  run(400, { concurrency: 4, maxRetries: 5, retryDelayMs: 60_000 });
  await clock.advance(2_500);
  expect(sent.filter(({ jobId }) => jobId === 2)).toHaveLength(1);
  // 390 was not even fetched.
  scheduler.cancelJobs(1, [2, 100, 390]);
  await clock.runAll(HOUR);
  expect(sent.filter(({ jobId }) => [2, 100, 390].includes(jobId))).toHaveLength(1);
  const left = [...journal.rows.values()].filter(({ state }) => state !== 'done').map(({ job }) => job.id);
  // What was not in flight is the store's to cancel.
  expect(left).toEqual([2, 100, 390]);
  expect(states().at(-1)).toEqual({ kind: 'finished' });
});

it('cuts off what is in flight of them, and nothing else', async () => {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet([endpoint('a')], [key('k', ['a'])]);
  const journal = createMemoryJournal({ clock });
  journal.addJobs(1, [MODEL, MODEL, MODEL]);
  const open = new Map<number, { jobId: number; end: (outcome: AttemptOutcome) => void }>();
  const file = { fileName: 'a.png', sha256: 'a', mimeType: 'image/png', width: 1, height: 1, sizeBytes: 1 };
  const cut: number[] = [];
  const scheduler = createScheduler({
    clock,
    random: seeded(1),
    pool,
    journal,
    transport: {
      send: ({ attemptId, jobId }) => new Promise((end) => open.set(attemptId, { jobId, end })),
      cancel(attemptId) {
        const flight = open.get(attemptId);
        cut.push(flight?.jobId ?? 0);
        flight?.end(
          flight.jobId === 1
            ? { kind: 'lost' }
            : { kind: 'failed', failure: { ...failure('network'), bodySent: false } },
        );
      },
    },
    onEvent: () => undefined,
  });
  scheduler.start({ ...ORDER, runId: 1, concurrency: 3, maxRetries: 3 });
  await clock.advance(1_000);
  scheduler.cancelJobs(1, [1, 2]);
  await clock.advance(1_000);
  expect(cut).toEqual([1, 2]);
  [...open.values()].find(({ jobId }) => jobId === 3)?.end({ kind: 'done', file, usage: {}, costUsd: null });
  await clock.runAll(HOUR);
  expect([...journal.rows.values()].map(({ state }) => state)).toEqual(['unknown', 'cancelled', 'done']);
  expect(open.size).toBe(3);
});

it('does nothing to a run that is not under way', () => {
  const { scheduler, faults } = setUp();
  scheduler.cancelJobs(7, [1]);
  expect(faults).toEqual([]);
});

it('keeps the order of what is left in a heap', () => {
  const heap = new DueHeap<number>();
  for (const [at, item] of [5, 3, 3, 9, 1, 3].entries()) {
    heap.push(item, at);
  }
  heap.keep((item) => item !== 2);
  const left = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) {
    left.push(item);
  }
  expect(left).toEqual([4, 1, 5, 0, 3]);
});

it('sends nothing of a run that is cancelled while its attempts are being journalled', async () => {
  const { clock, run, scheduler, journal, sent } = setUp({ latencyMs: 1_000 });
  const write = journal.sent.bind(journal);
  let begin: () => void = () => undefined;
  journal.sent = async (attempts) => {
    await new Promise<void>((resolve) => {
      begin = resolve;
    });
    await write(attempts);
  };
  run(2, { concurrency: 2 });
  await clock.advance(10);
  const over = scheduler.cancel(1, { inFlight: true });
  begin();
  await clock.runAll(HOUR);
  await over;
  expect(sent).toEqual([]);
  expect([...journal.rows.values()].map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
});

it.each([
  ['a job', false],
  ['its run', true],
] as const)('sends nothing again where %s is cancelled while its end is written', async (_, whole) => {
  const { clock, run, scheduler, journal } = setUp({ answer: () => failed(failure('overloaded')) });
  const write = journal.ended.bind(journal);
  const begin = journal.sent.bind(journal);
  // What is cancelled there the library refuses to write as sent, and with it all that was to be sent at that moment.
  const journalled: number[] = [];
  journal.sent = (attempts) => {
    journalled.push(...attempts.map(({ jobId }) => jobId));
    return begin(attempts);
  };
  let end: () => void = () => undefined;
  journal.ended = async (attempt) => {
    await write(attempt);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  run(1, { maxRetries: 5 });
  await clock.advance(10_000);
  const over = whole ? scheduler.cancel(1) : scheduler.cancelJobs(1, [1]);
  end();
  await clock.runAll(HOUR);
  await over;
  expect(journalled).toEqual([1]);
});
