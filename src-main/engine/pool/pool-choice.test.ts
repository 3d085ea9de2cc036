/** Which endpoint and which key serve a request. */
import { describe, expect, it } from 'vitest';
import type { KeyRoom, Lease } from '../ports';
import { endpoint, failure, key, pairs } from '../testing/fleet-samples';
import { granted, ok, REQUEST, setUp, trusted } from './testing/pool-scene';

describe('a request that nobody knows the price of', () => {
  const capped = key('capped', ['a'], { limits: { costPerDay: 5 } });
  const unpriced = { ...REQUEST, hasPrice: () => false };

  it('goes by keys without a cap on cost, and others by all', () => {
    const { pool } = setUp([endpoint('a')], [capped, key('free', ['a'])]);
    const leased = [unpriced, unpriced, REQUEST, REQUEST].map((request) => {
      const lease = granted(pool, request);
      ok(pool, lease);
      return lease.keyId;
    });
    expect(leased).toEqual(['free', 'free', 'capped', 'free']);
  });

  it('waits for them, and is told what bars it where there is none', () => {
    const { pool } = setUp([endpoint('a')], [capped, key('free', ['a'])]);
    granted(pool, unpriced);
    expect(pool.lease(unpriced)).toMatchObject({ kind: 'wait', reason: 'concurrency' });
    const alone = setUp([endpoint('a')], [capped]);
    expect(alone.pool.lease(unpriced)).toEqual({
      kind: 'never',
      reason: 'budget',
      sentence: expect.stringContaining('the cost cap of a key that may serve it cannot be enforced'),
    });
    expect(alone.pool.lease(REQUEST)).toMatchObject({ kind: 'granted' });
  });
});

describe('a key whose cap on cost is used up', () => {
  const keys = [key('capped', ['a'], { limits: { costPerDay: 5 } }), key('free', ['a']), key('other', ['b'])];

  it.each(['out', 'held'] as const)(
    'is passed over while it is %s, and its endpoint keeps its turns',
    async (kind) => {
      const { clock, pool } = setUp([endpoint('a'), endpoint('b')], keys);
      trusted(pool, 'capped', 'free', 'other');
      const asked = new Set<string>();
      const keyRoom = (keyId: string): KeyRoom => {
        asked.add(keyId);
        return { kind, until: clock.wallNow() + 1_000 };
      };
      const served: (string | null)[] = [];
      for (let at = 0; at < 8; at += 1) {
        const lease = granted(pool, { ...REQUEST, keyRoom });
        ok(pool, lease);
        served.push(lease.keyId);
        await clock.advance(1_000);
      }
      expect(served).toEqual(['free', 'other', 'free', 'other', 'free', 'other', 'free', 'other']);
      // What it may cost is asked of keys with a cap alone.
      expect([...asked]).toEqual(['capped']);
    },
  );

  it('is waited for where it is the only one: spent, until the day is over, else for what is in flight', () => {
    const { clock, pool } = setUp([endpoint('a')], keys.slice(0, 1));
    const having = (room: KeyRoom) => pool.lease({ ...REQUEST, keyRoom: () => room });
    const until = clock.now() + 1_000;
    expect(having({ kind: 'out', until: clock.wallNow() + 1_000 })).toMatchObject({
      kind: 'wait',
      reason: 'day',
      until,
      dayOutUntil: until,
      allOut: true,
    });
    expect(having({ kind: 'held' })).toMatchObject({
      kind: 'wait',
      reason: 'concurrency',
      until: Number.POSITIVE_INFINITY,
      dayOutUntil: null,
      allOut: false,
    });
    expect(pool.health()[0]?.gauges).toMatchObject({ inFlight: { used: 0 }, minute: { used: 0 } });
    // Too little for one request may be enough for another.
    expect(having({ kind: 'free' })).toMatchObject({ kind: 'granted' });
  });
});

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
