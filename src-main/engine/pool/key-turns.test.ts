/** What puts keys and endpoints out and brings them back, through the pool: its settings, test calls, resets, and what is told. */
import { describe, expect, it } from 'vitest';
import { failure, key } from '../testing/fleet-samples';
import { ask, REQUEST, setUpTrusted as setUp } from './testing/pool-scene';

describe('settings of the pool', () => {
  it('let a key rest after each answer', async () => {
    const { clock, pool, send, events } = setUp({ settings: { keyCooldownMs: 30_000 } });
    send();
    expect(pool.keyStates().get('k')?.status).toBe('COOLDOWN');
    expect(ask(pool)).toMatchObject({
      kind: 'wait',
      reason: 'cooldown',
      until: clock.now() + 30_000,
      allOut: false,
    });
    await clock.advance(30_000);
    send();
    expect(events.filter(({ kind }) => kind === 'keyState')).toMatchObject(
      [{ from: 'AVAILABLE', state: { status: 'COOLDOWN' } }].slice(0, events.length),
    );
  });

  it('put a key out after so many quota failures in a row, and forget them when it is back', async () => {
    const settings = { exhaustedWaitMs: 120_000, strikes: 3, fullyExhaustedWaitMs: 12 * 3_600_000 };
    const { clock, pool, take, refused } = setUp({ settings });
    const status = () => pool.keyStates().get('k');
    refused(take());
    expect(status()).toMatchObject({ status: 'TEMPORARILY_EXHAUSTED', strikes: 1, exhausted: 1 });
    await clock.advance(150_000);
    refused(take());
    expect(status()).toMatchObject({ status: 'TEMPORARILY_EXHAUSTED', strikes: 2 });
    await clock.advance(150_000);
    refused(take());
    expect(status()).toMatchObject({ status: 'FULLY_EXHAUSTED', strikes: 3, exhausted: 3 });
    expect(ask(pool)).toMatchObject({ until: clock.now() + 12 * 3_600_000 });
    await clock.advance(12 * 3_600_000);
    expect(status()).toEqual({ status: 'AVAILABLE', since: expect.any(Number), exhausted: 3 });
  });

  it('rest an endpoint that refuses one key after another without a word, as a ban does', async () => {
    const keys = ['a', 'b', 'c', 'd'].map((id) => key(id, ['e']));
    const { clock, pool, take, refused, events } = setUp({ keys, settings: { banProtection: true } });
    refused(take());
    refused(take());
    expect(ask(pool).kind).toBe('granted');
    refused(take());
    const answer = ask(pool);
    expect(answer).toMatchObject({ kind: 'wait', reason: 'ban', allOut: true, endpointName: 'e' });
    expect(answer.kind === 'wait' && answer.until - clock.now()).toBeGreaterThanOrEqual(300_000);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'endpointRest', endpointId: 'e' }));
  });

  it.each([
    ['first', ['free', 'free', 'free']],
    ['last', ['paid', 'paid', 'paid']],
    ['alike', ['free', 'paid', 'free']],
  ] as const)('use free keys %s', (freeKeys, expected) => {
    const keys = [key('free', ['e'], { tier: 'free' }), key('paid', ['e'], { tier: 'paid' })];
    const { send, take } = setUp({ keys, settings: { freeKeys } });
    expect([send(), send(), send()].map(({ keyId }) => keyId)).toEqual(expected);
    // The other kind serves when the first cannot.
    expect(take({ avoid: [{ endpointId: 'e', keyId: expected[0] }] }).keyId).not.toBe(expected[0]);
  });
});

describe('events', () => {
  it('tell each change of a key once, with its reason and its moment', async () => {
    const { clock, pool, take, refused, events } = setUp();
    const [one, other] = [take(), take()];
    refused(one, 'quota_minute', { retryAfterMs: 10_000 });
    refused(other, 'quota_minute', { retryAfterMs: 10_000 });
    await clock.advance(15_000);
    pool.keyStates();
    const changes = events.filter((event) => event.kind === 'keyState' && event.from !== event.state.status);
    expect(changes).toMatchObject([
      { keyId: 'k', endpointId: 'e', from: 'AVAILABLE', state: { status: 'TEMPORARILY_EXHAUSTED' } },
      { keyId: 'k', endpointId: null, from: 'TEMPORARILY_EXHAUSTED', state: { status: 'AVAILABLE' } },
    ]);
  });
});

describe('a wait that becomes longer', () => {
  it('is told, so that a process that is killed does not forget it', () => {
    const { pool, take, refused, events } = setUp();
    const [one, other] = [take(), take()];
    refused(one, 'quota_minute', { retryAfterMs: 10_000 });
    refused(other, 'quota_minute', { retryAfterMs: 50_000 });
    const until = pool.keyStates().get('k')?.until;
    expect(events.findLast(({ kind }) => kind === 'keyState')).toMatchObject({
      from: 'TEMPORARILY_EXHAUSTED',
      state: { status: 'TEMPORARILY_EXHAUSTED', until },
    });
  });
});

describe('a test call', () => {
  it('that is refused puts its key out until a person or another test clears it', () => {
    const { pool, events } = setUp();
    pool.testFailed('k', 'e', failure('invalid_key', { httpStatus: 401 }));
    expect(pool.keyStates().get('k')?.status).toBe('FAILED_INIT');
    expect(ask(pool).kind).toBe('never');
    expect(events).toMatchObject([
      { kind: 'keyState', keyId: 'k', endpointId: 'e', state: { status: 'FAILED_INIT' } },
    ]);
    pool.clearKey('k', { proven: true });
    expect(ask(pool).kind).toBe('granted');
  });

  it('that fails otherwise says nothing of its key', () => {
    const { pool } = setUp();
    for (const kind of ['network', 'overloaded', 'quota_minute', 'no_model'] as const) {
      pool.testFailed('k', 'e', failure(kind));
    }
    expect(ask(pool).kind).toBe('granted');
  });
});

describe('a reset of an endpoint', () => {
  it('brings everything back at once', () => {
    const { pool, take, refused } = setUp();
    refused(take(), 'quota_day');
    expect(ask(pool).kind).toBe('wait');
    pool.resetEndpoint('e');
    expect(ask(pool).kind).toBe('granted');
  });
});

describe('demand', () => {
  it('is rate x latency with headroom, once both are known', async () => {
    const keys = [
      key('a', ['e'], { limits: { requestsPerMinute: 60 } }),
      key('b', ['e'], { limits: { requestsPerMinute: 30 } }),
    ];
    const { clock, pool, take } = setUp({ keys });
    expect(pool.demand(REQUEST)).toBeNull();
    const lease = take();
    await clock.advance(8_000);
    pool.settle(lease.id, { kind: 'ok' });
    expect(pool.demand(REQUEST)).toBe(Math.ceil(1.35 * 90 * (8 / 60)));
  });

  it('is not known without a limit', async () => {
    const { pool, send } = setUp();
    send();
    expect(pool.demand(REQUEST)).toBeNull();
  });
});
