/**
 * Everything that can go wrong with a job, in one table. Code branches on `kind` and on this table's fields, never on
 * a message; tests and screens are driven by it.
 */
import { z } from 'zod';

export const failureKindSchema = z.enum([
  'invalid_key',
  'quota_minute',
  'quota_day',
  'overloaded',
  'network',
  'timeout',
  'malformed',
  'blocked',
  'no_image',
  'no_credit',
  'no_model',
  'schema_mismatch',
  'token_limit',
  'bad_request',
  'bad_input',
  'storage',
  'budget',
]);
export type FailureKind = z.infer<typeof failureKindSchema>;

/**
 * What follows a failure.
 * - `key_out`: the key leaves the pool until a person or a test call clears it; the job moves on, uncounted
 * - `key_cools`: the key waits (Retry-After, RetryInfo, else the ladder); the job moves on, uncounted
 * - `key_out_for_day`: the key waits for the provider's daily reset; the job moves on, uncounted
 * - `retry_elsewhere`: the endpoint is penalised; the job is retried with backoff, elsewhere first, counted
 * - `retry`: the job is retried, counted
 * - `model_out`: this endpoint cannot serve this model; elsewhere, else the run pauses
 * - `final`: the job has failed
 * - `pause_run`: the run pauses and nothing is lost
 */
export type FailureAction =
  | 'key_out'
  | 'key_cools'
  | 'key_out_for_day'
  | 'retry_elsewhere'
  | 'retry'
  | 'model_out'
  | 'final'
  | 'pause_run';

export interface FailurePolicy {
  readonly then: FailureAction;
  readonly blames: 'key' | 'endpoint' | 'row' | 'model' | 'machine' | 'user';
  /** Whether the provider may have billed the request. `if_sent`: once its body had left. */
  readonly charged: 'no' | 'maybe' | 'if_sent' | 'yes';
  /** Two or three words for a tile. */
  readonly title: string;
  /** One sentence: what the user can do. */
  readonly remedy: string;
}

export const FAILURES: Readonly<Record<FailureKind, FailurePolicy>> = {
  invalid_key: {
    then: 'key_out',
    blames: 'key',
    charged: 'no',
    title: 'Invalid key',
    remedy: 'Replace or re-test this key under Endpoints; the other keys go on.',
  },
  quota_minute: {
    then: 'key_cools',
    blames: 'key',
    charged: 'no',
    title: 'Waiting for quota',
    remedy:
      'Nothing to do: the key rests, then is used again. To avoid this, enter its requests-per-minute limit.',
  },
  quota_day: {
    then: 'key_out_for_day',
    blames: 'key',
    charged: 'no',
    title: 'Out for today',
    remedy: 'The key comes back at the daily reset. Add a key of another account to go on now.',
  },
  overloaded: {
    then: 'retry_elsewhere',
    blames: 'endpoint',
    charged: 'no',
    title: 'Provider overloaded',
    remedy:
      'Rerun later; more “Retries of a failed row” can be chosen under New run, and in Settings for all to come.',
  },
  network: {
    then: 'retry_elsewhere',
    blames: 'endpoint',
    charged: 'if_sent',
    title: 'Network error',
    remedy: 'Check the connection and the base URL of the endpoint, then rerun.',
  },
  timeout: {
    then: 'retry_elsewhere',
    blames: 'endpoint',
    charged: 'maybe',
    title: 'Timed out',
    remedy:
      'Raise the timeout of the endpoint, or ask for a smaller image or a shorter answer. A cut-off at 100 to 125 s usually means a gateway in between.',
  },
  malformed: {
    then: 'retry_elsewhere',
    blames: 'endpoint',
    charged: 'maybe',
    title: 'Not an answer',
    remedy: 'The endpoint’s answer does not follow its protocol; check its base URL and options.',
  },
  blocked: {
    then: 'final',
    blames: 'row',
    charged: 'maybe',
    title: 'Blocked',
    remedy:
      'The provider refused this content. Change the instruction or what goes with it, then rerun the row.',
  },
  no_image: {
    then: 'retry',
    blames: 'model',
    charged: 'maybe',
    title: 'No picture',
    remedy: 'The model answered without a picture. Rerun, or ask more clearly for a picture.',
  },
  no_credit: {
    then: 'key_out',
    blames: 'key',
    charged: 'no',
    title: 'No credit',
    remedy:
      'The account behind this key has no credit or no access on its tier. Add credit, then test the key.',
  },
  no_model: {
    then: 'model_out',
    blames: 'endpoint',
    charged: 'no',
    title: 'Unknown model',
    remedy: 'This endpoint does not offer the model. Choose another model or endpoint.',
  },
  schema_mismatch: {
    then: 'final',
    blames: 'model',
    charged: 'yes',
    title: 'Wrong shape',
    remedy: 'The answer did not fit the schema. Simplify the schema or change the model.',
  },
  // The same request would think as long again, and be paid for again.
  token_limit: {
    then: 'final',
    blames: 'row',
    charged: 'yes',
    title: 'No tokens left',
    remedy:
      'The model used up its output tokens before it wrote any text. Raise the maximum output tokens, or allow less thinking, then rerun the row.',
  },
  bad_request: {
    then: 'final',
    blames: 'row',
    charged: 'no',
    title: 'Refused request',
    remedy: 'The provider refused the request as it is; its text says why.',
  },
  bad_input: {
    then: 'final',
    blames: 'row',
    charged: 'no',
    title: 'Bad input',
    remedy: 'Nothing was sent. Correct the row or its files, then rerun it.',
  },
  storage: {
    then: 'pause_run',
    blames: 'machine',
    charged: 'maybe',
    title: 'Cannot save',
    remedy: 'Free space or restore the output folder, then resume the run.',
  },
  budget: {
    then: 'pause_run',
    blames: 'user',
    charged: 'no',
    title: 'Cap reached',
    remedy: 'Raise the cap, then resume the run.',
  },
};

export const failureSchema = z.object({
  kind: failureKindSchema,
  /** One redacted sentence. */
  message: z.string(),
  httpStatus: z.number().int().optional(),
  /** The wait the provider named, from now, in milliseconds. */
  retryAfterMs: z.number().nonnegative().optional(),
  /** Whether any byte of the request body had left the socket. */
  bodySent: z.boolean().optional(),
  /** The provider's own id of the quota or error, e.g. `GenerateRequestsPerDayPerProjectPerModel`. */
  providerCode: z.string().optional(),
});
export type Failure = Readonly<z.infer<typeof failureSchema>>;

/** Whether the provider may have billed a request that ended with `failure`: never one of which nothing has left. */
export function mayBeCharged(failure: Failure): boolean {
  if (failure.bodySent === false) {
    return false;
  }
  switch (FAILURES[failure.kind].charged) {
    case 'no':
      return false;
    case 'maybe':
    case 'yes':
      return true;
    case 'if_sent':
      return failure.bodySent === true;
  }
}
