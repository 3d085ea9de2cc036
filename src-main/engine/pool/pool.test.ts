import { describe, expect, it } from 'vitest';
import type { Lease } from '../ports';
import { endpoint, failure, key, pairs, seeded } from '../testing/fleet-samples';
import { createVirtualClock } from '../testing/virtual-clock';
import { createPool, type LeaseRequest, type Pool, type PoolKey } from './pool';
import { MINUTE_MS, NETWORK_GUARD_MS } from './sliding-window';

const REQUEST: LeaseRequest = { provider: 'google_genai', model: 'm' };
const SPAN = MINUTE_MS + NETWORK_GUARD_MS;

function setUp(endpoints: Parameters<Pool['setFleet']>[0], keys: readonly PoolKey[]) {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  pool.setFleet(endpoints, keys);
  return { clock, pool };
}

function granted(pool: Pool, request: Partial<LeaseRequest> = {}): Lease {
  const answer = pool.lease({ ...REQUEST, ...request });
  if (answer.kind !== 'granted') {
    throw new Error(`Expected a lease, got ${JSON.stringify(answer)}`);
  }
  return answer.lease;
}

function ok(pool: Pool, lease: Lease): void {
  pool.settle(lease.id, { kind: 'ok' });
}

/** A key that has answered before, so that nothing is held back. */
function trusted(pool: Pool, ...keyIds: readonly string[]): void {
  for (const id of keyIds) {
    pool.clearKey(id, { proven: true });
  }
}

describe('choice of the endpoint', () => {
  it('serves weights 5:3:1 exactly over 90,000 leases, never more than three in a row', () => {
    const { pool } = setUp(
      ...pairs(endpoint('a', { weight: 5 }), endpoint('b', { weight: 3 }), endpoint('c', { weight: 1 })),
    );
    const shares = new Map<string, number>();
    let last = '';
    let row = 0;
    let longest = 0;
    for (let at = 0; at < 90_000; at += 1) {
      const lease = granted(pool);
      ok(pool, lease);
      const id = lease.endpoint.id;
      shares.set(id, (shares.get(id) ?? 0) + 1);
      row = id === last ? row + 1 : 1;
      last = id;
      longest = Math.max(longest, row);
    }
    expect(Object.fromEntries(shares)).toEqual({ a: 50_000, b: 30_000, c: 10_000 });
    expect(longest).toBeLessThanOrEqual(3);
  });

  it.each([1, 100])(
    'lowers a failing endpoint below a third at weight %i and restores it in 60 s',
    async (weight) => {
      const { pool, clock } = setUp(
        ...pairs(endpoint('a', { weight }), endpoint('b', { weight }), endpoint('bad', { weight })),
      );
      let calls = 0;
      const shareOfBad = async (leases: number, fails: boolean): Promise<number> => {
        let bad = 0;
        for (let at = 0; at < leases; at += 1) {
          const lease = granted(pool);
          if (lease.endpoint.id === 'bad') {
            bad += 1;
            calls += 1;
          }
          if (lease.endpoint.id === 'bad' && fails && calls % 2 === 0) {
            pool.settle(lease.id, { kind: 'failed', failure: failure('overloaded') });
          } else {
            ok(pool, lease);
          }
          await clock.advance(200);
        }
        return bad / leases;
      };
      await shareOfBad(150, true);
      expect(await shareOfBad(600, true)).toBeLessThan(1 / 9);
      expect(pool.health()[2]?.effectiveWeight).toBeLessThan(weight / 3);
      await clock.advance(60_000);
      expect(pool.health()[2]?.effectiveWeight).toBe(weight);
      expect(await shareOfBad(300, false)).toBeCloseTo(1 / 3, 2);
    },
  );

  it('lets no free endpoint wait behind a full one', () => {
    const { pool } = setUp(
      ...pairs(endpoint('full', { weight: 100, limits: { concurrency: 1 } }), endpoint('free')),
    );
    trusted(pool, 'key of full', 'key of free');
    const served = Array.from({ length: 20 }, () => granted(pool).endpoint.id);
    expect(served.filter((id) => id === 'full')).toHaveLength(1);
  });

  it('keeps to the endpoints a run may use, and to those that are enabled and have a weight', () => {
    const { pool } = setUp(
      ...pairs(
        endpoint('a'),
        endpoint('b'),
        endpoint('off', { enabled: false }),
        endpoint('zero', { weight: 0 }),
        endpoint('other', { provider: 'openai' }),
      ),
    );
    trusted(pool, 'key of a', 'key of b');
    const some = new Set(Array.from({ length: 12 }, () => granted(pool).endpoint.id));
    expect([...some].sort()).toEqual(['a', 'b']);
    const only = new Set(
      Array.from({ length: 12 }, () => granted(pool, { endpointIds: new Set(['b']) }).endpoint.id),
    );
    expect([...only]).toEqual(['b']);
  });

  it('avoids the pair that failed, and the endpoint that was to blame, while another is free', () => {
    const { pool } = setUp([endpoint('a'), endpoint('b')], [key('k1', ['a', 'b']), key('k2', ['a', 'b'])]);
    trusted(pool, 'k1', 'k2');
    for (let at = 0; at < 20; at += 1) {
      const elsewhere = granted(pool, { avoid: [{ endpointId: 'a', keyId: 'k1', wholeEndpoint: true }] });
      expect(elsewhere.endpoint.id).toBe('b');
      const otherKey = granted(pool, {
        avoid: [{ endpointId: 'a', keyId: 'k1' }],
        endpointIds: new Set(['a']),
      });
      expect(otherKey.keyId).toBe('k2');
    }
    const nothingElse = granted(pool, {
      avoid: [{ endpointId: 'a', keyId: 'k1', wholeEndpoint: true }],
      endpointIds: new Set(['a']),
    });
    expect([nothingElse.endpoint.id, nothingElse.keyId]).toEqual(['a', 'k2']);
  });
});

describe('choice of the key', () => {
  it('takes the least recently used one', () => {
    const { pool } = setUp([endpoint('a')], [key('k1', ['a']), key('k2', ['a']), key('k3', ['a'])]);
    trusted(pool, 'k1', 'k2', 'k3');
    const order = Array.from({ length: 9 }, () => granted(pool).keyId);
    expect(order).toEqual(['k1', 'k2', 'k3', 'k1', 'k2', 'k3', 'k1', 'k2', 'k3']);
  });

  it('asks a key without an answer for one request at a time while others exist', () => {
    const { pool } = setUp([endpoint('a')], [key('k1', ['a']), key('k2', ['a'])]);
    const first = granted(pool);
    const second = granted(pool);
    expect(new Set([first.keyId, second.keyId]).size).toBe(2);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until: Number.POSITIVE_INFINITY });
    ok(pool, first);
    expect([granted(pool).keyId, granted(pool).keyId]).toEqual([first.keyId, first.keyId]);
  });

  it('asks the last key left for one request at a time too, when it has not answered yet', () => {
    const { pool } = setUp([endpoint('a')], [key('k1', ['a']), key('k2', ['a'])]);
    const [first] = [granted(pool), granted(pool)];
    pool.settle(first?.id ?? 0, { kind: 'failed', failure: failure('invalid_key') });
    expect(pool.lease(REQUEST).kind).toBe('wait');
  });

  it('does not hold back a sole key', () => {
    const { pool } = setUp([endpoint('a')], [key('k1', ['a']), key('paused', ['a'], { paused: true })]);
    expect([granted(pool).keyId, granted(pool).keyId, granted(pool).keyId]).toEqual(['k1', 'k1', 'k1']);
  });

  it('asks an invalid key among four once, and serves everything with the others', () => {
    const keys = ['k1', 'bad', 'k3', 'k4'].map((id) => key(id, ['a']));
    const { pool } = setUp([endpoint('a')], keys);
    let asked = 0;
    let out: Lease[] = [];
    for (let done = 0; done < 200; ) {
      const answer = pool.lease(REQUEST);
      if (answer.kind === 'granted' && out.length < 16) {
        out.push(answer.lease);
        continue;
      }
      if (answer.kind === 'granted') {
        out.push(answer.lease);
      }
      for (const lease of out) {
        if (lease.keyId === 'bad') {
          asked += 1;
          pool.settle(lease.id, { kind: 'failed', failure: failure('invalid_key', { httpStatus: 401 }) });
        } else {
          ok(pool, lease);
          done += 1;
        }
      }
      out = [];
    }
    expect(asked).toBe(1);
    expect(pool.keyStates().get('bad')).toMatchObject({
      status: 'FAILED_INIT',
      reason: { kind: 'invalid_key' },
    });
  });

  it('takes a key out only where it was refused, as long as another host may know it', () => {
    const { pool } = setUp(
      [endpoint('a'), endpoint('same host'), endpoint('relay', { baseUrl: 'https://relay.example/' })],
      [key('k1', ['a', 'same host', 'relay'])],
    );
    const lease = granted(pool, { endpointIds: new Set(['a']) });
    pool.settle(lease.id, { kind: 'failed', failure: failure('invalid_key') });
    expect(pool.lease({ ...REQUEST, endpointIds: new Set(['same host']) }).kind).toBe('never');
    const atRelay = granted(pool);
    expect(atRelay.endpoint.id).toBe('relay');
    expect(pool.keyStates().get('k1')?.status).toBe('AVAILABLE');
    pool.settle(atRelay.id, { kind: 'failed', failure: failure('invalid_key') });
    expect(pool.keyStates().get('k1')?.status).toBe('FAILED_INIT');
    pool.clearKey('k1');
    expect(granted(pool, { endpointIds: new Set(['a']) }).keyId).toBe('k1');
  });

  it('serves an endpoint that needs no key', () => {
    const { pool } = setUp([endpoint('demo', { demo: true })], []);
    const lease = granted(pool);
    expect(lease.keyId).toBeNull();
    pool.settle(lease.id, { kind: 'failed', failure: failure('quota_minute', { retryAfterMs: 500 }) });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'quota' });
  });
});

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
