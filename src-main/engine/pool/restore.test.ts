import { describe, expect, it } from 'vitest';
import type { SentRequest } from '../ports';
import { endpoint, key, seeded } from '../testing/fleet-samples';
import { createVirtualClock } from '../testing/virtual-clock';
import { createPool } from './pool';

const REQUEST = { provider: 'google_genai', model: 'm' } as const;
const TIMEOUT_MS = 100_000;

/** A key of three requests a minute beside another one, and what the last process sent with it. */
function restored(sent: (wallNow: number) => Partial<SentRequest>) {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(1) });
  const limits = { requestsPerMinute: 3 };
  pool.setFleet(
    [endpoint('e', { timeoutMs: TIMEOUT_MS })],
    [key('a', ['e'], { limits }), key('b', ['e'], { limits, paused: true })],
  );
  const wallNow = clock.wallNow();
  const base = { endpointId: 'e', keyId: 'a', model: 'm', tokens: null, bodySentAt: null, endedAt: null };
  pool.restore({ recent: [{ ...base, sentAt: wallNow, ...sent(wallNow) }], buckets: [] });
  const used = pool.keyGauges().get('a')?.gauges.minute.used;
  pool.setFleet([endpoint('e', { timeoutMs: TIMEOUT_MS })], [key('a', ['e'], { limits }), key('b', ['e'])]);
  const leases = [1, 2, 3, 4].filter(() => {
    const answer = pool.lease({ ...REQUEST, endpointIds: new Set(['e']) });
    return answer.kind === 'granted' && answer.lease.keyId === 'a';
  });
  return { used, leases: leases.length };
}

describe('a request that the last process never ended', () => {
  it('counts as if its body had left now, as long as it may have', () => {
    expect(restored((now) => ({ sentAt: now - TIMEOUT_MS + 1 })).used).toBe(1);
  });

  it('counts no more a minute after its timeout', () => {
    expect(restored((now) => ({ sentAt: now - TIMEOUT_MS - 61_000 })).used).toBe(0);
  });
});

describe('a key that was answered a moment ago', () => {
  it('is not tried by one request at a time', () => {
    const answered = restored((now) => ({
      sentAt: now - 9_000,
      bodySentAt: now - 9_000,
      endedAt: now - 1_000,
    }));
    expect(answered).toEqual({ used: 1, leases: 2 });
  });

  it('is, when nobody knows of an answer', () => {
    expect(restored((now) => ({ sentAt: now - 9_000 })).leases).toBe(1);
  });
});
