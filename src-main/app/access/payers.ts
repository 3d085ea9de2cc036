/**
 * Tokens pay for what they start: a run has one payer, written down with it, and everything it ever sends counts against
 * that token's caps beside the run's own, those of the day and of the key. What was spent is in the journal.
 */
import type { Caps, ModelChoice, Recipe } from '@shared/model/run';
import { unpricedSentence } from '../../engine/pool/unpriced-sentence';
import { capSentence, fit, type RunAccount, type Spending } from '../../engine/runs/budget';
import type { NewRun, Store, StoredRun } from '../../store/store';
import { runAccount } from '../runs/run-account';
import { createPayerScope, type PayerScope } from './payer-scope';

export interface Payer {
  readonly name: string;
  readonly caps: Caps;
  /** Requests in flight at most, whichever way they came. */
  readonly concurrency?: number | undefined;
}

export interface PayersOptions {
  /** Null: the token was revoked, and bounds nothing any more. */
  payer(tokenId: string): Payer | null;
  /** Whose session this run is; null: it is none of a token. */
  sessionOf(runId: number): string | null;
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice, recipe: Recipe): number | null;
}

export interface Payers {
  readonly scope: PayerScope;
  /** The store, whose new runs have the payer of the call that makes them. */
  noting(store: Store): Store;
  /** The budget, which heeds the payers' caps and bounds, too. */
  over(budget: Spending): Spending;
  /** What was spent by earlier processes. Once, before anything is sent. */
  load(store: Pick<Store, 'runs'>): Promise<void>;
}

interface Account {
  spentUsd: number;
  /** What may have been charged without anybody knowing how much, at its price. */
  maybeUsd: number;
  /** Of requests in flight. */
  reservedUsd: number;
  requests: number;
  inFlight: number;
}

interface Reservation {
  readonly account: Account;
  readonly usd: number;
}

const REVOKED =
  'The token that started this run was revoked meanwhile: resume the run if it is still wanted.';

export function createPayers({ payer, sessionOf, price }: PayersOptions): Payers {
  const scope = createPayerScope();
  const byRun = new Map<number, string>();
  const accounts = new Map<string, Account>();
  const prices = new Map<number, RunAccount['price']>();
  const reservations = new Map<number, Reservation>();
  /** Runs that a call was about to start when its token was revoked. */
  const barred = new Set<number>();

  const payerOf = (runId: number): string | null => byRun.get(runId) ?? sessionOf(runId);

  function accountOf(tokenId: string): Account {
    const known = accounts.get(tokenId) ?? {
      spentUsd: 0,
      maybeUsd: 0,
      reservedUsd: 0,
      requests: 0,
      inFlight: 0,
    };
    accounts.set(tokenId, known);
    return known;
  }

  function note({ id, options }: Pick<StoredRun, 'id' | 'options'>): void {
    if (options.payer !== undefined) {
      byRun.set(id, options.payer);
    }
  }

  /** Null: its payer has nothing against it. */
  function objection(runId: number, model: ModelChoice): ReturnType<Spending['mayLease']> | null {
    if (barred.has(runId)) {
      return { kind: 'spent', sentence: REVOKED };
    }
    const tokenId = payerOf(runId);
    const who = tokenId === null ? null : payer(tokenId);
    if (tokenId === null || who === null) {
      return null;
    }
    const account = accountOf(tokenId);
    switch (fit(account, who.caps, prices.get(runId)?.(model) ?? null)) {
      case 'ok':
        return account.inFlight >= (who.concurrency ?? Number.POSITIVE_INFINITY) ? { kind: 'wait' } : null;
      case 'wait':
        return { kind: 'wait' };
      case 'unpriced':
        return {
          kind: 'spent',
          sentence: `${unpricedSentence(model, `the cost cap of the token "${who.name}"`)} Then resume the run.`,
        };
      case 'spent': {
        const sentence = capSentence(
          (cap) => `The token "${who.name}" has reached its cap of ${cap}`,
          account,
          who.caps,
        );
        return {
          kind: 'spent',
          sentence: `${sentence} Raise the cap in Settings under Service (or with brushfleet tokens set), then resume the run.`,
        };
      }
    }
  }

  function over(budget: Spending): Spending {
    return {
      ...budget,
      open(run) {
        prices.set(run.id, run.price);
        const tokenId = payerOf(run.id);
        if (tokenId !== null && payer(tokenId) === null && scope.current() === tokenId) {
          barred.add(run.id);
        }
        budget.open(run);
      },
      close(runId) {
        prices.delete(runId);
        barred.delete(runId);
        budget.close(runId);
      },
      mayLease: (runId, model) => objection(runId, model) ?? budget.mayLease(runId, model),
      reserve(attempt, model) {
        const tokenId = payerOf(attempt.runId);
        if (tokenId !== null) {
          const account = accountOf(tokenId);
          const usd = prices.get(attempt.runId)?.(model) ?? 0;
          account.reservedUsd += usd;
          account.requests += 1;
          account.inFlight += 1;
          reservations.set(attempt.attemptId, { account, usd });
        }
        return budget.reserve(attempt, model);
      },
      settle(attemptId, costUsd, charged) {
        const reserved = reservations.get(attemptId);
        reservations.delete(attemptId);
        if (reserved !== undefined) {
          reserved.account.reservedUsd -= reserved.usd;
          reserved.account.inFlight -= 1;
          reserved.account.spentUsd += costUsd ?? 0;
          reserved.account.maybeUsd += costUsd === null && charged ? reserved.usd : 0;
        }
        budget.settle(attemptId, costUsd, charged);
      },
    };
  }

  return {
    scope,
    over,
    noting: (store) => ({
      ...store,
      async createRun(given) {
        const made = await store.createRun(paidBy(scope.current(), given));
        note(made);
        return made;
      },
    }),
    async load(store) {
      for (const run of await store.runs()) {
        note(run);
        const tokenId = payerOf(run.id);
        if (tokenId !== null) {
          const account = accountOf(tokenId);
          const { costUsd, maybeUsd } = runAccount(run, price);
          account.spentUsd += costUsd;
          account.maybeUsd += maybeUsd;
          account.requests += run.requests;
        }
      }
    },
  };
}

/** A session says itself who pays: whoever happens to ask first has opened it for all. */
function paidBy(payer: string | null, given: NewRun): NewRun {
  return payer === null || given.origin === 'session'
    ? given
    : { ...given, options: { ...given.options, payer } };
}
