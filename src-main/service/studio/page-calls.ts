/** The program's router as a browser gets it: within its reach, without this machine's paths, with its files to download. */
import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { PayerScope } from '../../app/access/payer-scope';
import { isCapped, type TokenHolder } from '../../app/access/tokens';
import type { AppRouter } from '../../router';
import { type CappedApp, whyNotCapped } from './capped-calls';
import { CALL_HEADER, type CallScope, callIdOf } from './call-scope';
import type { Downloads } from './downloads';
import type { Told } from './hidden-paths';
import { spends, whyNot } from './reach';

export interface PageCallsOptions {
  readonly router: AppRouter;
  readonly scope: CallScope;
  readonly downloads: Downloads;
  readonly told: Told;
  readonly app: CappedApp;
  readonly payers: PayerScope;
  /** Of the login's token, as it is now. */
  holder(): TokenHolder;
}

export type PageCalls = RPCHandler<Record<never, never>>;

export function pageCalls(options: PageCallsOptions): PageCalls {
  const { router, scope, downloads, told, payers, holder } = options;
  /** Within the call, whoever goes on with it: a stream is read after its call has answered. */
  const within = (callId: string | null) => {
    const over = async (isDone: boolean): Promise<void> => {
      if (callId !== null) {
        await downloads.ended(callId, isDone);
      }
    };
    return {
      async answer(next: () => Promise<unknown>): Promise<unknown> {
        try {
          const output = await next();
          if (isStream(output)) {
            return this.stream(output);
          }
          await over(true);
          return told.value(output);
        } catch (error) {
          await over(false);
          throw toldError(error, told);
        }
      },
      stream(source: AsyncIterator<unknown>): AsyncIterableIterator<unknown> {
        return {
          async next() {
            try {
              const step = await scope.run(callId, () => payers.run(holder().id, () => source.next()));
              if (step.done === true) {
                await over(true);
              }
              return { ...step, value: told.value(step.value) };
            } catch (error) {
              await over(false);
              throw toldError(error, told);
            }
          },
          async return(value?: unknown) {
            await scope.run(callId, async () => source.return?.(value));
            await over(false);
            return { done: true, value };
          },
          [Symbol.asyncIterator]() {
            return this;
          },
        };
      },
    };
  };

  return new RPCHandler(router, {
    interceptors: [({ request, next }) => scope.run(callIdOf(request.headers[CALL_HEADER]), () => next())],
    clientInterceptors: [
      async ({ path, input, next }) => {
        const sentence = whyNot(path, input) ?? (await whyNotSpend(path, input, options));
        if (sentence !== null) {
          throw new ORPCError('BAD_INPUT', { message: sentence, defined: true });
        }
        return within(scope.current()).answer(() => payers.run(holder().id, () => next()));
      },
    ],
  });
}

/** Null: it may, or spends nothing. */
async function whyNotSpend(
  path: readonly string[],
  input: unknown,
  { app, holder }: Pick<PageCallsOptions, 'app' | 'holder'>,
): Promise<string | null> {
  const { id: payer, caps } = holder();
  return spends(path) && isCapped(caps) ? whyNotCapped(app, { call: path.join('.'), input, payer }) : null;
}

function isStream(output: unknown): output is AsyncIterator<unknown> {
  return (
    typeof output === 'object' &&
    output !== null &&
    Symbol.asyncIterator in output &&
    'next' in output &&
    typeof output.next === 'function'
  );
}

function toldError(error: unknown, told: Told): unknown {
  if (!(error instanceof ORPCError)) {
    return error;
  }
  const { code, message, defined, data } = error;
  return new ORPCError(code, {
    message: told.sentence(message),
    defined,
    data: told.value(data),
  });
}
