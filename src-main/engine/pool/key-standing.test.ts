import { FAILURES, type FailureKind, failureKindSchema } from '@shared/model/failure';
import type { KeyState } from '@shared/model/endpoint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key, seeded } from '../testing/fleet-samples';
import { createVirtualClock } from '../testing/virtual-clock';
import { RESET_GUARD_MS } from './next-daily-reset';
import { createPool, type LeaseRequest } from './pool';

const REQUEST: LeaseRequest = { provider: 'google_genai', model: 'm' };
const NOON = Date.UTC(2026, 10, 21, 12);
/** Midnight Pacific after NOON. */
const RESET = Date.UTC(2026, 10, 22, 8) + RESET_GUARD_MS;

function setUp(
  state: KeyState = { status: 'AVAILABLE', since: 0 },
  provider: LeaseRequest['provider'] = 'google_genai',
) {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const pool = createPool({ clock, random: seeded(7) });
  pool.setFleet([endpoint('a', { provider })], [key('k', ['a'], { state })]);
  const lease = (): number => {
    const answer = pool.lease({ ...REQUEST, provider });
    if (answer.kind !== 'granted') {
      throw new Error(`Expected a lease, got ${JSON.stringify(answer)}`);
    }
    return answer.lease.id;
  };
  const fail = (leaseId: number, kind: FailureKind, retryAfterMs?: number): void =>
    pool.settle(leaseId, {
      kind: 'failed',
      failure: failure(kind, retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  return { clock, pool, lease, fail, state: () => pool.keyStates().get('k') };
}

/** What each kind of failure makes of the key that met it. */
const AFTER: Readonly<Record<FailureKind, KeyState['status']>> = {
  invalid_key: 'FAILED_INIT',
  quota_minute: 'TEMPORARILY_EXHAUSTED',
  quota_day: 'FULLY_EXHAUSTED',
  no_credit: 'FAILED_INIT',
  overloaded: 'AVAILABLE',
  network: 'AVAILABLE',
  timeout: 'AVAILABLE',
  malformed: 'AVAILABLE',
  blocked: 'AVAILABLE',
  no_image: 'AVAILABLE',
  no_model: 'AVAILABLE',
  schema_mismatch: 'AVAILABLE',
  token_limit: 'AVAILABLE',
  bad_request: 'AVAILABLE',
  bad_input: 'AVAILABLE',
  storage: 'AVAILABLE',
  budget: 'AVAILABLE',
};

describe('the failure table, row by row', () => {
  it.each(failureKindSchema.options)('%s', (kind) => {
    const { pool, lease, fail, state } = setUp();
    fail(lease(), kind);
    expect(state()?.status).toBe(AFTER[kind]);
    expect(state()?.reason?.kind).toBe(AFTER[kind] === 'AVAILABLE' ? undefined : kind);
    const penalised = (pool.health()[0]?.effectiveWeight ?? 0) < 1;
    expect(penalised).toBe(FAILURES[kind].then === 'retry_elsewhere');
    const model = pool.lease(REQUEST);
    expect(model.kind === 'never' && model.reason === 'no_model').toBe(kind === 'no_model');
  });
});

describe('a minute quota', () => {
  it('rests as long as the provider says, a little longer, never shorter', () => {
    const { clock, lease, fail, state, pool } = setUp();
    fail(lease(), 'quota_minute', 30_000);
    const until = state()?.until ?? 0;
    expect(until - clock.wallNow()).toBeGreaterThanOrEqual(30_000);
    expect(until - clock.wallNow()).toBeLessThanOrEqual(31_000);
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', reason: 'quota', keys: 1, dayOutUntil: null });
  });

  it('climbs the ladder from 5 s to 5 min, up to a fifth later, and begins anew after a success', async () => {
    const { clock, pool, lease, fail, state } = setUp();
    for (const rung of [5, 10, 20, 40, 80, 160, 300, 300]) {
      fail(lease(), 'quota_minute');
      const waitMs = (state()?.until ?? 0) - clock.wallNow();
      expect(waitMs).toBeGreaterThanOrEqual(rung * 1_000 - 1);
      expect(waitMs).toBeLessThanOrEqual(rung * 1_200 + 1);
      await clock.advance(waitMs + 1);
      expect(state()?.status).toBe('AVAILABLE');
    }
    pool.settle(lease(), { kind: 'ok' });
    fail(lease(), 'quota_minute');
    expect((state()?.until ?? 0) - clock.wallNow()).toBeLessThanOrEqual(6_001);
  });

  it('counts one burst of refusals as one strike, and keeps the longest wait named', () => {
    const { clock, lease, fail, state } = setUp();
    const burst = [lease(), lease(), lease(), lease()];
    fail(burst[0] ?? 0, 'quota_minute');
    for (const id of burst.slice(1, 3)) {
      fail(id, 'quota_minute');
    }
    expect((state()?.until ?? 0) - clock.wallNow()).toBeLessThanOrEqual(6_001);
    fail(burst[3] ?? 0, 'quota_minute', 50_000);
    expect((state()?.until ?? 0) - clock.wallNow()).toBeGreaterThanOrEqual(50_000);
  });

  it('sends one probe when it is over, and all once the probe is answered', async () => {
    const { clock, lease, fail, pool } = setUp();
    fail(lease(), 'quota_minute', 1_000);
    await clock.advance(2_000);
    const probe = lease();
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', until: Number.POSITIVE_INFINITY });
    pool.answered(probe);
    expect(pool.lease(REQUEST).kind).toBe('wait');
    fail(probe, 'network');
    const second = lease();
    expect(pool.lease(REQUEST).kind).toBe('wait');
    pool.settle(second, { kind: 'ok' });
    lease();
    lease();
  });
});

describe('a day quota', () => {
  it("rests until the provider's midnight, whatever delay the answer names", async () => {
    const { clock, lease, fail, state, pool } = setUp();
    fail(lease(), 'quota_day', 20_000);
    expect(state()).toMatchObject({ status: 'FULLY_EXHAUSTED', since: NOON, until: RESET });
    expect(pool.lease(REQUEST)).toMatchObject({
      kind: 'wait',
      until: clock.now() + RESET - NOON,
      reason: 'quota',
      dayOutUntil: expect.any(Number),
    });
    await clock.advance(RESET - NOON - 1);
    expect(state()?.status).toBe('FULLY_EXHAUSTED');
    await clock.advance(1);
    expect(state()).toEqual({ status: 'AVAILABLE', since: RESET, exhausted: 1 });
    lease();
  });

  it('rests a day at OpenAI, or as long as the answer says', () => {
    const unnamed = setUp(undefined, 'openai');
    unnamed.fail(unnamed.lease(), 'quota_day');
    expect(unnamed.state()?.until).toBe(NOON + 86_400_000);
    const named = setUp(undefined, 'openai');
    named.fail(named.lease(), 'quota_day', 8_640);
    expect(named.state()?.until).toBe(NOON + 8_640);
  });
});

describe('evidence from before', () => {
  it('a late success does not lift a state that a newer failure set', async () => {
    const { clock, lease, fail, state, pool } = setUp();
    const early = lease();
    fail(lease(), 'quota_minute', 10_000);
    pool.settle(early, { kind: 'ok' });
    expect(state()?.status).toBe('TEMPORARILY_EXHAUSTED');
    await clock.advance(12_000);
    lease();
    expect(pool.lease(REQUEST).kind).toBe('wait');
  });

  it('a late minute quota neither shortens a day nor stops a key that is back', async () => {
    const { clock, lease, fail, state } = setUp();
    const late = [lease(), lease(), lease()];
    fail(late[0] ?? 0, 'quota_minute', 1_000);
    fail(late[1] ?? 0, 'quota_day');
    expect(state()).toMatchObject({ status: 'FULLY_EXHAUSTED', until: RESET });
    fail(late[2] ?? 0, 'quota_minute', 1_000);
    expect(state()).toMatchObject({ status: 'FULLY_EXHAUSTED', until: RESET });
    const other = setUp();
    const stale = other.lease();
    other.fail(other.lease(), 'quota_minute', 1_000);
    await other.clock.advance(5_000);
    other.fail(stale, 'quota_minute', 60_000);
    expect(other.state()?.status).toBe('AVAILABLE');
    expect(clock.now()).toBeGreaterThan(0);
  });

  it('what was leased before a person cleared the key puts it out no more', () => {
    const { lease, fail, state, pool } = setUp();
    const [one, two] = [lease(), lease()];
    fail(one, 'invalid_key');
    expect(state()?.status).toBe('FAILED_INIT');
    pool.clearKey('k');
    fail(two, 'invalid_key');
    expect(state()?.status).toBe('AVAILABLE');
    lease();
    expect(pool.lease(REQUEST).kind).toBe('wait');
  });
});

describe('a restart', () => {
  it.each([
    ['still resting', NOON + 60_000, 'wait'],
    ['over meanwhile', NOON - 1, 'granted'],
  ])('a state that is %s', (_name, until, answer) => {
    const { pool } = setUp({ status: 'TEMPORARILY_EXHAUSTED', since: NOON - 10, until });
    expect(pool.lease(REQUEST).kind).toBe(answer);
  });

  it('restores the moment by the wall clock, and tries by one request', async () => {
    const { pool, clock, lease } = setUp({
      status: 'FULLY_EXHAUSTED',
      since: NOON - 10,
      until: NOON + 5_000,
      reason: failure('quota_day'),
    });
    expect(pool.lease(REQUEST)).toMatchObject({ kind: 'wait', dayOutUntil: clock.now() + 5_000 });
    await clock.advance(5_000);
    lease();
    expect(pool.lease(REQUEST).kind).toBe('wait');
  });
});

describe('whatever happens to a key', () => {
  it('keeps the invariants of its states', async () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('lease' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('ok' as const), which: fc.nat(20) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('fail' as const),
          which: fc.nat(20),
          failure: fc.constantFrom(...failureKindSchema.options),
          retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(200_000) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
        const { clock, pool, fail, state } = setUp();
        const out: number[] = [];
        for (const step of events) {
          const before = state();
          if (step.kind === 'lease') {
            const answer = pool.lease(REQUEST);
            if (answer.kind === 'granted') {
              expect(before?.status).toBe('AVAILABLE');
              out.push(answer.lease.id);
            } else if (answer.kind === 'wait') {
              expect(answer.until).toBeGreaterThan(clock.now());
            }
          } else if (step.kind === 'time') {
            await clock.advance(step.ms);
          } else if (step.kind === 'clear') {
            pool.clearKey('k');
            pool.reconsiderModels();
            expect(state()?.status).toBe('AVAILABLE');
          } else if (out.length > 0) {
            const [id] = out.splice(step.which % out.length, 1);
            if (step.kind === 'ok') {
              pool.settle(id ?? 0, { kind: 'ok' });
              // An answer may forgive strikes, and changes nothing else.
              expect({ ...state(), strikes: 0 }).toEqual({ ...before, strikes: 0 });
              expect([undefined, before?.strikes]).toContain(state()?.strikes);
            } else {
              fail(id ?? 0, step.failure, step.retryAfterMs);
              expect((state()?.until ?? Number.POSITIVE_INFINITY) >= (before?.until ?? 0)).toBe(true);
            }
          }
          expect(pool.health()[0]?.gauges.inFlight.used).toBe(out.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
