/** Which call of the page is being carried out, for what a call makes besides its answer: files to download. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Chosen by the page, which asks for the call's files by it. */
const CALL_ID = /^[\w-]{1,64}$/;
export const CALL_HEADER = 'x-brushfleet-call';

export interface CallScope {
  run<T>(callId: string | null, work: () => T): T;
  /** Of the call under way; null: it has none. */
  current(): string | null;
}

export function createCallScope(): CallScope {
  const storage = new AsyncLocalStorage<string | null>();
  return {
    run: (callId, work) => storage.run(callId, work),
    current: () => storage.getStore() ?? null,
  };
}

export function callIdOf(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && CALL_ID.test(header) ? header : null;
}
