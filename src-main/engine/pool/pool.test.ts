import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key, pairs } from '../testing/fleet-samples';
import type { LeaseRequest } from './pool';
import { granted, ok, REQUEST, setUp, SPAN, trusted } from './testing/pool-scene';

describe('limits', () => {
  it('counts a request against the minute from its lease until a minute and the guard after its body left', async () => {
    const { pool, clock } = setUp(...pairs(endpoint('a', { limits: { requestsPerMinute: 2 } })));
    const first = granted(pool);
    const second = granted(pool);
    expect(pool.lease(REQUEST)).toMatchObject({
      kind: 'wait',
      until: Number.POSITIVE_INFINITY,
      reason: 'rate',
    });
    await clock.advance(5_000);
    pool.bodySent(first.id, clock.now());
    ok(pool, first);
    const until = clock.now() + SPAN;
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until, reason: 'rate' });
    await clock.advance(SPAN - 1);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until });
    await clock.advance(1);
    granted(pool);
    pool.settle(second.id, { kind: 'failed', failure: failure('network', { bodySent: false }) });
    granted(pool);
  });

  it('keeps the place of a request the provider answered, or may have seen, although no word of its body came', () => {
    const { pool } = setUp(...pairs(endpoint('a', { limits: { requestsPerMinute: 2 } })));
    pool.settle(granted(pool).id, { kind: 'failed', failure: failure('overloaded', { httpStatus: 503 }) });
    pool.settle(granted(pool).id, { kind: 'lost' });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'rate' });
  });

  it('gives everything back when a lease was not used', () => {
    const { pool } = setUp(...pairs(endpoint('a', { limits: { requestsPerMinute: 1, concurrency: 1 } })));
    pool.settle(granted(pool).id, { kind: 'unused' });
    granted(pool);
  });

  it('gives the interval back as well, at each place, unless another lease has passed there since', async () => {
    const { pool, clock } = setUp(
      [endpoint('a', { limits: { minIntervalMs: 2_000 } })],
      [key('k1', ['a'], { limits: { minIntervalMs: 30_000 } }), key('k2', ['a'])],
    );
    trusted(pool, 'k1', 'k2');
    const waitsUntil = (at: number) => ({ kind: 'wait', reason: 'minInterval', until: at });
    const first = granted(pool);
    const firstAt = clock.now();
    expect(first.keyId).toBe('k1');
    expect(pool.lease(REQUEST)).toMatchObject(waitsUntil(firstAt + 2_000));
    await clock.advance(2_000);
    const second = granted(pool);
    expect(second.keyId).toBe('k2');
    // The endpoint was passed by the second since, the first key was not.
    pool.settle(first.id, { kind: 'unused' });
    expect(pool.lease(REQUEST)).toMatchObject(waitsUntil(firstAt + 4_000));
    pool.settle(second.id, { kind: 'unused' });
    expect(granted(pool).keyId).toBe('k1');
    expect(pool.lease(REQUEST)).toMatchObject(waitsUntil(firstAt + 4_000));
  });

  it('keeps the interval of a request that failed before it left', () => {
    const { pool, clock } = setUp(...pairs(endpoint('a', { limits: { minIntervalMs: 2_000 } })));
    pool.settle(granted(pool).id, { kind: 'failed', failure: failure('network', { bodySent: false }) });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until: clock.now() + 2_000 });
  });

  it('keeps the interval from what a key had sent that has joined its group since', async () => {
    const groups = [{ id: 'g', name: 'Account', limits: { minIntervalMs: 2_000 } }];
    const rules = { groups, settings: DEFAULT_POOL_SETTINGS };
    const [member, loose] = [key('k1', ['a'], { groupId: 'g' }), key('k2', ['a'])];
    const { pool, clock } = setUp([endpoint('a')], []);
    pool.setFleet([endpoint('a')], [member, loose], rules);
    trusted(pool, 'k1', 'k2');
    ok(pool, granted(pool));
    ok(pool, granted(pool));
    await clock.advance(1_000);
    const sent = granted(pool);
    const sentAt = clock.now();
    await clock.advance(1_500);
    const unused = granted(pool);
    expect([sent.keyId, unused.keyId]).toEqual(['k2', 'k1']);
    pool.setFleet([endpoint('a')], [member, { ...loose, groupId: 'g' }], rules);
    pool.settle(unused.id, { kind: 'unused' });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until: sentAt + 2_000 });
  });

  it('gives a retry that did not go back to the budget of retries', () => {
    const { pool } = setUp(...pairs(endpoint('a')));
    const retry = { isRetry: true };
    for (let at = 0; at < 30; at += 1) {
      pool.settle(granted(pool, retry).id, { kind: 'unused' });
    }
    for (let at = 0; at < 10; at += 1) {
      granted(pool, retry);
    }
    expect(pool.lease({ ...REQUEST, ...retry })).toMatchObject({ kind: 'wait', reason: 'retryBudget' });
  });

  it('frees concurrency when the answer is here, not when its file is written', () => {
    const { pool } = setUp(...pairs(endpoint('a', { limits: { concurrency: 1 } })));
    const lease = granted(pool);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
    pool.answered(lease.id);
    pool.answered(lease.id);
    granted(pool);
    expect(pool.lease(REQUEST).kind).toBe('wait');
  });

  it('needs the key to agree as well, and respects an interval', async () => {
    const { pool, clock } = setUp(
      [endpoint('a')],
      [
        key('k1', ['a'], { limits: { concurrency: 1 } }),
        key('k2', ['a'], { limits: { minIntervalMs: 2_000 } }),
      ],
    );
    trusted(pool, 'k1', 'k2');
    expect([granted(pool).keyId, granted(pool).keyId]).toEqual(['k1', 'k2']);
    expect(pool.lease(REQUEST)).toMatchObject({
      kind: 'wait',
      reason: 'minInterval',
      until: clock.now() + 2_000,
    });
    await clock.advance(2_000);
    expect(granted(pool).keyId).toBe('k2');
  });

  it('takes new limits while requests are under way', () => {
    const { pool } = setUp(...pairs(endpoint('a')));
    const leases = [granted(pool), granted(pool), granted(pool)];
    pool.bodySent(leases[0]?.id ?? 0, 5_000);
    pool.setFleet(...pairs(endpoint('a', { limits: { requestsPerMinute: 3 } })));
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'rate', until: 5_000 + SPAN });
    pool.setFleet(...pairs(endpoint('a', { limits: { requestsPerMinute: 4 } })));
    granted(pool);
    for (const lease of leases) {
      ok(pool, lease);
    }
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'rate' });
  });
});

describe('a fleet that changes', () => {
  it('settles the leases of what is gone, and keeps the live state of what stays', () => {
    const { pool } = setUp([endpoint('a'), endpoint('b')], [key('k1', ['a']), key('k2', ['b'])]);
    const atA = granted(pool, { endpointIds: new Set(['a']) });
    const atB = granted(pool, { endpointIds: new Set(['b']) });
    pool.settle(atB.id, { kind: 'failed', failure: failure('quota_day') });
    pool.setFleet([endpoint('b', { weight: 7 })], [key('k2', ['b'])]);
    expect(pool.keyStates().get('k2')?.status).toBe('FULLY_EXHAUSTED');
    ok(pool, atA);
    expect(pool.health()).toMatchObject([
      { endpointId: 'b', gauges: { inFlight: { used: 0 } }, failed: 1, effectiveWeight: 7 },
    ]);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', dayOutUntil: expect.any(Number) });
  });

  it('forgets what another place answered when the base URL changes', () => {
    const { pool } = setUp(...pairs(endpoint('a')));
    pool.settle(granted(pool).id, { kind: 'failed', failure: failure('no_model') });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'never', reason: 'no_model' });
    pool.setFleet(...pairs(endpoint('a', { baseUrl: 'https://relay.example' })));
    granted(pool);
  });

  it('tells who waits when a body has left, because from then on the moment is known', () => {
    const { pool, clock } = setUp(...pairs(endpoint('a', { limits: { requestsPerMinute: 1 } })));
    let told = 0;
    pool.onChange(() => {
      told += 1;
    });
    const lease = granted(pool);
    expect(pool.lease(REQUEST)).toMatchObject({ until: Number.POSITIVE_INFINITY });
    pool.bodySent(lease.id, clock.now());
    expect(told).toBe(1);
    expect(pool.lease(REQUEST)).toMatchObject({ until: clock.now() + SPAN });
  });

  it('tells who waits, once, when a wait may be over sooner', () => {
    const { pool } = setUp(...pairs(endpoint('a', { limits: { concurrency: 1 } })));
    let told = 0;
    const undo = pool.onChange(() => {
      told += 1;
    });
    const lease = granted(pool);
    ok(pool, lease);
    expect(told).toBe(0);
    const next = granted(pool);
    pool.lease(REQUEST);
    pool.answered(next.id);
    expect(told).toBe(1);
    ok(pool, next);
    expect(told).toBe(1);
    undo();
    granted(pool);
    pool.lease(REQUEST);
    pool.setFleet([], []);
    expect(told).toBe(1);
  });
});

describe('what can never be served', () => {
  it.each([
    ['no endpoint', [], [], 'no_endpoint', 'endpoint'],
    ['all disabled', [endpoint('a', { enabled: false })], [key('k', ['a'])], 'no_endpoint', 'enable'],
    ['no key', [endpoint('a')], [], 'no_key', 'has a key'],
    ['all paused', [endpoint('a')], [key('k', ['a'], { paused: true })], 'no_key', 'paused'],
    [
      'all invalid',
      [endpoint('a')],
      [
        key('k', ['a'], { state: { status: 'FAILED_INIT', since: 0, reason: failure('invalid_key') } }),
        key('l', ['a'], { state: { status: 'FAILED_INIT', since: 0, reason: failure('no_credit') } }),
      ],
      'invalid_key',
      'All 2 Google GenAI keys are out',
    ],
    [
      'no credit',
      [endpoint('a')],
      [key('k', ['a'], { state: { status: 'FAILED_INIT', since: 0, reason: failure('no_credit') } })],
      'no_credit',
      'credit',
    ],
  ])('%s', (_name, endpoints, keys, reason, words) => {
    const { pool } = setUp(endpoints, keys);
    const answer = pool.lease(REQUEST);
    expect(answer).toMatchObject({ kind: 'never', reason });
    expect(answer.kind === 'never' && answer.sentence).toContain(words);
  });

  it('asks endpoints again for a model they did not offer when a person starts something', () => {
    const { pool } = setUp(...pairs(endpoint('a'), endpoint('b')));
    for (const id of ['a', 'b']) {
      pool.settle(granted(pool, { endpointIds: new Set([id]) }).id, {
        kind: 'failed',
        failure: failure('no_model'),
      });
    }
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'never', reason: 'no_model' });
    expect(pool.lease({ ...REQUEST, model: 'other' }).kind).toBe('granted');
    pool.reconsiderModels();
    granted(pool);
  });
});

describe('keys that somebody was lent', () => {
  it('serve who was lent them and nobody else, beside the library’s own', () => {
    const { pool } = setUp(
      [endpoint('a')],
      [key('own', ['a']), key('lent', ['a'], { isOwn: false, borrowers: ['b'] })],
    );
    trusted(pool, 'own', 'lent');
    const used = (request: Partial<LeaseRequest>): Set<string | null> =>
      new Set(Array.from({ length: 4 }, () => granted(pool, request).keyId));
    expect(used({})).toEqual(new Set(['own']));
    expect(used({ borrower: 'b' })).toEqual(new Set(['lent']));
  });

  it('share limits and state with the same key of the library', () => {
    const { pool } = setUp(
      [endpoint('a')],
      [key('k', ['a'], { limits: { requestsPerMinute: 2 }, borrowers: ['b'] })],
    );
    trusted(pool, 'k');
    granted(pool);
    granted(pool, { borrower: 'b' });
    expect(pool.lease({ ...REQUEST, borrower: 'b' })).toMatchObject({ kind: 'wait', reason: 'rate' });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'rate' });
  });

  it('are not waited for by others', () => {
    const { pool } = setUp([endpoint('a')], [key('lent', ['a'], { isOwn: false, borrowers: ['b'] })]);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'never', reason: 'no_key' });
    expect(pool.lease({ ...REQUEST, borrower: 'other' })).toMatchObject({ kind: 'never' });
  });
});
