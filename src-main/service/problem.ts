/** A request that cannot be carried out, as the caller is told: a true status and one sentence. */
import type { Failure, FailureKind } from '@shared/model/failure';

export interface ProblemDetails {
  /** From now, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly failure?: Failure | undefined;
  /** For programs, where the status alone does not tell. */
  readonly code?: string | undefined;
  /** Where in the body, e.g. `requests.2.json_schema`. */
  readonly field?: string | undefined;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly details: ProblemDetails = {},
  ) {
    super(sentence);
  }
}

/** Who is to blame decides: what the caller's own key met is his to mend, what the service's met is not. */
const STATUSES: Readonly<Record<FailureKind, { readonly own: number; readonly pool: number }>> = {
  invalid_key: { own: 401, pool: 502 },
  quota_minute: both(429),
  quota_day: both(429),
  overloaded: both(503),
  network: both(502),
  timeout: both(504),
  malformed: both(502),
  blocked: both(422),
  no_image: both(502),
  no_credit: { own: 402, pool: 502 },
  no_model: both(404),
  schema_mismatch: both(502),
  token_limit: both(422),
  bad_request: both(400),
  bad_input: both(422),
  storage: both(507),
  budget: both(429),
};

const OWN_KEY_REFUSED = 'The provider refused the key in credentials: send one that it takes.';

export function statusOf({ kind }: Failure, whose: 'own' | 'pool'): number {
  return STATUSES[kind][whose];
}

export function problemOf(failure: Failure, whose: 'own' | 'pool'): Problem {
  const isOwnKey = whose === 'own' && failure.kind === 'invalid_key';
  // The pool's words are for who keeps its keys.
  const sentence = isOwnKey ? OWN_KEY_REFUSED : failure.message;
  return new Problem(statusOf(failure, whose), sentence, {
    failure,
    retryAfterMs: failure.retryAfterMs,
  });
}

function both(status: number): { readonly own: number; readonly pool: number } {
  return { own: status, pool: status };
}
