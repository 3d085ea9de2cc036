/**
 * What may still be spent: by a run over all its sessions, by all runs in one calendar day, and with one key in a day.
 * A request counts at its highest price from its lease on, and at what it really cost once that is known; so no cap is
 * passed by requests whose prices are known, however many are in flight.
 */
import type { Caps, ModelChoice } from '@shared/model/run';
import type { AttemptStart, Budget, Clock } from '../ports';
import { nextDailyReset } from '../pool/next-daily-reset';

/** Dollars are sums of floating-point numbers: two ways to the same sum may differ in the last digits. */
const ROUNDING_USD = 1e-9;
/** What is in flight with a key may use up its rest: it is looked at again after this, milliseconds. */
const KEY_LOOK_MS = 1000;
const DAY_MS = 86_400_000;

/** What a run has used in earlier sessions, and what it may use altogether. */
export interface RunAccount {
  readonly id: number;
  readonly costUsd: number;
  readonly requests: number;
  readonly caps: Caps;
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice): number | null;
}

/** What was sent since the day began. */
export interface DayAccount {
  readonly costUsd: number;
  readonly requests: number;
  readonly keys: readonly { readonly keyId: string; readonly costUsd: number }[];
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
  /** Of requests in flight. */
  reservedUsd: number;
  requests: number;
}

interface Reservation {
  readonly usd: number;
  readonly accounts: readonly Account[];
}

type OpenRun = Account & { caps: Caps; readonly price: RunAccount['price'] };
/** Whether one more request fits: now, perhaps when what is in flight has ended, or not. */
type Fit = 'ok' | 'wait' | 'spent';

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

  function priceOf(runId: number, model: ModelChoice): number {
    return runs.get(runId)?.price(model) ?? 0;
  }

  function mayLease(runId: number, keyId: string | null, model: ModelChoice): ReturnType<Budget['mayLease']> {
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
    if (ofRun === 'wait' || ofDay === 'wait') {
      return { kind: 'wait' };
    }
    return keyId === null ? { kind: 'ok' } : ofKey(keyId, price);
  }

  function ofKey(keyId: string, price: number): ReturnType<Budget['mayLease']> {
    const costUsd = keyCap(keyId);
    switch (costUsd === undefined ? 'ok' : fit(keyAccount(keyId), { costUsd }, price)) {
      case 'ok':
        return { kind: 'ok' };
      case 'wait':
        return { kind: 'keyOut', until: Math.min(dayEndsAt, clock.wallNow() + KEY_LOOK_MS) };
      case 'spent':
        return { kind: 'keyOut', until: dayEndsAt };
    }
  }

  return {
    mayLease,
    reserve({ attemptId, runId, keyId }: Pick<AttemptStart, 'attemptId' | 'runId' | 'keyId'>, model) {
      turnDay();
      const run = runs.get(runId);
      const accounts = [
        ...(run === undefined ? [] : [run]),
        day,
        ...(keyId === null ? [] : [keyAccount(keyId)]),
      ];
      const usd = priceOf(runId, model);
      for (const account of accounts) {
        account.reservedUsd += usd;
        account.requests += 1;
      }
      reservations.set(attemptId, { usd, accounts });
    },
    settle(attemptId, costUsd, charged) {
      const reserved = reservations.get(attemptId);
      reservations.delete(attemptId);
      // What may have been charged without anybody knowing how much counts at its price.
      const spent = costUsd ?? (charged ? (reserved?.usd ?? 0) : 0);
      for (const account of reserved?.accounts ?? []) {
        account.reservedUsd -= reserved?.usd ?? 0;
        account.spentUsd += spent;
      }
    },
    restore(today) {
      day = { spentUsd: today.costUsd, reservedUsd: 0, requests: today.requests };
      keys = new Map(
        today.keys.map(({ keyId, costUsd }) => [keyId, { ...emptyAccount(), spentUsd: costUsd }] as const),
      );
    },
    open({ id, costUsd, requests, caps, price }) {
      runs.set(id, { spentUsd: costUsd, reservedUsd: 0, requests, caps, price });
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

function emptyAccount(): Account {
  return { spentUsd: 0, reservedUsd: 0, requests: 0 };
}

function fit({ spentUsd, reservedUsd, requests }: Account, caps: Caps, price: number): Fit {
  if (caps.requests !== undefined && requests >= caps.requests) {
    return 'spent';
  }
  if (caps.costUsd === undefined) {
    return 'ok';
  }
  const cap = caps.costUsd + ROUNDING_USD;
  if (spentUsd >= caps.costUsd - ROUNDING_USD || spentUsd + price > cap) {
    return 'spent';
  }
  return spentUsd + reservedUsd + price > cap ? 'wait' : 'ok';
}

function runSentence(run: OpenRun): string {
  return `${capSentence('This run', run, run.caps)} Raise the cap, then continue.`;
}

function daySentence(day: Account, caps: Caps): string {
  return `${capSentence('Today', day, caps)} Raise the cap of a day in Settings, or continue tomorrow.`;
}

function capSentence(who: string, { spentUsd, requests }: Account, caps: Caps): string {
  if (caps.requests !== undefined && requests >= caps.requests) {
    const cap = caps.requests === 1 ? 'one request' : `${caps.requests} requests`;
    return `${who} has reached its cap of ${cap}.`;
  }
  return `${who} has reached its cap of ${dollars(caps.costUsd ?? 0)}: ${dollars(spentUsd)} is spent, and one more request may pass it.`;
}

function dollars(usd: number): string {
  return `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(2))}`;
}
