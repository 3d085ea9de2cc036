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
  budget.open({ id: 1, costUsd: 0, maybeUsd: 0, requests: 0, caps: given.caps ?? {}, price });
  return {
    budget,
    later: (ms: number) => {
      wall += ms;
    },
    ask: () => budget.mayLease(1, MODEL),
    askKey: (keyId = 'k') => budget.keyRoom(1, keyId, MODEL),
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
        'This run has reached its cap of $2.50: $2.20 is spent, and one more request could exceed it. Raise the cap, then resume the run.',
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
    const before = { id: 1, requests: 40, caps: { costUsd: 10 }, price: () => 1 };
    budget.open({ ...before, costUsd: 9.5, maybeUsd: 0 });
    expect(ask()).toMatchObject({ kind: 'spent' });
    budget.open({ ...before, costUsd: 2, maybeUsd: 7.5 });
    expect(ask()).toEqual({
      kind: 'spent',
      sentence:
        'This run has reached its cap of $10.00: $2.00 is spent, $7.50 may have been charged for requests of unknown cost, and one more request could exceed it. Raise the cap, then resume the run.',
    });
  });

  it('bars a model whose price is not known, and says what to do', () => {
    const told = (cap: string) => ({
      kind: 'spent',
      sentence: expect.stringContaining(
        `The price of ${MODEL.model} is not known, so ${cap} cannot be enforced`,
      ),
    });
    expect(setUp({ caps: { costUsd: 1 }, price: null }).ask()).toEqual(told('the cost cap of this run'));
    expect(setUp({ dayCaps: { costUsd: 1 }, price: null }).ask()).toEqual(told('the daily cost cap'));
    const ofKey = setUp({ keyCap: 1, price: null });
    expect(ofKey.ask()).toEqual({ kind: 'ok' });
    expect(ofKey.budget.hasPrice(1, MODEL)).toBe(false);
    expect(setUp().budget.hasPrice(1, MODEL)).toBe(true);
    expect(ofKey.askKey()).toEqual({ kind: 'held' });
    // A price of nothing is one.
    expect(setUp({ caps: { costUsd: 1 }, price: 0 }).ask()).toEqual({ kind: 'ok' });
    expect(setUp({ caps: { requests: 1 }, price: null }).ask()).toEqual({ kind: 'ok' });
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
      sentence: 'This run has reached its cap of 3 requests. Raise the cap, then resume the run.',
    });
  });
});

describe('a day', () => {
  it('has a cap over all runs, and begins anew at midnight', () => {
    const { budget, ask, send, later } = setUp({ dayCaps: { costUsd: 3 } });
    budget.restore({ costUsd: 0.5, maybeUsd: 1.5, requests: 7, keys: [] });
    expect(ask()).toEqual({ kind: 'ok' });
    const late = send();
    expect(ask()).toEqual({ kind: 'wait' });
    budget.settle(late, 1, true);
    expect(ask()).toMatchObject({
      kind: 'spent',
      sentence: expect.stringContaining('resume tomorrow') as string,
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
    const { budget, ask, askKey, send } = setUp({ keyCap: 2 });
    budget.restore({
      costUsd: 1,
      maybeUsd: 0,
      requests: 1,
      keys: [{ keyId: 'k', costUsd: 0.5, maybeUsd: 0.5 }],
    });
    const last = send();
    expect(askKey('k')).toEqual({ kind: 'held' });
    expect(askKey('l')).toEqual({ kind: 'free' });
    expect(ask()).toEqual({ kind: 'ok' });
    budget.settle(last, 1, true);
    expect(askKey('k')).toEqual({ kind: 'out', until: NOON + 12 * HOUR });
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

/** One step of two runs with two keys; shares are of a request's highest price. */
const step = fc.record({
  // Seldom enough that a session comes near its caps before it ends.
  what: fc.oneof(
    { weight: 30, arbitrary: fc.constant('send' as const) },
    { weight: 20, arbitrary: fc.constant('end' as const) },
    { weight: 3, arbitrary: fc.constantFrom('refuse' as const, 'break' as const) },
    { weight: 2, arbitrary: fc.constantFrom('midnight' as const, 'crash' as const, 'crash' as const) },
  ),
  runId: fc.constantFrom(1, 2),
  keyId: fc.constantFrom('k', 'l'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

interface Sent {
  readonly attemptId: number;
  readonly accounts: readonly Ledger[];
  readonly highest: number;
}

/** `charged`: by the provider; `journalled`: what of it is known; `maybe`: the prices of what nobody knows the cost of. */
class Ledger {
  charged = 0;
  journalled = 0;
  maybe = 0;
  requests = 0;

  get spent(): { readonly costUsd: number; readonly maybeUsd: number } {
    return { costUsd: this.journalled, maybeUsd: this.maybe };
  }
}

/** The provider, the journal and the budget beside each other. */
class Ledgers {
  wall = NOON;
  readonly #caps: { readonly run: number; readonly day: number; readonly key: number };
  readonly #prices: Readonly<Record<number, number>>;
  readonly #runs = new Map([1, 2].map((id) => [id, new Ledger()] as const));
  #day = new Ledger();
  #key = new Ledger();
  #budget: ReturnType<typeof createBudget>;
  #inFlight: Sent[] = [];
  #attempts = 0;

  constructor(caps: { run: number; day: number; key: number }, prices: readonly [number, number]) {
    this.#caps = caps;
    this.#prices = { 1: prices[0], 2: prices[1] };
    this.#budget = this.#start();
  }

  #start() {
    const { run, day, key } = this.#caps;
    const budget = createBudget({
      clock: { wallNow: () => this.wall },
      timeZone: 'UTC',
      dayCaps: () => ({ costUsd: day }),
      keyCap: (keyId) => (keyId === 'k' ? key : undefined),
    });
    const { spent, requests } = this.#day;
    budget.restore({ ...spent, requests, keys: [{ keyId: 'k', ...this.#key.spent }] });
    for (const [id, ledger] of this.#runs) {
      budget.open({
        id,
        ...ledger.spent,
        requests: ledger.requests,
        caps: { costUsd: run },
        price: () => this.#prices[id] ?? 0,
      });
    }
    return budget;
  }

  send(runId: number, keyId: string): void {
    const run = this.#runs.get(runId);
    const mayLeave =
      this.#budget.mayLease(runId, MODEL).kind === 'ok' &&
      this.#budget.keyRoom(runId, keyId, MODEL).kind === 'free';
    if (run === undefined || !mayLeave) {
      return;
    }
    this.#attempts += 1;
    this.#budget.reserve({ attemptId: this.#attempts, runId, keyId }, MODEL);
    const accounts = [run, this.#day, ...(keyId === 'k' ? [this.#key] : [])];
    accounts.forEach((account) => (account.requests += 1));
    this.#inFlight.push({ attemptId: this.#attempts, accounts, highest: this.#prices[runId] ?? 0 });
  }

  /** `end`: it costs a share of its price; `refuse`: nothing; `break`: as much, and nobody is told. */
  end(what: 'end' | 'refuse' | 'break', share: number): void {
    const sent = this.#inFlight.shift();
    if (sent === undefined) {
      return;
    }
    const usd = what === 'refuse' ? 0 : share * sent.highest;
    for (const account of sent.accounts) {
      account.charged += usd;
      account.journalled += what === 'end' ? usd : 0;
      account.maybe += what === 'break' ? sent.highest : 0;
    }
    this.#budget.settle(sent.attemptId, what === 'end' ? usd : null, what !== 'refuse');
  }

  midnight(): void {
    this.wall += 24 * HOUR;
    this.#day = new Ledger();
    this.#key = new Ledger();
  }

  crash(): void {
    for (const { accounts, highest } of this.#inFlight) {
      for (const account of accounts) {
        account.charged += highest;
        account.maybe += highest;
      }
    }
    this.#inFlight = [];
    this.#budget = this.#start();
  }

  /** How far the most overdrawn account is above its cap; not above 0. */
  overdrawn(): number {
    const { run, day, key } = this.#caps;
    return Math.max(
      ...[...this.#runs.values()].map(({ charged }) => charged - run),
      this.#day.charged - day,
      this.#key.charged - key,
    );
  }
}

it('never lets more be charged than a cap, however often a process dies', () => {
  // One cap at a time, under which few requests fit: that is where a mistake shows.
  const tight = fc.double({ min: 1, max: 4, noNaN: true });
  const caps = fc.oneof(
    tight.map((run) => ({ run, day: 1e6, key: 1e6 })),
    tight.map((day) => ({ run: 1e6, day, key: 1e6 })),
    tight.map((key) => ({ run: 1e6, day: 1e6, key })),
  );
  const price = fc.double({ min: 0.2, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      caps,
      fc.tuple(price, price),
      fc.array(step, { minLength: 80, maxLength: 160 }),
      (given, prices, steps) => {
        const ledgers = new Ledgers(given, prices);
        for (const { what, runId, keyId, share } of steps) {
          switch (what) {
            case 'send':
              ledgers.send(runId, keyId);
              break;
            case 'midnight':
              ledgers.midnight();
              break;
            case 'crash':
              ledgers.crash();
              break;
            case 'end':
            case 'refuse':
            case 'break':
              ledgers.end(what, share);
          }
          expect(ledgers.overdrawn()).toBeLessThanOrEqual(1e-6);
        }
      },
    ),
  );
});
