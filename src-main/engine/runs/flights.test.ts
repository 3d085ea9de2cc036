/** What the pool and the journal hear of an attempt. */
import { describe, expect, it } from 'vitest';
import { createPool, type LeaseOutcome } from '../pool/pool';
import type { AttemptOutcome, Clock, Lease, RateFacts, Transport, Usage } from '../ports';
import { endpoint, failure, pairs, seeded } from '../testing/fleet-samples';
import { createMemoryJournal } from '../testing/memory-journal';
import { createVirtualClock } from '../testing/virtual-clock';
import { NotKept } from './not-kept';
import { createScheduler, type SchedulerEvent } from './scheduler';
import { MODEL, NOON, ORDER } from './testing/run-scene';

const FACTS: RateFacts = { requests: { limit: 60, remaining: 59 } };
const FILE = { fileName: 'a.png', sha256: 'a', mimeType: 'image/png', width: 1, height: 1, sizeBytes: 1 };

/** Carries out one job with `send`; answers what the pool was told and what was written down. */
async function carryOne(
  send: (clock: Clock, hooks: Parameters<Transport['send']>[3]) => Promise<AttemptOutcome>,
) {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet(...pairs(endpoint('a')));
  const settled: LeaseOutcome[] = [];
  const journal = createMemoryJournal({ clock });
  journal.addJobs(1, [MODEL]);
  const leases: Lease[] = [];
  const scheduler = createScheduler({
    clock,
    random: seeded(1),
    pool: {
      ...pool,
      settle(id, outcome) {
        settled.push(outcome);
        pool.settle(id, outcome);
      },
    },
    journal,
    transport: {
      send: (attempt, _job, lease, hooks) => {
        leases.push(lease);
        expect(attempt).toMatchObject({ endpointId: 'a', keyId: 'key of a', model: 'm', jobId: 1 });
        return send(clock, hooks);
      },
    },
    onEvent: () => undefined,
  });
  scheduler.start({ ...ORDER, runId: 1 });
  await clock.advance(60_000);
  return { settled, end: journal.rows.get(1)?.ends[0], gauges: pool.health()[0]?.gauges };
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.setTimer(ms, resolve));

function done(usage: Usage): AttemptOutcome {
  return { kind: 'done', file: FILE, usage, costUsd: null, facts: FACTS };
}

describe('an attempt', () => {
  it.each<[string, Usage, LeaseOutcome]>([
    [
      'input and output tokens together',
      { inputTokens: 300, outputTokens: 1_290, imageTokens: 1_290 },
      { kind: 'ok', tokens: 1_590, facts: FACTS },
    ],
    ['one of them alone', { outputTokens: 70 }, { kind: 'ok', tokens: 70, facts: FACTS }],
    ['none where the provider told none', { costUsd: 1 }, { kind: 'ok', facts: FACTS }],
  ])('tells the pool %s', async (_name, usage, outcome) => {
    const { settled } = await carryOne(() => Promise.resolve(done(usage)));
    expect(settled).toEqual([outcome]);
  });

  it('counts the tokens that were used, not those expected', async () => {
    const { gauges } = await carryOne(() => Promise.resolve(done({ inputTokens: 5, outputTokens: 37 })));
    expect(gauges).toMatchObject({ tokens: { used: 42 }, inFlight: { used: 0 } });
  });

  it('tells the pool what a refusal says of limits', async () => {
    const refusal = failure('bad_request', { httpStatus: 400 });
    const { settled } = await carryOne(() =>
      Promise.resolve({ kind: 'failed', failure: refusal, facts: FACTS }),
    );
    expect(settled).toEqual([{ kind: 'failed', failure: refusal, facts: FACTS }]);
  });

  it('is written down with the moment its body left, by the wall clock', async () => {
    const { end } = await carryOne(async (clock, hooks) => {
      await pause(clock, 1_000);
      const left = clock.now();
      // The word of it comes later than it happened.
      await pause(clock, 300);
      hooks.bodySent(left);
      await pause(clock, 2_000);
      hooks.bodySent(clock.now());
      return done({});
    });
    expect(end?.bodySentAt).toBe((end?.endedAt ?? 0) - 2_300);
  });

  it('is written down without such a moment when no word of it came', async () => {
    const { end } = await carryOne(() => Promise.resolve({ kind: 'failed', failure: failure('bad_input') }));
    expect(end?.bodySentAt).toBeNull();
  });
});

describe('an answer that is kept nowhere, or not yet', () => {
  const FULL = failure('storage', { message: 'The disk is full.' });

  async function scene(outcome: AttemptOutcome, endsWith?: Error, jobs = 2) {
    const clock = createVirtualClock();
    const pool = createPool({ clock, random: seeded(1) });
    pool.setFleet(...pairs(endpoint('a')));
    const journal = createMemoryJournal({ clock });
    journal.addJobs(
      1,
      Array.from({ length: jobs }, () => MODEL),
    );
    const events: SchedulerEvent[] = [];
    let sent = 0;
    const scheduler = createScheduler({
      clock,
      random: seeded(1),
      pool,
      journal: {
        ...journal,
        ended: (end) => (endsWith === undefined ? journal.ended(end) : Promise.reject(endsWith)),
      },
      transport: { send: () => Promise.resolve((sent += 1)).then(() => outcome) },
      onEvent: (event) => events.push(event),
    });
    scheduler.start({ ...ORDER, runId: 1, concurrency: 1 });
    await clock.advance(60_000);
    return { sent, state: events.findLast((event) => event.kind === 'state'), rows: journal.rows };
  }

  it('pauses its run with the reason, and its job is unknown', async () => {
    const { sent, state, rows } = await scene({ kind: 'lost', failure: FULL });
    expect(state).toMatchObject({ state: { kind: 'paused', reason: FULL.message, failure: 'storage' } });
    expect([sent, rows.get(1)?.ends[0]?.next]).toEqual([1, { kind: 'unknown' }]);
  });

  it('pauses its run with what its folder says, not the library', async () => {
    const { sent, state } = await scene(done({}), new NotKept(FULL));
    expect(state).toMatchObject({ state: { kind: 'paused', reason: FULL.message, failure: 'storage' } });
    expect(sent).toBe(1);
  });

  it('leaves its run unfinished, also as the last of it', async () => {
    const { state } = await scene(done({}), new NotKept(FULL), 1);
    expect(state).toMatchObject({ state: { kind: 'paused', reason: FULL.message, failure: 'storage' } });
    const { state: lost } = await scene(done({}), new Error('The disk of the library is full.'), 1);
    expect(lost).toMatchObject({ state: { kind: 'paused', failure: 'storage' } });
  });
});

describe('what a transport prepares', () => {
  function scene() {
    const clock = createVirtualClock();
    const pool = createPool({ clock, random: seeded(1) });
    pool.setFleet(...pairs(endpoint('a')));
    const journal = createMemoryJournal({ clock });
    journal.addJobs(1, [MODEL]);
    const told: string[] = [];
    let write: (error?: Error) => void = () => undefined;
    const scheduler = createScheduler({
      clock,
      random: seeded(1),
      pool,
      journal: {
        ...journal,
        async sent(attempts) {
          told.push('journalling');
          await new Promise<void>((resolve, reject) => {
            write = (error) => (error === undefined ? resolve() : reject(error));
          });
          await journal.sent(attempts);
        },
      },
      transport: {
        prepare: ({ attemptId }) => told.push(`prepare ${attemptId}`),
        forget: (attemptId) => told.push(`forget ${attemptId}`),
        send: ({ attemptId }) => {
          told.push(`send ${attemptId}`);
          return Promise.resolve(done({}));
        },
      },
      onEvent: () => undefined,
    });
    scheduler.start({ ...ORDER, runId: 1 });
    return { clock, scheduler, told, write: (error?: Error) => write(error) };
  }

  it('is sent once the journal knows the attempt, and not before', async () => {
    const { clock, told, write } = scene();
    await clock.advance(1000);
    expect(told).toEqual(['journalling', 'prepare 1']);
    write();
    await clock.advance(1000);
    expect(told).toEqual(['journalling', 'prepare 1', 'send 1']);
  });

  it('is forgotten when the journal cannot be written', async () => {
    const { clock, told, write } = scene();
    await clock.advance(1000);
    write(new Error('the disk is full'));
    await clock.advance(1000);
    expect(told).toEqual(['journalling', 'prepare 1', 'forget 1']);
  });

  it('is forgotten when the job was cancelled meanwhile', async () => {
    const { clock, scheduler, told, write } = scene();
    await clock.advance(1000);
    scheduler.cancelJobs(1, [1]);
    write();
    await clock.advance(1000);
    expect(told).toEqual(['journalling', 'prepare 1', 'forget 1']);
  });
});
