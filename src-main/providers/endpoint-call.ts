/** What both adapters do around an SDK operation: address, deadline, one request, and the outcomes they share. */
import type { Endpoint, TestReport } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { RateFacts } from '../engine/ports';
import type { CallContext, ImageAnswer, InputImage } from './adapter';
import type { Exchange } from './exchange';
import {
  type Asked,
  hiddenFailure,
  malformedFailure,
  oneLine,
  type Rules,
  statusFailure,
} from './http-failure';
import { rateFactsIn } from './rate-facts';
import type { CallEnd, CallOptions, Wire } from './wire';

/** A test call lists models, which takes no endpoint longer than this. */
const MAX_TEST_MS = 30_000;
const MAX_ACCOUNT = 200;

export interface ProviderCall {
  readonly wire: Wire;
  readonly context: CallContext;
  /** Null: the base URL is unusable. */
  readonly baseUrl: string | null;
  readonly keyHeader: CallOptions['keyHeader'];
  readonly rules: Rules;
  readonly inputs: readonly InputImage[];
  /** As `CallOptions` has them. */
  readonly isText?: boolean;
  readonly onEvent?: (data: string) => void;
  /** Loads and builds what the operation needs; the operation is what `Wire.call` takes. */
  prepare(baseUrl: string): Promise<() => Promise<unknown>>;
}

export type Answered =
  | { readonly kind: 'answer'; readonly exchange: Exchange; readonly asked: Asked }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly facts?: RateFacts };

/** One request and its answer, or the named failure. Never rejects. */
export async function answered(call: ProviderCall, timeoutMs: number): Promise<Answered> {
  const { context, baseUrl } = call;
  if (baseUrl === null) {
    return { kind: 'failed', failure: unusableBase(context.endpoint) };
  }
  const asked: Asked = { secret: context.secret, host: new URL(baseUrl).host };
  let operation: () => Promise<unknown>;
  try {
    operation = await call.prepare(baseUrl);
  } catch (error) {
    return judged({ kind: 'refused', error }, asked, call.rules);
  }
  return judged(await call.wire.call({ ...call, timeoutMs }, operation), asked, call.rules);
}

export function unusableBase({ name }: Endpoint): Failure {
  const message = `The base URL of “${name}” is not an http or https address; correct it under Endpoints.`;
  return { kind: 'network', message, bodySent: false };
}

function judged(end: CallEnd, asked: Asked, rules: Rules): Answered {
  switch (end.kind) {
    case 'failed':
      return end;
    case 'refused': {
      const text = end.error instanceof Error ? end.error.message : 'unknown reason';
      const message = `The request could not be built: ${oneLine(text, asked.secret)}`;
      return { kind: 'failed', failure: { kind: 'bad_request', message, bodySent: false } };
    }
    case 'answered': {
      const { exchange } = end;
      const isSuccess = exchange.status >= 200 && exchange.status < 300;
      const failure = isSuccess
        ? hiddenFailure(exchange, asked, rules)
        : statusFailure(exchange, asked, rules);
      return failure === null
        ? { kind: 'answer', exchange, asked }
        : { kind: 'failed', failure, ...factsOf(exchange) };
    }
  }
}

/** What the answer tells of the limits it was counted against. */
export function factsOf({ headers }: Exchange): { readonly facts?: RateFacts } {
  const facts = rateFactsIn(headers, Date.now());
  return facts === undefined ? {} : { facts };
}

/** Nothing is sent for an input the protocol cannot carry. */
export function badInput(message: string): Extract<ImageAnswer, { kind: 'failed' }> {
  return { kind: 'failed', failure: { kind: 'bad_input', message, bodySent: false } };
}

/**
 * Lists models through `call` and says honestly what was found. `read` returns null when the answer is no list.
 * A missing list (404) is a failure: it may be a relay without one, or a wrong base URL, and nothing was shown to work.
 */
export async function testEndpoint(
  call: ProviderCall,
  read: (exchange: Exchange) => readonly string[] | null,
): Promise<TestReport> {
  const started = performance.now();
  const end = await answered(call, Math.min(call.context.endpoint.timeoutMs, MAX_TEST_MS));
  const latencyMs = Math.round(performance.now() - started);
  if (end.kind === 'failed') {
    return { kind: 'failed', latencyMs, failure: listFailure(end.failure) };
  }
  const models = read(end.exchange);
  if (models === null) {
    return { kind: 'failed', latencyMs, failure: malformedFailure(end.exchange, end.asked) };
  }
  const account = accountIn(end);
  return {
    kind: 'ok',
    latencyMs,
    models: [...models],
    detail: detailFor(models.length, end.asked),
    ...(account === undefined ? {} : { account }),
  };
}

/**
 * OpenAI names the organisation, whose projects share its limits; Google names no account where a call succeeds. Held
 * against other keys' to find those of one account.
 */
function accountIn({
  exchange: { headers },
  asked,
}: Extract<Answered, { kind: 'answer' }>): string | undefined {
  const name = headers.get('openai-organization')?.trim() || headers.get('openai-project')?.trim();
  // One that repeats the key names nothing.
  return name && oneLine(name, asked.secret) === name ? name.slice(0, MAX_ACCOUNT) : undefined;
}

function listFailure(failure: Failure): Failure {
  // Others of the kind say why themselves, such as a country that is not served.
  if (failure.kind !== 'no_model' || (failure.httpStatus !== 404 && failure.httpStatus !== 410)) {
    return failure;
  }
  const why = 'its base URL may be wrong, or it has no such list and only a run can show that it works';
  return { ...failure, message: `Reached, but it lists no models (${failure.httpStatus}): ${why}.` };
}

function detailFor(count: number, asked: Asked): string {
  if (count === 0) {
    return `Reached ${asked.host}, but it lists no models.`;
  }
  const models = count === 1 ? '1 model' : `${count} models`;
  return asked.secret === null
    ? `${asked.host} lists ${models}.`
    : `${asked.host} took the key and lists ${models}.`;
}
