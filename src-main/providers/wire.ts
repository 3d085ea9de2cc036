/**
 * The only place where a provider's request leaves. Both SDKs are given `wire.fetch`; what happened on the socket is
 * kept beside them, because they lose status, headers, body or cause on the way.
 *
 * SDK clients never hold a key: the header is written here, at the socket. So no client, SDK error or SDK log can show
 * one, and one client serves all keys of an endpoint. Redirects are not followed: they would carry the key elsewhere.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Failure } from '@shared/model/failure';
import type { CallContext, InputImage } from './adapter';
import { createDeadline, type Deadline } from './deadline';
import { EventReader } from './event-stream';
import { decodeBody, Exchange, ExchangeResponse } from './exchange';
import { MIN_CUT_LENGTH } from './long-strings';
import { networkFailure, stoppedFailure, timeoutFailure } from './network-failure';
import type { ResponseHead } from './http/response-parser';
import { type AnswerBody, OversizedAnswer, type Received, spooledBody, wholeBody } from './received-body';
import { headersFor, type PlainRequest, plainRequest } from './plain-request';
import { InputChanged, RequestBody } from './request-body';

/** What SDK clients are built with in place of a key. */
export const KEY_PLACEHOLDER = 'written-on-the-wire';

export interface CallOptions {
  readonly context: CallContext;
  readonly timeoutMs: number;
  /** What the input marks in the SDK's request stand for. */
  readonly inputs: readonly InputImage[];
  /** The answer is text: nothing is cut out of it. */
  readonly isText?: boolean;
  /** Hears what each event of a streamed answer holds, while the answer arrives. */
  readonly onEvent?: (data: string) => void;
  /** The header that carries a key of this provider. */
  keyHeader(key: string): readonly [name: string, value: string];
}

export type CallEnd =
  /** An HTTP answer came, of whatever status. */
  | { readonly kind: 'answered'; readonly exchange: Exchange }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The SDK refused before anything was sent. */
  | { readonly kind: 'refused'; readonly error: unknown };

export interface Wire {
  /** For the SDKs. Throws outside of `call`, and for a second request within one call. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * Runs one SDK operation that makes one request. Never rejects. `operation` may hand on the body as the SDK parsed
   * it, so that megabytes of JSON are not parsed twice.
   */
  call(options: CallOptions, operation: () => Promise<unknown>): Promise<CallEnd>;
  /** One request as it is given, without an SDK. Never rejects. */
  send(options: CallOptions, url: URL, request: PlainRequest): Promise<CallEnd>;
}

interface CallState {
  readonly options: CallOptions;
  readonly deadline: Deadline;
  begun: boolean;
  exchange: Exchange | undefined;
  failure: Failure | undefined;
}

export function createWire(): Wire {
  const current = new AsyncLocalStorage<CallState | undefined>();

  async function wireFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const state = current.getStore();
    if (state === undefined || state.begun) {
      throw new Error('One call is exactly one HTTP request.');
    }
    state.begun = true;
    const url = new URL(input instanceof Request ? input.url : input);
    const request = await plainRequest(init, state.options.inputs);
    // Outside of this call's context: a socket is kept for later calls and would keep this one's answer alive.
    const exchange = await current.run(undefined, () => send(state, url, request));
    state.exchange = exchange;
    return new ExchangeResponse(exchange);
  }

  const call: Wire['call'] = (options, operation) =>
    during(options, (state) => current.run(state, operation));

  const sendPlain: Wire['send'] = (options, url, request) =>
    during(options, async (state) => {
      state.exchange = await send(state, url, request);
    });

  async function during(
    options: CallOptions,
    carry: (state: CallState) => Promise<unknown>,
  ): Promise<CallEnd> {
    const unusable = unusableKey(options.context);
    if (unusable !== null) {
      return { kind: 'failed', failure: unusable };
    }
    const deadline = createDeadline(options.context.signal);
    const state: CallState = { options, deadline, begun: false, exchange: undefined, failure: undefined };
    try {
      const parsed = await carry(state);
      if (typeof parsed === 'object' && parsed !== null) {
        state.exchange?.adopt(parsed);
      }
      return ended(state, undefined);
    } catch (error) {
      return ended(state, error);
    } finally {
      deadline.dispose();
      // What an SDK caches during a call remembers the call, but shall not keep its megabytes.
      state.exchange = undefined;
    }
  }

  // The openai SDK asks its fetch for `Response`, else it sends a probing request to find out.
  return { fetch: Object.assign(wireFetch, { Response }), call, send: sendPlain };
}

function ended(state: CallState, error: unknown): CallEnd {
  if (state.failure !== undefined) {
    return { kind: 'failed', failure: state.failure };
  }
  return state.exchange === undefined
    ? { kind: 'refused', error }
    : { kind: 'answered', exchange: state.exchange };
}

async function send(state: CallState, url: URL, request: PlainRequest): Promise<Exchange> {
  const { options } = state;
  const body = request.parts === null ? null : new RequestBody(request.parts, onBodySent(state));
  try {
    const headers = headersFor(request, body, options.context.secret, options.keyHeader);
    const mayLeave = permission(state);
    // Whoever waits for it hears of it there.
    mayLeave.catch(() => undefined);
    if (body === null) {
      await mayLeave;
    }
    const answer = await dispatch(state, url, { method: request.method, headers, body, mayLeave });
    const whole = answer.pictures === null ? await decodeBody(answer.body, answer.headers) : answer.body;
    return new Exchange(answer.status, answer.headers, whole, answer.pictures, options.isText);
  } catch (error) {
    const { timeoutMs } = state.options;
    state.failure = failureOf(error, state.deadline, {
      host: url.host,
      timeoutMs,
      bodySent: body?.started ?? false,
    });
    throw error;
  }
}

/** Rejects with NotSent. The endpoint's time runs from here: neither an SDK that loads nor the journal is any of it. */
async function permission({ options, deadline }: CallState): Promise<void> {
  if ((await options.context.mayLeave) === false) {
    throw new NotSent();
  }
  deadline.start(options.timeoutMs);
}

/** Tells the caller, unless the call is over already. */
function onBodySent(state: CallState): () => void {
  return () => {
    if (state.failure === undefined && !state.deadline.signal.aborted) {
      state.options.context.onBodySent();
    }
  };
}

interface Outgoing {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: RequestBody | null;
  readonly mayLeave: Promise<void>;
}

interface Incoming extends Received {
  readonly status: number;
  readonly headers: Headers;
}

async function dispatch(state: CallState, url: URL, outgoing: Outgoing): Promise<Incoming> {
  const { context } = state.options;
  let status = 0;
  let headers = new Headers();
  let body: AnswerBody = wholeBody(Number.NaN);
  let events: EventReader | null = null;
  await context.connections.exchange(
    { url, ...outgoing, signal: state.deadline.signal },
    {
      head(head) {
        status = head.status;
        headers = readHeaders(head);
        body = bodyFor(state.options, status, headers);
        events = eventsFor(state.options, status, headers);
      },
      data(piece) {
        events?.push(piece);
        return body.push(piece);
      },
    },
  );
  return { status, headers, ...body.end() };
}

/** Pictures are looked for only where there may be one: what is coded or no success is read whole. */
function bodyFor({ context: { spool }, isText }: CallOptions, status: number, headers: Headers): AnswerBody {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  const isSmall = length < MIN_CUT_LENGTH;
  return spool === undefined || isText === true || isSmall || !isPlainSuccess(status, headers)
    ? wholeBody(length)
    : spooledBody(spool);
}

/** A coded stream is heard only once it is whole. */
function eventsFor({ onEvent }: CallOptions, status: number, headers: Headers): EventReader | null {
  return onEvent !== undefined && isPlainSuccess(status, headers) ? new EventReader(onEvent) : null;
}

function isPlainSuccess(status: number, headers: Headers): boolean {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  return status >= 200 && status <= 299 && (coding === '' || coding === 'identity');
}

/** It was prepared, and is not to leave. */
class NotSent extends Error {}

function failureOf(error: unknown, deadline: Deadline, cut: Parameters<typeof networkFailure>[1]): Failure {
  if (error instanceof NotSent) {
    return stoppedFailure(cut);
  }
  if (error instanceof InputChanged) {
    const message = 'An input file became shorter while it was sent; run the row again once it is whole.';
    return { kind: 'bad_input', message, bodySent: cut.bodySent };
  }
  switch (deadline.cause()) {
    case 'timeout':
      return timeoutFailure(cut);
    case 'stopped':
      return stoppedFailure(cut);
    case null:
      return error instanceof OversizedAnswer || isCodingError(error)
        ? { kind: 'malformed', message: `${cut.host} sent an answer that cannot be read.`, bodySent: true }
        : networkFailure(error, cut);
  }
}

function isCodingError(error: unknown): boolean {
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : '';
  return /^(?:Z_|ERR_BROTLI|ERR__|ERR_BUFFER_TOO_LARGE|unknown content coding)/.test(code);
}

function readHeaders(head: ResponseHead): Headers {
  const headers = new Headers();
  for (const [name, value] of head.headers) {
    // A header no Headers object can hold says nothing we read.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      headers.append(name, value);
    }
  }
  return headers;
}

/** A key with a line break or a letter outside ASCII fits no header: found here, it is never part of an error. */
function unusableKey(context: CallContext): Failure | null {
  if (context.secret === null || /^[\x21-\x7e]+$/.test(context.secret.reveal())) {
    return null;
  }
  return {
    kind: 'invalid_key',
    message: 'This key holds characters that no key can have (a space, a line break or a special letter).',
    bodySent: false,
  };
}
