/** A budget, and beside it what a provider really charges, in the worst case: what may have been charged was. */
import type { Caps } from '@shared/model/run';
import type { AttemptEnd, Budget, Clock, Random } from '../../ports';
import type { MemoryJournal } from '../../testing/memory-journal';
import { createBudget } from '../budget';
import type { Scene } from './random-scene';

const DAY = 86_400_000;

export interface Ledger {
  readonly budget: Budget;
  /** Reserved or charged, US dollars, by `run 1`, `day 20778`, `k 20778`. */
  readonly charged: ReadonlyMap<string, number>;
  /** Reservations that nobody has settled. */
  readonly open: number;
}

interface Reserved {
  readonly accounts: readonly string[];
  readonly usd: number;
}

/** Null: the scene caps nothing. */
export function createLedger(
  { spending, runs }: Scene,
  {
    clock,
    journal,
    random,
  }: { readonly clock: Clock; readonly journal: MemoryJournal; readonly random: Random },
): Ledger | null {
  if (spending === null) {
    return null;
  }
  const charged = new Map<string, number>();
  const reserved = new Map<number, Reserved>();
  const prices: Readonly<Record<string, number | null>> = spending.prices;
  const caps: Caps = {
    ...(spending.run === 0 ? {} : { costUsd: spending.run }),
    ...(spending.requests === 0 ? {} : { requests: spending.requests }),
  };
  const real = createBudget({
    clock,
    timeZone: 'UTC',
    dayCaps: () => (spending.day === 0 ? {} : { costUsd: spending.day }),
    keyCap: () => spending.key || undefined,
  });
  for (const [at] of runs.entries()) {
    const price = ({ model }: { readonly model: string }): number | null => prices[model] ?? null;
    real.open({ id: at + 1, costUsd: 0, maybeUsd: 0, requests: 0, caps, price });
  }

  function note({ accounts }: Reserved, usd: number): void {
    for (const account of accounts) {
      charged.set(account, (charged.get(account) ?? 0) + usd);
    }
  }

  const budget: Budget = {
    ...real,
    mayLease: (runId, model) =>
      spending.inFlight > 0 && reserved.size >= spending.inFlight
        ? { kind: 'wait' }
        : real.mayLease(runId, model),
    reserve(attempt, model) {
      const usd = real.reserve(attempt, model);
      const day = Math.floor(clock.wallNow() / DAY);
      const one = {
        accounts: [`run ${attempt.runId}`, `day ${day}`, `${attempt.keyId} ${day}`],
        usd: usd ?? 0,
      };
      reserved.set(attempt.attemptId, one);
      note(one, one.usd);
      return usd;
    },
  };
  const { ended } = journal;
  journal.ended = async (end) => {
    await ended(end);
    const one = reserved.get(end.attemptId);
    if (one !== undefined) {
      reserved.delete(end.attemptId);
      const costUsd = costOf(end, random() * one.usd);
      note(one, (costUsd ?? one.usd) - one.usd);
      real.settle(end.attemptId, costUsd, true);
    }
  };
  return {
    budget,
    charged,
    get open() {
      return reserved.size;
    },
  };
}

/** Null: nobody knows. */
function costOf({ outcome }: AttemptEnd, usd: number): number | null {
  switch (outcome.kind) {
    case 'done':
    case 'text':
      return usd;
    case 'lost':
      return null;
    case 'failed':
      return outcome.failure.bodySent === true ? null : 0;
  }
}
