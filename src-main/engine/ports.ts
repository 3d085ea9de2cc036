/**
 * What the engine needs from outside. Everything that touches time, chance, disk or network is handed in through
 * these, so that the same engine runs in the app and on a virtual clock in tests.
 */
import type { Failure } from '@shared/model/failure';
import type { Endpoint } from '@shared/model/endpoint';
import type { ModelChoice } from '@shared/model/run';
import type { TextResult } from '@shared/model/text';

export interface Clock {
  /** Monotonic milliseconds; durations and rate windows use only this. */
  now(): number;
  /** Milliseconds since 1970; for display, daily resets and what is stored. */
  wallNow(): number;
  /** Runs `callback` once after `delayMs`, however long that is; returns its undo. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/** One output asked for, as the scheduler holds it while it is under way. */
export interface PendingJob {
  readonly id: number;
  readonly runId: number;
  readonly model: ModelChoice;
  /** Attempts already made in earlier sessions that counted as retries. */
  readonly retriesUsed: number;
  /** Its answer did not fit its schema: the next attempt asks for it mended, and no other after it. */
  readonly repair?: Repair;
  /** It became pending behind the run's cursor; the cursor is not moved by it. */
  readonly isStraggler?: boolean;
}

/** One request about to be sent. */
export interface AttemptStart {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  readonly endpointId: string;
  /** As it was called then: an endpoint may be renamed or removed later. */
  readonly endpointName?: string;
  readonly keyId: string | null;
  /** The model asked for: a fallback may ask another than the job names. */
  readonly model: string;
  /** The last characters of the key, for people. */
  readonly keyTail?: string;
  /** US dollars at most; null: nobody knows. */
  readonly priceUsd?: number | null;
  /** Wall clock. */
  readonly sentAt: number;
}

/** A file that is whole on disk under its temporary name. */
export interface ReceivedFile {
  readonly fileName: string;
  readonly sha256: string;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

/** What the provider reported it used. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly imageTokens?: number;
  /** What a relay said it charged. */
  readonly costUsd?: number;
}

/** What an answer's headers tell of one limit. */
export interface RateFact {
  /** Per minute. */
  readonly limit?: number;
  readonly remaining?: number;
  /** Until the window is whole again, milliseconds. */
  readonly resetMs?: number;
}

/** Limits that an answer named (`x-ratelimit-*`); absent where it named none. */
export interface RateFacts {
  readonly requests?: RateFact;
  readonly tokens?: RateFact;
}

/** A request of the recent past, as the journal tells it; moments by the wall clock. */
export interface SentRequest {
  readonly endpointId: string;
  readonly keyId: string | null;
  readonly model: string;
  readonly sentAt: number;
  /** Null: nobody knows when its body left. */
  readonly bodySentAt: number | null;
  /** Null: its process died before it was answered. */
  readonly endedAt: number | null;
  readonly tokens: number | null;
}

/** Requests of a quarter of an hour. */
export interface SentBucket {
  readonly endpointId: string;
  readonly keyId: string | null;
  readonly model: string;
  /** Wall clock. */
  readonly from: number;
  readonly requests: number;
}

/** What limits are restored from after a restart. */
export interface SendHistory {
  /** Those that may still hold a place in a minute. */
  readonly recent: readonly SentRequest[];
  readonly buckets: readonly SentBucket[];
  /** Rates that refusals taught, the newest of each key and model, requests a minute. */
  readonly learned?: readonly {
    readonly keyId: string;
    readonly model: string;
    readonly perMinute: number;
  }[];
}

export type AttemptOutcome =
  | {
      readonly kind: 'done';
      readonly file: ReceivedFile;
      readonly usage: Usage;
      readonly costUsd: number | null;
      readonly facts?: RateFacts;
      /** The model's own turn, for a conversation that goes on: JSON as its provider sent it, without the picture's bytes. */
      readonly turn?: string;
      readonly unplaced?: Unplaced;
      /** A picture that lay in its place, and nobody knew of, by the name that it has now: below the output folder. */
      readonly keptAs?: string;
    }
  /** A text job's answer: the journal keeps it, there is no file. */
  | {
      readonly kind: 'text';
      readonly answer: TextResult;
      readonly usage: Usage;
      readonly costUsd: number | null;
      readonly facts?: RateFacts;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly facts?: RateFacts;
      /** Of an answer that was paid for and cannot be used. */
      readonly usage?: Usage;
      readonly costUsd?: number | null;
      /** With `schema_mismatch`: what the model is told to mend, once. */
      readonly repair?: Repair;
      /** What was asked for was made, and only its way here failed: the job becomes `unknown`, and nothing is made anew by itself. */
      readonly isMade?: true;
    }
  /**
   * The worker that carried it died, and nobody knows what became of the request; or its answer came and could be kept
   * nowhere, and `failure` says why: its run pauses, or the next would be lost as well. The job becomes `unknown`.
   */
  | { readonly kind: 'lost'; readonly failure?: Failure };

/** A whole answer that has not its final name yet: journal or folder refused it. It was paid for, so it is kept. */
export interface Unplaced {
  /** Absolute, in the folder: where it lies, or is to be written to. */
  readonly path: string;
  /** Of its run. */
  readonly outputDir: string;
  /** What its folder would not take. */
  readonly bytes?: Uint8Array;
  /** The same, where it lies in the library meanwhile. */
  readonly spare?: string;
}

/** An answer that does not fit its schema, and why: the next attempt shows both to the model. */
export interface Repair {
  readonly text: string;
  /** One sentence each, with the path. */
  readonly errors: readonly string[];
}

/** What becomes of the job after an attempt. */
export type JobNext =
  | { readonly kind: 'done' }
  /** Stays `pending`; `counted` says whether one of the user's retries was used. */
  | { readonly kind: 'again'; readonly counted: boolean }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cancelled' };

export interface AttemptEnd {
  readonly attemptId: number;
  readonly jobId: number;
  readonly runId: number;
  /** Wall clock. */
  readonly endedAt: number;
  /** When the last byte of the body left, wall clock; null when that is not known. */
  readonly bodySentAt: number | null;
  /** From the lease to the outcome, milliseconds. */
  readonly tookMs: number;
  readonly outcome: AttemptOutcome;
  readonly next: JobNext;
}

/** The store, as the engine uses it. */
export interface Journal {
  /** The next pending jobs of a run after `afterId`, in order, at most `limit`; empty when there are none. */
  pending(runId: number, afterId: number, limit: number): Promise<readonly PendingJob[]>;
  /** Ids for attempts; never reused, also across restarts. */
  nextAttemptId(): number;
  /**
   * Resolves once all are on disk: only then may their sockets open. Rejects with NotPending where one of the jobs is
   * pending no more, with anything else where it cannot be written; then none is on disk.
   */
  sent(attempts: readonly AttemptStart[]): Promise<void>;
  /** Resolves once on disk: only then may the temporary file get its final name. */
  received(attemptId: number, file: ReceivedFile): Promise<void>;
  /** Resolves once on disk; may wait some milliseconds for company. */
  ended(end: AttemptEnd): Promise<void>;
}

/** The right to send one request now. */
export interface Lease {
  readonly id: number;
  readonly endpoint: Endpoint;
  /** Null: an endpoint that needs no key (the demo). */
  readonly keyId: string | null;
  readonly model: string;
  /** Monotonic. */
  readonly leasedAt: number;
}

export interface SendHooks {
  /** The last byte of the request body left the socket; `at` is the engine clock's now(). */
  bodySent(at: number): void;
  /** The answer's body has arrived: the network slot is free, while the file is still being written. */
  answered(): void;
  /** The file is whole under its temporary name; the returned promise allows its renaming. */
  received(file: ReceivedFile): Promise<void>;
}

/** What a key with a cap on its cost has left for a request. */
export type KeyRoom =
  | { readonly kind: 'free' }
  /** What is in flight may use it up: ask again when one of them has ended. */
  | { readonly kind: 'held' }
  /** It is spent; `until`: wall clock, when its day is over. */
  | { readonly kind: 'out'; readonly until: number };

/** What may still be spent: by a run, on a day, with a key. Asked before each lease, told of each attempt. */
export interface Budget {
  /**
   * Whether one more request of this model may be sent, whichever key it takes. `wait`: what is in flight may use up the
   * rest; ask again when one of them has ended.
   */
  mayLease(
    runId: number,
    model: ModelChoice,
  ):
    | { readonly kind: 'ok' }
    | { readonly kind: 'wait' }
    | { readonly kind: 'spent'; readonly sentence: string };
  /** What this key's own cap leaves for it. */
  keyRoom(runId: number, keyId: string, model: ModelChoice): KeyRoom;
  /** Whether anybody knows what this costs: a key with a cap on its cost serves nothing else. */
  hasPrice(runId: number, model: ModelChoice): boolean;
  /** A request is about to be sent: its price counts from now on, as high as it may be. Answers it; null: not known. */
  reserve(attempt: Pick<AttemptStart, 'attemptId' | 'runId' | 'keyId'>, model: ModelChoice): number | null;
  /** `costUsd`: what it cost, null where nobody knows; `charged`: whether it may have been. */
  settle(attemptId: number, costUsd: number | null, charged: boolean): void;
}

/** Carries one request: loads the inputs, sends, reads, writes the file. Never rejects: every failure has its kind. */
export interface Transport {
  /**
   * Gets ready while the attempt is being journalled what `send` will need; nothing leaves before that. Every attempt that
   * was prepared is sent or forgotten after it.
   */
  prepare?(attempt: AttemptStart, job: PendingJob, lease: Lease): void;
  /** What was prepared for an attempt that will not be sent. Does nothing where nothing was. */
  forget?(attemptId: number): void;
  send(attempt: AttemptStart, job: PendingJob, lease: Lease, hooks: SendHooks): Promise<AttemptOutcome>;
  /**
   * Cuts a request off: `lost` when its body had left, else a failure of kind `network` with `bodySent` false. Does
   * nothing to one that is not under way.
   */
  cancel?(attemptId: number): void;
}
