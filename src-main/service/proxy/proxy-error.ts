/** A request that cannot be carried out, before it has the shape of either protocol. */
import { type Failure, type FailureKind, mayBeCharged } from '@shared/model/failure';

export interface ProxyErrorDetails {
  /** The protocol's own word for it where it has one, e.g. `model_not_found`. */
  readonly code?: string;
  /** The parameter it is about. */
  readonly param?: string;
  /** From now, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Asking again changes nothing: clients that retry by themselves are told. */
  readonly isFinal?: boolean;
}

export class ProxyError extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly details: ProxyErrorDetails = {},
  ) {
    super(sentence);
  }
}

/** What the caller can mend himself: 400, with the parameter's name. */
export function badParam(param: string, sentence: string): ProxyError {
  return new ProxyError(400, sentence, { param, isFinal: true });
}

/** A parameter that would change the answer and cannot be passed on is not passed over in silence. */
export function unsupported(param: string): ProxyError {
  return new ProxyError(400, `The parameter "${param.slice(0, 100)}" is not supported here: leave it out.`, {
    param: param.slice(0, 100),
    code: 'unsupported_parameter',
    isFinal: true,
  });
}

interface Told {
  readonly status: number;
  readonly code: string;
  readonly isFinal?: true;
  /** Where the failure names no wait. */
  readonly retryAfterMs?: number;
}

const MINUTE_MS = 60_000;

/** A refused key is the service's own trouble: a 401 would tell the caller that his token is wrong. */
const TOLD: Readonly<Record<FailureKind, Told>> = {
  invalid_key: { status: 502, code: 'upstream_key_refused' },
  quota_minute: { status: 429, code: 'rate_limit_exceeded', retryAfterMs: MINUTE_MS },
  quota_day: { status: 429, code: 'rate_limit_exceeded', retryAfterMs: 60 * MINUTE_MS },
  overloaded: { status: 503, code: 'overloaded' },
  network: { status: 502, code: 'upstream_unreachable' },
  timeout: { status: 504, code: 'timeout' },
  malformed: { status: 502, code: 'malformed_answer' },
  blocked: { status: 400, code: 'content_policy_violation', isFinal: true },
  no_image: { status: 502, code: 'no_image' },
  no_credit: { status: 429, code: 'insufficient_quota', isFinal: true, retryAfterMs: 60 * MINUTE_MS },
  no_model: { status: 404, code: 'model_not_found', isFinal: true },
  schema_mismatch: { status: 502, code: 'schema_mismatch', isFinal: true },
  token_limit: { status: 422, code: 'token_limit', isFinal: true },
  bad_request: { status: 400, code: 'invalid_value', isFinal: true },
  bad_input: { status: 400, code: 'invalid_value', isFinal: true },
  storage: { status: 507, code: 'storage' },
  budget: { status: 429, code: 'insufficient_quota', isFinal: true, retryAfterMs: 60 * MINUTE_MS },
};

export function errorOf(failure: Failure): ProxyError {
  const { status, code, isFinal, retryAfterMs } = TOLD[failure.kind];
  // It was sent as often as is allowed: a client that repeats it by itself would pay for all of that once more.
  const isToBeLeft = isFinal === true || mayBeCharged(failure);
  const wait = failure.retryAfterMs ?? retryAfterMs;
  return new ProxyError(status, failure.message, {
    code,
    ...(isToBeLeft ? { isFinal: true } : {}),
    ...(status === 429 || status === 503 ? { retryAfterMs: wait } : {}),
  });
}
