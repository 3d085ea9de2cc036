/** Limits wherever they may stand, through the pool. */
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import { describe, expect, it } from 'vitest';
import { endpoint, key } from '../testing/fleet-samples';
import { RESET_GUARD_MS } from './next-daily-reset';
import { ask, NOON, setUpTrusted as setUp, SPAN } from './testing/pool-scene';

const UNTIL_PACIFIC_MIDNIGHT = 20 * 3_600_000 + RESET_GUARD_MS;

describe('requests per day', () => {
  it('wait for the next midnight of the zone, and say so', async () => {
    const { clock, pool, send } = setUp({ keys: [key('k', ['e'], { limits: { requestsPerDay: 2 } })] });
    send();
    send();
    const midnight = clock.now() + UNTIL_PACIFIC_MIDNIGHT;
    expect(ask(pool)).toMatchObject({
      kind: 'wait',
      reason: 'day',
      until: midnight,
      dayOutUntil: midnight,
      allOut: true,
    });
    await clock.advance(UNTIL_PACIFIC_MIDNIGHT);
    expect(ask(pool).kind).toBe('granted');
  });

  it('follow the zone of the endpoint', () => {
    const { clock, pool, send } = setUp({
      endpoints: [endpoint('e', { limits: { requestsPerDay: 1 }, resetZone: 'Asia/Tokyo' })],
    });
    send();
    expect(ask(pool)).toMatchObject({ until: clock.now() + 3 * 3_600_000 + RESET_GUARD_MS });
  });

  it('follow it also for one model, from its first request on, and for what was sent before', () => {
    const limits = { models: { m: { requestsPerDay: 2 } } };
    const { clock, pool, send } = setUp({ keys: [key('k', ['e'], { limits })] });
    // Nine in the evening of yesterday, and one in the morning of today, by the clocks of California.
    const sent = { endpointId: 'e', keyId: 'k', model: 'm' };
    const buckets = [
      { ...sent, from: NOON - 7 * 3_600_000, requests: 5 },
      { ...sent, from: NOON - 3 * 3_600_000, requests: 1 },
    ];
    pool.restore({ recent: [], buckets });
    send();
    expect(ask(pool)).toMatchObject({ reason: 'day', until: clock.now() + UNTIL_PACIFIC_MIDNIGHT });
  });

  it('do not count what was never sent', () => {
    const { pool, take } = setUp({ keys: [key('k', ['e'], { limits: { requestsPerDay: 1 } })] });
    pool.settle(take().id, { kind: 'unused' });
    expect(ask(pool).kind).toBe('granted');
  });

  it('leave the other keys to serve', () => {
    const keys = [key('a', ['e'], { limits: { requestsPerDay: 1 } }), key('b', ['e'])];
    const { pool, send } = setUp({ keys });
    expect([send(), send(), send()].map(({ keyId }) => keyId)).toEqual(['a', 'b', 'b']);
    expect(pool.keyGauges().get('a')?.gauges.today).toEqual({ used: 1, limit: 1 });
  });
});

describe('tokens per minute', () => {
  it('hold what a request may use until its answer says what it used', async () => {
    const { clock, pool, take } = setUp({
      endpoints: [endpoint('e', { limits: { tokensPerMinute: 1_000 } })],
    });
    const first = take({ tokens: 900 });
    expect(ask(pool, { tokens: 200 })).toMatchObject({
      kind: 'wait',
      reason: 'tokens',
      until: Number.POSITIVE_INFINITY,
    });
    pool.settle(first.id, { kind: 'ok', tokens: 300 });
    const second = take({ tokens: 700 });
    pool.settle(second.id, { kind: 'ok', tokens: 700 });
    const at = clock.now();
    await clock.advance(1_000);
    expect(ask(pool, { tokens: 200 })).toMatchObject({ reason: 'tokens', until: at + SPAN });
  });

  it('guess by what the model used last', () => {
    const { pool, send } = setUp({ endpoints: [endpoint('e', { limits: { tokensPerMinute: 4_000 } })] });
    send({}, 1_000);
    send({}, 1_000);
    expect(ask(pool).kind).toBe('granted');
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'tokens' });
  });

  it('are not charged for a request that the provider refused', () => {
    const { pool, take, refused } = setUp({
      endpoints: [endpoint('e', { limits: { tokensPerMinute: 1_000 } })],
    });
    refused(take({ tokens: 1_000 }), 'bad_request');
    expect(pool.health()[0]?.gauges.tokens).toEqual({ used: 0, limit: 1_000 });
  });
});

describe('limits of the whole program', () => {
  it('keep two requests apart, whatever their endpoints', async () => {
    const endpoints = [endpoint('a'), endpoint('b')];
    const keys = [key('ka', ['a']), key('kb', ['b'])];
    const { clock, pool, take } = setUp({ endpoints, keys, settings: { minIntervalMs: 2_000 } });
    take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'minInterval', until: clock.now() + 2_000 });
    await clock.advance(2_000);
    take();
  });

  it('bound what is in flight, and let a slot rest after its answer', async () => {
    const { clock, pool, take } = setUp({ settings: { concurrency: 2, slotCooldownMs: 5_000 } });
    const first = take();
    take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency', until: Number.POSITIVE_INFINITY });
    await clock.advance(100);
    pool.answered(first.id);
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency', until: clock.now() + 5_000 });
    await clock.advance(5_000);
    take();
    expect(ask(pool).kind).toBe('wait');
  });
});

describe('evenly', () => {
  it('spreads a minute instead of sending a burst', async () => {
    const { clock, pool, send } = setUp({
      endpoints: [endpoint('e', { limits: { requestsPerMinute: 60, evenly: true } })],
    });
    send();
    expect(ask(pool)).toMatchObject({ reason: 'minInterval', until: clock.now() + SPAN / 60 });
    await clock.advance(SPAN / 60);
    send();
  });
});

describe('a quota group', () => {
  const groups = [{ id: 'g', name: 'Account', limits: { requestsPerMinute: 2 } }];
  const members = [key('a', ['e'], { groupId: 'g' }), key('b', ['e'], { groupId: 'g' })];

  it('shares its limits among its keys', () => {
    const { pool, send } = setUp({ keys: members, groups });
    expect(new Set([send().keyId, send().keyId])).toEqual(new Set(['a', 'b']));
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate' });
  });

  it('is out as a whole when one of its keys runs out', () => {
    const { pool, take, refused } = setUp({ keys: members, groups: [{ ...groups[0], limits: {} } as never] });
    refused(take(), 'quota_day');
    expect([...pool.keyStates().values()].map(({ status }) => status)).toEqual([
      'FULLY_EXHAUSTED',
      'FULLY_EXHAUSTED',
    ]);
    expect(ask(pool)).toMatchObject({ kind: 'wait', keys: 2, allOut: true });
  });

  it('leaves an invalid key to itself', () => {
    const { take, refused, pool } = setUp({ keys: members, groups });
    refused(take(), 'invalid_key');
    expect(take().keyId).toBe('b');
    expect(pool.keyStates().get('b')?.status).toBe('AVAILABLE');
  });

  it('recovers by one request for all its keys', async () => {
    const { clock, pool, take, refused } = setUp({
      keys: members,
      groups: [{ ...groups[0], limits: {} } as never],
    });
    refused(take(), 'quota_minute', { retryAfterMs: 10_000 });
    await clock.advance(12_000);
    const probe = take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
    pool.settle(probe.id, { kind: 'ok' });
    await clock.advance(20_000);
    expect(ask(pool).kind).toBe('granted');
    expect(ask(pool).kind).toBe('granted');
  });

  it('counts what its keys have sent before they joined it, and what they have under way', () => {
    const loose = [key('a', ['e']), key('b', ['e'])];
    const { clock, pool, send, take } = setUp({ keys: loose });
    send();
    const out = take();
    pool.setFleet([endpoint('e')], members, { groups, settings: DEFAULT_POOL_SETTINGS });
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate' });
    pool.bodySent(out.id, clock.now());
    pool.settle(out.id, { kind: 'ok' });
    expect(ask(pool)).toMatchObject({ kind: 'wait', until: clock.now() + SPAN });
  });

  it('counts what its keys have under way before they joined it for the model that was asked', () => {
    const limits = { models: { m: { requestsPerMinute: 3, concurrency: 2 } } };
    const rules = { groups: [{ id: 'g', name: 'Account', limits }], settings: DEFAULT_POOL_SETTINGS };
    const { clock, pool, take } = setUp({ keys: [key('a', ['e']), key('b', ['e'])] });
    const [first, second] = [take(), take()];
    pool.bodySent(first.id, clock.now());
    take({ model: 'other' });
    pool.setFleet([endpoint('e')], members, rules);
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
    pool.settle(first.id, { kind: 'ok' });
    pool.settle(second.id, { kind: 'ok' });
    take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate', until: clock.now() + SPAN });
    expect(ask(pool, { model: 'other' }).kind).toBe('granted');
  });

  it('counts what is under way once, also of a key that leaves and comes back', () => {
    const limits = { concurrency: 2, models: { m: { concurrency: 2 } } };
    const rules = { groups: [{ id: 'g', name: 'Account', limits }], settings: DEFAULT_POOL_SETTINGS };
    const { pool, take } = setUp({ keys: members, groups: rules.groups });
    const out = take();
    pool.setFleet([endpoint('e')], [key('a', ['e']), key('b', ['e'])], rules);
    pool.setFleet([endpoint('e')], members, rules);
    take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
    pool.settle(out.id, { kind: 'unused' });
    take();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
  });
});

describe('a model within a key', () => {
  it('has a limit of its own, and leaves the other models alone', () => {
    const keys = [key('k', ['e'], { limits: { models: { m: { requestsPerMinute: 1 } } } })];
    const { pool, send } = setUp({ keys });
    send();
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate' });
    send({ model: 'other' });
    send({ model: 'other' });
  });
});

describe('new limits', () => {
  it('know what was sent before they stood', () => {
    const { clock, pool, send } = setUp();
    send();
    send();
    pool.setFleet([endpoint('e', { limits: { requestsPerMinute: 2 } })], [key('k', ['e'])]);
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate', until: clock.now() + SPAN });
  });
});

describe('a restart', () => {
  const sent = (given: object) => ({
    endpointId: 'e',
    keyId: 'k',
    model: 'm',
    sentAt: NOON - 20_000,
    bodySentAt: NOON - 19_000,
    endedAt: NOON - 10_000,
    tokens: 500,
    ...given,
  });

  it('keeps the places of the last minute, from when the bodies left', () => {
    const { clock, pool } = setUp({ endpoints: [endpoint('e', { limits: { requestsPerMinute: 1 } })] });
    pool.restore({ recent: [sent({})], buckets: [] });
    expect(ask(pool)).toMatchObject({ kind: 'wait', reason: 'rate', until: clock.now() - 19_000 + SPAN });
  });

  it('takes the latest moment a body can have left where none is known', () => {
    const { clock, pool } = setUp({ endpoints: [endpoint('e', { limits: { requestsPerMinute: 1 } })] });
    pool.restore({ recent: [sent({ bodySentAt: null, endedAt: null })], buckets: [] });
    expect(ask(pool)).toMatchObject({ until: clock.now() + SPAN });
  });

  it('keeps tokens, intervals and the requests of the day', () => {
    const limits = { tokensPerMinute: 600, requestsPerDay: 10, minIntervalMs: 30_000 };
    const { clock, pool } = setUp({ keys: [key('k', ['e'], { limits })] });
    const buckets = [{ endpointId: 'e', keyId: 'k', model: 'm', from: NOON - 900_000, requests: 9 }];
    pool.restore({ recent: [sent({})], buckets });
    expect(pool.keyGauges().get('k')?.gauges).toMatchObject({
      today: { used: 9, limit: 10 },
      tokens: { used: 500 },
    });
    expect(ask(pool, { tokens: 200 })).toMatchObject({
      reason: 'tokens',
      until: clock.now() - 10_000 + SPAN,
    });
  });

  it('knows the rates that were learnt before', () => {
    const { pool } = setUp();
    pool.restore({ recent: [], buckets: [], learned: [{ keyId: 'k', model: 'm', perMinute: 30 }] });
    expect(pool.keyGauges().get('k')?.learnedPerMinute).toBe(30);
    const answers = Array.from({ length: 5 }, () => ask(pool));
    expect(answers.at(-1)).toMatchObject({ kind: 'wait', reason: 'rate' });
    expect(ask(pool, { model: 'other' }).kind).toBe('granted');
  });

  it('forgets what is gone, and does not mind a clock that ran ahead', () => {
    const { clock, pool } = setUp({ endpoints: [endpoint('e', { limits: { requestsPerMinute: 1 } })] });
    const future = { sentAt: NOON + 50_000, bodySentAt: NOON + 50_000, endedAt: NOON + 60_000 };
    pool.restore({ recent: [sent({ endpointId: 'gone', keyId: 'gone too' }), sent(future)], buckets: [] });
    expect(ask(pool)).toMatchObject({ kind: 'wait', until: clock.now() + SPAN });
  });
});
