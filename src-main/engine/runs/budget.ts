/**
 * What may still be spent: by a run over all its sessions, by all runs in one calendar day, and with one key in a day.
 * A request counts at its highest price from its lease on, and at what it really cost once that is known; so no cap is
 * passed, however many are in flight. Under a cost cap a model without a known price is never sent, not even to a relay
 * that reports its charges: the report comes when everything in flight is already charged.
 */
import type { Caps, ModelChoice } from '@shared/model/run';
import type { AttemptStart, Budget, Clock, KeyRoom } from '../ports';
import { nextDailyReset } from '../pool/next-daily-reset';
import { unpricedSentence } from '../pool/unpriced-sentence';

/** Dollars are sums of floating-point numbers: two ways to the same sum may differ in the last digits. */
const ROUNDING_USD = 1e-9;
const DAY_MS = 86_400_000;

/** What a run has used in earlier sessions, and what it may use altogether. */
export interface RunAccount {
  readonly id: number;
  readonly costUsd: number;
  /** What may have been charged beside it, at its price. */
  readonly maybeUsd: number;
  readonly requests: number;
  readonly caps: Caps;
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice): number | null;
}

/** What was spent, and what may have been charged beside it, at its price. */
interface SpentBefore {
  readonly costUsd: number;
  readonly maybeUsd: number;
}

/** What was sent since the day began. */
export interface DayAccount extends SpentBefore {
  readonly requests: number;
  readonly keys: readonly (SpentBefore & { readonly keyId: string })[];
}

export interface BudgetOptions {
  readonly clock: Pick<Clock, 'wallNow'>;
  /** IANA name: whose midnight begins a day. */
  readonly timeZone: string;
  dayCaps(): Caps;
  /** US dollars a day; undefined: no cap. */
  keyCap(keyId: string): number | undefined;
}

export interface Spending extends Budget {
  /** Once, before anything is sent: what earlier sessions of today have spent. */
  restore(today: DayAccount): void;
  open(run: RunAccount): void;
  setCaps(runId: number, caps: Caps): void;
  close(runId: number): void;
}

interface Account {
  spentUsd: number;
  /** What may have been charged without anybody knowing how much, at its price. */
  maybeUsd: number;
  /** Of requests in flight. */
  reservedUsd: number;
  requests: number;
}

interface Reservation {
  readonly usd: number;
  readonly accounts: readonly Account[];
}

type OpenRun = Account & { caps: Caps; readonly price: RunAccount['price'] };
/** Whether one more request fits: now, perhaps when what is in flight has ended, or not; or that nobody can tell. */
type Fit = 'ok' | 'wait' | 'spent' | 'unpriced';

/** When the calendar day of this moment began. */
export function dayStart(wall: number, timeZone: string): number {
  // Days with a change to or from summer time have 23 or 25 hours: from two days back the midnights are walked.
  let start = nextDailyReset(wall - 2 * DAY_MS, timeZone);
  for (let next = start; next <= wall; next = nextDailyReset(next, timeZone)) {
    start = next;
  }
  return start;
}

export function createBudget({ clock, timeZone, dayCaps, keyCap }: BudgetOptions): Spending {
  const runs = new Map<number, OpenRun>();
  const reservations = new Map<number, Reservation>();
  let keys = new Map<string, Account>();
  let day = emptyAccount();
  let dayEndsAt = nextDailyReset(clock.wallNow(), timeZone);

  /** A new day starts from nothing; what is in flight belongs to the day it was sent on. */
  function turnDay(): void {
    const wall = clock.wallNow();
    if (wall >= dayEndsAt) {
      day = emptyAccount();
      keys = new Map();
      dayEndsAt = nextDailyReset(wall, timeZone);
    }
  }

  function keyAccount(keyId: string): Account {
    const known = keys.get(keyId) ?? emptyAccount();
    keys.set(keyId, known);
    return known;
  }

  function priceOf(runId: number, model: ModelChoice): number | null {
    return runs.get(runId)?.price(model) ?? null;
  }

  function mayLease(runId: number, model: ModelChoice): ReturnType<Budget['mayLease']> {
    turnDay();
    const run = runs.get(runId);
    if (run === undefined) {
      return { kind: 'ok' };
    }
    const price = priceOf(runId, model);
    const ofRun = fit(run, run.caps, price);
    const ofDay = fit(day, dayCaps(), price);
    if (ofRun === 'spent') {
      return { kind: 'spent', sentence: runSentence(run) };
    }
    if (ofDay === 'spent') {
      return { kind: 'spent', sentence: daySentence(day, dayCaps()) };
    }
    if (ofRun === 'unpriced' || ofDay === 'unpriced') {
      return unpriced(model, ofRun === 'unpriced' ? 'the cost cap of this run' : 'the daily cost cap');
    }
    return ofRun === 'wait' || ofDay === 'wait' ? { kind: 'wait' } : { kind: 'ok' };
  }

  function keyRoom(runId: number, keyId: string, model: ModelChoice): KeyRoom {
    turnDay();
    const costUsd = keyCap(keyId);
    if (costUsd === undefined || !runs.has(runId)) {
      return { kind: 'free' };
    }
    switch (fit(keyAccount(keyId), { costUsd }, priceOf(runId, model))) {
      case 'ok':
        return { kind: 'free' };
      case 'wait':
      // The pool does not choose it for what has no price.
      case 'unpriced':
        return { kind: 'held' };
      case 'spent':
        return { kind: 'out', until: dayEndsAt };
    }
  }

  return {
    mayLease,
    keyRoom,
    hasPrice: (runId, model) => !runs.has(runId) || priceOf(runId, model) !== null,
    reserve({ attemptId, runId, keyId }: Pick<AttemptStart, 'attemptId' | 'runId' | 'keyId'>, model) {
      turnDay();
      const run = runs.get(runId);
      const accounts = [
        ...(run === undefined ? [] : [run]),
        day,
        ...(keyId === null ? [] : [keyAccount(keyId)]),
      ];
      const price = priceOf(runId, model);
      const usd = price ?? 0;
      for (const account of accounts) {
        account.reservedUsd += usd;
        account.requests += 1;
      }
      reservations.set(attemptId, { usd, accounts });
      return price;
    },
    settle(attemptId, costUsd, charged) {
      const reserved = reservations.get(attemptId);
      reservations.delete(attemptId);
      const price = reserved?.usd ?? 0;
      for (const account of reserved?.accounts ?? []) {
        account.reservedUsd -= price;
        account.spentUsd += costUsd ?? 0;
        account.maybeUsd += costUsd === null && charged ? price : 0;
      }
    },
    restore(today) {
      day = accountOf(today, today.requests);
      keys = new Map(today.keys.map((key) => [key.keyId, accountOf(key, 0)] as const));
    },
    open(run) {
      runs.set(run.id, { ...accountOf(run, run.requests), caps: run.caps, price: run.price });
    },
    setCaps(runId, caps) {
      const run = runs.get(runId);
      if (run !== undefined) {
        run.caps = caps;
      }
    },
    close: (runId) => void runs.delete(runId),
  };
}

function accountOf({ costUsd, maybeUsd }: SpentBefore, requests: number): Account {
  return { spentUsd: costUsd, maybeUsd, reservedUsd: 0, requests };
}

function emptyAccount(): Account {
  return accountOf({ costUsd: 0, maybeUsd: 0 }, 0);
}

export function fit(
  { spentUsd, maybeUsd, reservedUsd, requests }: Account,
  caps: Caps,
  price: number | null,
): Fit {
  if (caps.requests !== undefined && requests >= caps.requests) {
    return 'spent';
  }
  if (caps.costUsd === undefined) {
    return 'ok';
  }
  if (price === null) {
    return 'unpriced';
  }
  const cap = caps.costUsd + ROUNDING_USD;
  const usedUsd = spentUsd + maybeUsd;
  if (usedUsd >= caps.costUsd - ROUNDING_USD || usedUsd + price > cap) {
    return 'spent';
  }
  return usedUsd + reservedUsd + price > cap ? 'wait' : 'ok';
}

const unpriced = (model: ModelChoice, cap: string) =>
  ({ kind: 'spent', sentence: `${unpricedSentence(model, cap)} Then resume the run.` }) as const;

function runSentence(run: OpenRun): string {
  const sentence = capSentence((cap) => `This run has reached its cap of ${cap}`, run, run.caps);
  return `${sentence} Raise the cap, then resume the run.`;
}

function daySentence(day: Account, caps: Caps): string {
  const sentence = capSentence((cap) => `Today’s cap of ${cap} is reached`, day, caps);
  return `${sentence} Raise the daily cap in Settings, or resume tomorrow.`;
}

/** Which of the caps is reached. `reached`: begins the sentence that says so. */
export function capSentence(
  reached: (cap: string) => string,
  { spentUsd, maybeUsd, requests }: Account,
  caps: Caps,
): string {
  if (caps.requests !== undefined && requests >= caps.requests) {
    const cap = caps.requests === 1 ? 'one request' : `${caps.requests} requests`;
    return `${reached(cap)}.`;
  }
  const maybe =
    maybeUsd > 0 ? `, ${dollars(maybeUsd)} may have been charged for requests of unknown cost` : '';
  return `${reached(dollars(caps.costUsd ?? 0))}: ${dollars(spentUsd)} is spent${maybe}, and one more request could exceed it.`;
}

function dollars(usd: number): string {
  return `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(2))}`;
}
