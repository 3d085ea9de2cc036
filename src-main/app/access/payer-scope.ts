/**
 * For whom a call is being carried out: what it starts counts against the caps of that token. It reaches as far as the
 * call itself; what goes on by itself afterwards (the scheduler, timers) is nobody's call.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface PayerScope {
  /** Until `work` has settled. */
  run<T>(payer: string, work: () => Promise<T>): Promise<T>;
  /** As nobody's: what follows from something else than the call that happens to be under way. */
  outside<T>(work: () => T): T;
  /** Null: the user's own. */
  current(): string | null;
}

export function createPayerScope(): PayerScope {
  const storage = new AsyncLocalStorage<{ readonly payer: string; isOver: boolean }>();
  return {
    run: (payer, work) => {
      const call = { payer, isOver: false };
      return storage.run(call, work).finally(() => {
        call.isOver = true;
      });
    },
    outside: (work) => storage.exit(work),
    current() {
      const call = storage.getStore();
      return call === undefined || call.isOver ? null : call.payer;
    },
  };
}
