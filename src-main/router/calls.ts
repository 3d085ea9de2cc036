/** The contract's calls, ready for their handlers: whatever a handler throws leaves as data. */
import { implement, type ImplementerInternalWithMiddlewares, ORPCError } from '@orpc/server';
import { type Contract, contract } from '@shared/contract';
import type { App } from '../app';
import { DatasetError } from '../datasets/dataset-source';
import { Refusal } from '../refusal';
import { VaultClosed } from '../vault/vault';
import { inputSentence } from './input-sentence';

/** Written out: what the compiler infers is too long for it to write down. */
export type Calls = ImplementerInternalWithMiddlewares<Contract, Record<never, never>, Record<never, never>>;

export function createCalls(app: App): Calls {
  return implement(contract).use(async ({ next }) => {
    try {
      const answer = await next();
      return isStream(answer.output) ? { ...answer, output: withRefusals(app, answer.output) } : answer;
    } catch (error) {
      throw refusalOf(error, app);
    }
  });
}

/** A stream is refused with the same data once it is under way: the rule above ends when it begins. */
export async function* withRefusals<T, R>(
  app: Pick<App, 'log'>,
  stream: AsyncGenerator<T, R>,
): AsyncGenerator<T, R> {
  try {
    return yield* stream;
  } catch (error) {
    throw refusalOf(error, app);
  }
}

function isStream(output: unknown): output is AsyncGenerator<unknown> {
  return (
    typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'return' in output
  );
}

/** Refusals cross as data; anything else is a bug: the page learns only that, the log learns all. */
export function refusalOf(error: unknown, app: Pick<App, 'log'>): unknown {
  if (error instanceof Refusal) {
    return new ORPCError(error.code, {
      message: error.message,
      defined: true,
      ...(error.code === 'BAD_INPUT'
        ? { data: error.field === undefined ? undefined : { field: error.field } }
        : {}),
    });
  }
  if (error instanceof DatasetError) {
    return new ORPCError('BAD_INPUT', { message: error.message, defined: true });
  }
  if (error instanceof VaultClosed) {
    return new ORPCError('VAULT', { message: error.message, defined: true, data: error.status });
  }
  if (error instanceof ORPCError) {
    const told = inputSentence(error.cause);
    return told === null
      ? error
      : new ORPCError('BAD_INPUT', { message: told.message, defined: true, data: { field: told.field } });
  }
  app.log.error('router', error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'Something went wrong inside Brushfleet; the log has it.',
  });
}
