/** Keys of callers: lent while they are used, forgotten when they are not. */
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionStanding } from '../app/sessions/session';
import { openTestLibrary, type TestLibrary } from '../app/testing/test-library';
import { createVirtualClock, type VirtualClock } from '../engine/testing/virtual-clock';
import { Secret } from '../providers/secret';
import { type Callers, createCallers } from './callers';

let library: TestLibrary;
let clock: VirtualClock;
let callers: Callers;
const events: string[] = [];
/** Sessions in which a request is under way, and when it has ended. */
const standings = new Map<number, { standing: SessionStanding; underWay: Promise<void> }>();
let beforeLending: () => Promise<void> = () => Promise.resolve();
beforeEach(async () => {
  events.length = 0;
  standings.clear();
  beforeLending = () => Promise.resolve();
  library = await openTestLibrary();
  clock = createVirtualClock();
  const { app } = library;
  callers = createCallers({
    app: {
      ...app,
      clock,
      sessions: {
        ...app.sessions,
        async open(options) {
          const session = await app.sessions.open(options);
          const { runId } = session;
          return {
            ...session,
            standing: () => standings.get(runId)?.standing ?? session.standing(),
            async close(how) {
              await standings.get(runId)?.underWay;
              await session.close(how);
            },
          };
        },
      },
      fleet: {
        ...app.fleet,
        async lend(borrower, fleet) {
          await beforeLending();
          events.push('lent');
          return app.fleet.lend(borrower, fleet);
        },
        takeBack(borrower) {
          events.push('taken back');
          app.fleet.takeBack(borrower);
        },
      },
    },
    env: {},
    limit: 4,
    mostCallers: 2,
  });
});
afterEach(async () => {
  await callers.close();
  await library.remove();
});

const keys = { google_genai: new Secret('AIza-caller-0001') };
const other = { google_genai: new Secret('AIza-caller-0002') };

describe('a caller’s key', () => {
  it('is shared by his requests, and forgotten a minute after the last', async () => {
    const [first, second] = await Promise.all([callers.ofKeys(keys), callers.ofKeys(keys)]);
    expect(await first.session('single')).toBe(await second.session('single'));
    first.release();
    first.release();
    await clock.advance(120_000);
    expect(events).toEqual(['lent']);
    second.release();
    await clock.advance(59_000);
    const third = await callers.ofKeys(keys);
    await clock.advance(120_000);
    expect(events).toEqual(['lent']);
    third.release();
    await clock.advance(60_000);
    await expect.poll(() => events).toEqual(['lent', 'taken back']);
  });

  it('that sent nothing leaves no run, no dataset and no folder behind', async () => {
    const { store, paths } = library.app;
    const caller = await callers.ofKeys(keys);
    const { runId } = await caller.session('single');
    const batches = await caller.session('batch');
    // As of one whose client went before it was sent.
    await store.addRequests(batches.runId, [
      { model: { provider: 'google_genai', model: 'm' }, fields: { request: '{}' } },
    ]);
    expect(await store.run(runId)).not.toBeNull();
    await store.cancelPending(batches.runId);
    caller.release();
    await clock.advance(60_000);
    await expect.poll(() => store.runs()).toEqual([]);
    expect(await store.datasets()).toEqual([]);
    expect(await readdir(paths.sessions).catch(() => [])).toEqual([]);
    const again = await callers.ofKeys(keys);
    expect((await again.session('single')).runId).not.toBe(runId);
    again.release();
  });

  it('makes room for another where too many are known, the one used longest ago first', async () => {
    const third = { google_genai: new Secret('AIza-caller-0003') };
    const [first, second] = await Promise.all([callers.ofKeys(keys), callers.ofKeys(other)]);
    expect(await second.session('single')).toBeTruthy();
    await expect(callers.ofKeys(third)).rejects.toMatchObject({ status: 503 });
    first.release();
    second.release();
    const used = await callers.ofKeys(keys);
    used.release();
    await callers.ofKeys(third);
    expect(events.filter((event) => event === 'taken back')).toHaveLength(1);
    await callers.ofKeys(keys);
    expect(events.filter((event) => event === 'lent')).toHaveLength(3);
    await expect(callers.ofKeys(other)).rejects.toMatchObject({ status: 503 });
  });

  it('is at hand for his next request while an earlier one is still under way without him', async () => {
    const first = await callers.ofKeys(keys);
    const session = await first.session('single');
    let answer: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => (answer = resolve));
    standings.set(session.runId, { standing: { inFlight: 1, waiting: 0 }, underWay });
    first.release();
    await clock.advance(60_000);
    const second = await callers.ofKeys(keys);
    expect(await second.session('single')).toBe(session);
    standings.clear();
    answer();
    second.release();
    await clock.advance(60_000);
    await expect.poll(() => events).toEqual(['lent', 'taken back']);
  });

  it('waits for nobody’s request that is still under way where another is idle', async () => {
    const third = { google_genai: new Secret('AIza-caller-0003') };
    const [first, second] = await Promise.all([callers.ofKeys(keys), callers.ofKeys(other)]);
    const [busy] = await Promise.all([first.session('single'), second.session('single')]);
    let answer: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => (answer = resolve));
    standings.set(busy.runId, { standing: { inFlight: 1, waiting: 0 }, underWay });
    first.release();
    second.release();
    await (await callers.ofKeys(third)).session('single');
    expect(await (await callers.ofKeys(keys)).session('single')).toBe(busy);
    answer();
  });

  it('of a process that was killed has what waited cancelled, when the next service starts', async () => {
    const { store } = library.app;
    const caller = await callers.ofKeys(keys);
    const [single, batch] = [await caller.session('single'), await caller.session('batch')];
    const ask = { model: { provider: 'google_genai', model: 'm' }, fields: { request: '{}' } } as const;
    await store.addRequests(single.runId, [ask]);
    await store.addRequests(batch.runId, [ask]);
    const [job] = await store.pending(batch.runId, -1, 1);
    const attempt = { attemptId: store.nextAttemptId(), jobId: job?.id ?? 0, runId: batch.runId };
    await store.sent([
      { ...attempt, endpointId: 'e', keyId: null, model: 'm', sentAt: 1, endpointName: 'e', keyTail: '' },
    ]);
    // Its library is opened by another process: nobody has the sessions open.
    await library.reopen();
    const next = createCallers({ app: library.app, env: {}, limit: 4 });
    await next.endEarlier();
    const runs = await library.app.store.runs();
    expect(runs.map(({ id, counts }) => [id, counts.pending, counts.unknown])).toEqual([[batch.runId, 0, 1]]);
    await next.close();
  });

  it('is another one for another key', async () => {
    const [one, two] = await Promise.all([callers.ofKeys(keys), callers.ofKeys(other)]);
    expect((await one.session('single')).runId).not.toBe((await two.session('single')).runId);
    expect(one.providers).toEqual(['google_genai']);
    one.release();
    two.release();
  });

  it('that could not be lent is lent to the next request, and troubles nobody who did not wait for it', async () => {
    beforeLending = () => Promise.reject(new Error('the disk'));
    const first = await callers.ofKeys(keys);
    // As where the request is refused before it needs a session.
    await new Promise((resolve) => setImmediate(resolve));
    const second = await callers.ofKeys(keys);
    await expect(second.session('single')).rejects.toThrow('the disk');
    beforeLending = () => Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    const third = await callers.ofKeys(keys);
    expect((await third.session('single')).runId).toBeGreaterThan(0);
    // What the others leave behind is no business of his.
    first.release();
    second.release();
    await clock.advance(120_000);
    expect(await (await callers.ofKeys(keys)).session('single')).toBe(await third.session('single'));
  });

  it('is taken back after it was lent, also when all is closed meanwhile', async () => {
    let go: () => void = () => undefined;
    beforeLending = () => new Promise((resolve) => (go = resolve));
    await callers.ofKeys(keys);
    const closed = callers.close();
    await new Promise((resolve) => setImmediate(resolve));
    go();
    await closed;
    expect(events).toEqual(['lent', 'taken back']);
  });
});
