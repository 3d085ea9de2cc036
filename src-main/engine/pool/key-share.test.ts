/** How the requests in flight spread over the keys of an endpoint whose answers take unequally long. */
import { describe, expect, it } from 'vitest';
import { endpoint, failure, key, seeded } from '../testing/fleet-samples';
import { createVirtualClock } from '../testing/virtual-clock';
import { createPool, type LeaseOutcome } from './pool';
import { REQUEST, trusted } from './testing/pool-scene';

interface Answer {
  readonly afterMs: number;
  readonly outcome: LeaseOutcome;
}

const OK: LeaseOutcome = { kind: 'ok' };
const SECONDS = 300;

/** So many requests at once for five minutes; what each key answered, and the most it had in flight. */
async function simulate(slots: number, answerOf: (keyId: string) => Answer, keyIds = ['a', 'b', 'c', 'd']) {
  const clock = createVirtualClock();
  const pool = createPool({ clock, random: seeded(7) });
  pool.setFleet(
    [endpoint('e')],
    keyIds.map((id) => key(id, ['e'])),
  );
  trusted(pool, ...keyIds);
  const answered = new Map(keyIds.map((id) => [id, 0]));
  const inFlight = new Map(keyIds.map((id) => [id, 0]));
  const most = new Map(keyIds.map((id) => [id, 0]));
  const add = (counts: Map<string, number>, id: string, by: number): number => {
    const count = (counts.get(id) ?? 0) + by;
    counts.set(id, count);
    return count;
  };
  function send(): void {
    const asked = pool.lease(REQUEST);
    if (asked.kind !== 'granted') {
      clock.setTimer(
        asked.kind === 'wait' && Number.isFinite(asked.until) ? asked.until - clock.now() : 100,
        send,
      );
      return;
    }
    const { id, keyId } = asked.lease;
    const of = keyId ?? '';
    most.set(of, Math.max(most.get(of) ?? 0, add(inFlight, of, 1)));
    const { afterMs, outcome } = answerOf(of);
    pool.bodySent(id, clock.now());
    clock.setTimer(afterMs, () => {
      add(inFlight, of, -1);
      add(answered, of, 1);
      pool.settle(id, outcome);
      send();
    });
  }
  for (let slot = 0; slot < slots; slot += 1) {
    send();
  }
  await clock.advance(SECONDS * 1000);
  return { answered, most };
}

describe('a key whose answers take ten times as long', () => {
  it('holds its share of the requests in flight and no more', async () => {
    const { answered, most } = await simulate(16, (id) => ({
      afterMs: id === 'd' ? 10_000 : 1000,
      outcome: OK,
    }));
    expect(most.get('d')).toBeLessThanOrEqual(5);
    const all = [...answered.values()].reduce((sum, count) => sum + count, 0);
    // Three quarters of the slots answer each second, a quarter each tenth.
    expect(all / ((12 + 0.4) * SECONDS)).toBeGreaterThan(0.95);
  });

  it('is used all the same', async () => {
    const { answered } = await simulate(16, (id) => ({ afterMs: id === 'd' ? 10_000 : 1000, outcome: OK }));
    expect((answered.get('d') ?? 0) / (0.4 * SECONDS)).toBeGreaterThan(0.9);
  });
});

describe('keys that answer alike', () => {
  it('are asked in turn, whatever the number in flight', async () => {
    for (const slots of [1, 2, 3, 7, 16]) {
      const { answered } = await simulate(slots, () => ({ afterMs: 1000, outcome: OK }));
      const counts = [...answered.values()];
      expect(Math.max(...counts) - Math.min(...counts), `${slots} slots`).toBeLessThanOrEqual(slots + 1);
    }
  });
});

describe('a key that fails faster than the others answer', () => {
  it.each(['overloaded', 'bad_request'] as const)(
    'does not draw the requests to itself: %s',
    async (kind) => {
      const broken = {
        kind: 'failed',
        failure: failure(kind, { httpStatus: kind === 'overloaded' ? 503 : 400 }),
      } as const;
      const { answered } = await simulate(16, (id) =>
        id === 'd' ? { afterMs: 100, outcome: broken } : { afterMs: 10_000, outcome: OK },
      );
      const all = [...answered.values()].reduce((sum, count) => sum + count, 0);
      // In turn it would have a quarter of all, by what is in flight alone almost all.
      expect((answered.get('d') ?? 0) / all).toBeLessThan(0.27);
      expect(answered.get('d')).toBeGreaterThan(0);
    },
  );
});
