/**
 * A stranger's regular expression may take for ever over a harmless text, and would hold up all that its thread does:
 * what may run into one is ended after a while.
 */
import { createContext, Script } from 'node:vm';

export type InTime<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'late' };

const CALL = new Script('check()');
let context: { check: (() => unknown) | null } | null = null;

export function withinTime<T>(timeoutMs: number, work: () => T): InTime<T> {
  let done: InTime<T> = { kind: 'late' };
  // Only what is called from a context can be ended; made once, for it takes longer than most of what it calls.
  context ??= createContext({ check: null }) as { check: (() => unknown) | null };
  context.check = () => {
    done = { kind: 'ok', value: work() };
  };
  try {
    CALL.runInContext(context as ReturnType<typeof createContext>, { timeout: timeoutMs });
    return done;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      return { kind: 'late' };
    }
    throw error;
  } finally {
    context.check = null;
  }
}
