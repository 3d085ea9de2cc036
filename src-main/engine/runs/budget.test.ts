import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caps } from '@shared/model/run';
import { createBudget, dayStart } from './budget';

const MODEL = { provider: 'openai', model: 'm' } as const;
const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;

function setUp(given: { caps?: Caps; dayCaps?: Caps; keyCap?: number; price?: number | null } = {}) {
  let wall = NOON;
  let attempts = 0;
  const budget = createBudget({
    clock: { wallNow: () => wall },
    timeZone: 'UTC',
    dayCaps: () => given.dayCaps ?? {},
    keyCap: (keyId) => (keyId === 'k' ? given.keyCap : undefined),
  });
  const price = (): number | null => (given.price === undefined ? 1 : given.price);
  budget.open({ id: 1, costUsd: 0, requests: 0, caps: given.caps ?? {}, price });
  return {
    budget,
    later: (ms: number) => {
      wall += ms;
    },
    ask: (keyId: string | null = 'k') => budget.mayLease(1, keyId, MODEL),
    send(keyId = 'k'): number {
      attempts += 1;
      budget.reserve({ attemptId: attempts, runId: 1, keyId }, MODEL);
      return attempts;
    },
  };
}

describe('a cap on cost', () => {
  it('counts requests in flight at their highest price, and at their real one afterwards', () => {
    const { budget, ask, send } = setUp({ caps: { costUsd: 2.5 } });
    const [first, second] = [send(), send()];
    expect(ask()).toEqual({ kind: 'wait' });
    budget.settle(first, 0.2, true);
    expect(ask()).toEqual({ kind: 'ok' });
    const third = send();
    expect(ask()).toEqual({ kind: 'wait' });
    budget.settle(second, 1, true);
    budget.settle(third, 1, true);
    expect(ask()).toEqual({
      kind: 'spent',
      sentence:
        'This run has reached its cap of $2.50: $2.20 is spent, and one more request may pass it. Raise the cap, then continue.',
    });
    budget.setCaps(1, { costUsd: 4 });
    expect(ask()).toEqual({ kind: 'ok' });
  });

  it('gives back what was not charged, and keeps what may have been', () => {
    const { budget, ask, send } = setUp({ caps: { costUsd: 1 } });
    budget.settle(send(), null, false);
    expect(ask()).toEqual({ kind: 'ok' });
    budget.settle(send(), null, true);
    expect(ask()).toMatchObject({ kind: 'spent' });
  });

  it('goes on from what earlier sessions spent', () => {
    const { budget, ask } = setUp();
    budget.open({ id: 1, costUsd: 9.5, requests: 40, caps: { costUsd: 10 }, price: () => 1 });
    expect(ask()).toMatchObject({ kind: 'spent' });
  });

  it('stops at what is known to be spent where prices are not known', () => {
    const { budget, ask, send } = setUp({ caps: { costUsd: 1 }, price: null });
    const sent = [send(), send(), send()];
    expect(ask()).toEqual({ kind: 'ok' });
    sent.forEach((attempt) => budget.settle(attempt, 0.4, true));
    expect(ask()).toMatchObject({ kind: 'spent' });
  });
});

describe('a cap on requests', () => {
  it('counts each that is sent, whatever becomes of it', () => {
    const { budget, ask, send } = setUp({ caps: { requests: 3 } });
    budget.settle(send(), null, false);
    send();
    expect(ask()).toEqual({ kind: 'ok' });
    send();
    expect(ask()).toEqual({
      kind: 'spent',
      sentence: 'This run has reached its cap of 3 requests. Raise the cap, then continue.',
    });
  });
});

describe('a day', () => {
  it('has a cap over all runs, and begins anew at midnight', () => {
    const { budget, ask, send, later } = setUp({ dayCaps: { costUsd: 3 } });
    budget.restore({ costUsd: 2, requests: 7, keys: [] });
    expect(ask()).toEqual({ kind: 'ok' });
    const late = send();
    expect(ask()).toEqual({ kind: 'wait' });
    budget.settle(late, 1, true);
    expect(ask()).toMatchObject({
      kind: 'spent',
      sentence: expect.stringContaining('continue tomorrow') as string,
    });
    later(12 * HOUR);
    expect(ask()).toEqual({ kind: 'ok' });
  });

  it('is told what is in flight over midnight by its own account', () => {
    const { budget, ask, send, later } = setUp({ dayCaps: { costUsd: 2 } });
    const [first, second] = [send(), send()];
    later(12 * HOUR);
    expect(ask()).toEqual({ kind: 'ok' });
    budget.settle(first, 1, true);
    budget.settle(second, 1, true);
    expect(ask()).toEqual({ kind: 'ok' });
  });

  it('takes a key out until midnight when its own cap is reached, and no other', () => {
    const { budget, ask, send } = setUp({ keyCap: 2 });
    budget.restore({ costUsd: 1, requests: 1, keys: [{ keyId: 'k', costUsd: 1 }] });
    const last = send();
    expect(ask('k')).toEqual({ kind: 'keyOut', until: NOON + 1000 });
    expect(ask('l')).toEqual({ kind: 'ok' });
    expect(ask(null)).toEqual({ kind: 'ok' });
    budget.settle(last, 1, true);
    expect(ask('k')).toEqual({ kind: 'keyOut', until: NOON + 12 * HOUR });
  });

  it('begins at the midnight of its zone, also where it has 23 or 25 hours', () => {
    const start = (iso: string, zone: string) => new Date(dayStart(Date.parse(iso), zone)).toISOString();
    expect(start('2026-11-21T12:00:00Z', 'UTC')).toBe('2026-11-21T00:00:00.000Z');
    expect(start('2026-11-21T00:00:00Z', 'UTC')).toBe('2026-11-21T00:00:00.000Z');
    expect(start('2026-03-29T21:30:00Z', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(start('2026-10-25T22:30:00Z', 'Europe/Berlin')).toBe('2026-10-24T22:00:00.000Z');
    expect(start('2026-11-21T03:00:00Z', 'America/Los_Angeles')).toBe('2026-11-20T08:00:00.000Z');
  });
});

it('never lets more be charged than the cap, whatever prices, outcomes and restarts come', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 20, noNaN: true }),
      fc.array(
        fc.record({
          what: fc.constantFrom('send', 'send', 'send', 'end', 'fail', 'restart'),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 200 },
      ),
      (cap, steps) => {
        const { budget, ask, send } = setUp({ caps: { costUsd: cap }, dayCaps: { costUsd: cap * 2 } });
        let charged = 0;
        let requests = 0;
        let inFlight: number[] = [];
        for (const { what, share } of steps) {
          if (what === 'send' && ask().kind === 'ok') {
            inFlight.push(send());
            requests += 1;
          }
          const ended = what === 'end' || what === 'fail' ? inFlight.shift() : undefined;
          if (ended !== undefined) {
            const cost = what === 'fail' ? null : share;
            charged += cost ?? 0;
            budget.settle(ended, cost, what === 'end');
          }
          if (what === 'restart') {
            // The provider may charge what was in flight; the journal knows what had ended.
            inFlight = [];
            budget.open({ id: 1, costUsd: charged, requests, caps: { costUsd: cap }, price: () => 1 });
          }
          expect(charged).toBeLessThanOrEqual(cap + 1e-6);
        }
      },
    ),
  );
});
