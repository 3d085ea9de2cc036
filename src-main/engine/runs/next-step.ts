/** What becomes of a job after an attempt: pure, from the policy table of failures. */
import { FAILURES, type Failure } from '@shared/model/failure';
import type { AttemptOutcome, JobNext, Lease, PendingJob, Random, Repair } from '../ports';
import type { Avoided } from '../pool/pool';

interface NamedWait {
  readonly endpointId: string;
  /** Monotonic. */
  readonly until: number;
}

/** A job under way, with what this session has tried. */
export interface Ticket {
  readonly job: PendingJob;
  /** Counted retries, those of earlier sessions included. */
  readonly retriesUsed: number;
  /** Tries that cost nothing because no byte of them had left. */
  readonly freeTries: number;
  /** The pair that has just failed it. */
  readonly avoid: readonly Avoided[];
  /** Endpoints that have failed it, and named how long they are to be left alone. */
  readonly waits: readonly NamedWait[];
  /** An endpoint failed it: sending it again takes from that endpoint's budget of retries. A refused key does not. */
  readonly isRetry: boolean;
  /** Why it goes again. */
  readonly lastFailure?: Failure;
}

export interface RetryRules {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
}

export type NextStep =
  /** The job is over; its run, too, where more would be lost. */
  | {
      readonly kind: 'over';
      readonly next: Exclude<JobNext, { kind: 'again' }>;
      readonly pauses?: Failure;
    }
  | {
      readonly kind: 'again';
      readonly next: Extract<JobNext, { kind: 'again' }>;
      readonly ticket: Ticket;
      readonly delayMs: number;
    }
  /** The job stays pending and its run pauses. */
  | { readonly kind: 'pause'; readonly next: Extract<JobNext, { kind: 'again' }>; readonly failure: Failure };

/**
 * A connection that never carried a byte cost nobody anything, so it does not use up the user's retries; but an
 * endpoint that is gone must not be asked for ever: from then on its failures count.
 */
export const FREE_TRIES = 10;

const MAX_DELAY_MS = 60_000;
/** What names a longer wait is asked again then. */
const LONGEST_NAMED_MS = 3_600_000;
const NAMED_JITTER_SHARE = 0.2;
const NAMED_JITTER_MAX_MS = 1_000;

const FAILED: NextStep = { kind: 'over', next: { kind: 'failed' } };

export function newTicket(job: PendingJob): Ticket {
  return { job, retriesUsed: job.retriesUsed, freeTries: 0, avoid: [], waits: [], isRetry: false };
}

export interface StepInput {
  readonly outcome: AttemptOutcome;
  readonly ticket: Ticket;
  readonly lease: Lease;
  readonly rules: RetryRules;
  readonly random: Random;
  /** Monotonic. */
  readonly now: number;
  /** Whether an endpoint besides these may serve it meanwhile. */
  readonly isServedElsewhere: (besides: readonly string[]) => boolean;
}

export function nextStep(input: StepInput): NextStep {
  const { outcome } = input;
  switch (outcome.kind) {
    case 'done':
    case 'text':
      return { kind: 'over', next: { kind: 'done' } };
    case 'lost':
      return {
        kind: 'over',
        next: { kind: 'unknown' },
        ...(outcome.failure === undefined ? {} : { pauses: outcome.failure }),
      };
    case 'failed':
      if (outcome.isMade === true) {
        return { kind: 'over', next: { kind: 'unknown' } };
      }
      return mayBeMended(outcome, input.ticket)
        ? mended(input.ticket, outcome)
        : afterFailure(input, outcome.failure);
  }
}

type Failed = Extract<AttemptOutcome, { kind: 'failed' }>;
type Mendable = Failed & { readonly repair: Repair };

/** A structured answer is repaired once: the model that still misses the schema then will go on missing it. */
function mayBeMended(outcome: Failed, { job }: Ticket): outcome is Mendable {
  return (
    outcome.failure.kind === 'schema_mismatch' && outcome.repair !== undefined && job.repair === undefined
  );
}

/** At once and uncounted: nothing is wrong with key or endpoint, and the model has only to look at its answer again. */
function mended(ticket: Ticket, { failure, repair }: Mendable): NextStep {
  return {
    kind: 'again',
    next: { kind: 'again', counted: false },
    ticket: { ...ticket, job: { ...ticket.job, repair }, avoid: [], isRetry: false, lastFailure: failure },
    delayMs: 0,
  };
}

function afterFailure(input: StepInput, failure: Failure): NextStep {
  switch (FAILURES[failure.kind].then) {
    case 'final':
      return FAILED;
    case 'pause_run':
      return { kind: 'pause', next: { kind: 'again', counted: false }, failure };
    case 'key_out':
    case 'key_cools':
    case 'key_out_for_day':
    case 'model_out':
      return again(input, failure, { ticket: input.ticket, counted: false, delayMs: 0 });
    case 'retry':
      return counted(input, failure);
    case 'retry_elsewhere':
      return neverLeft(failure) && input.ticket.freeTries < FREE_TRIES
        ? free(input, failure)
        : counted(input, failure);
  }
}

/** Only what ends a connection can say so; an answer, however bad, was paid for with a request. */
function neverLeft(failure: Failure): boolean {
  return (failure.kind === 'network' || failure.kind === 'timeout') && failure.bodySent === false;
}

function free(input: StepInput, failure: Failure): NextStep {
  const { ticket } = input;
  return again(input, failure, {
    ticket: { ...ticket, freeTries: ticket.freeTries + 1 },
    counted: false,
    delayMs: delayMs(input, failure, ticket.freeTries),
  });
}

function counted(input: StepInput, failure: Failure): NextStep {
  const { ticket, rules } = input;
  if (ticket.retriesUsed >= rules.maxRetries) {
    return FAILED;
  }
  return again(input, failure, {
    ticket: { ...ticket, retriesUsed: ticket.retriesUsed + 1 },
    counted: true,
    delayMs: delayMs(input, failure, ticket.retriesUsed),
  });
}

function again(
  input: StepInput,
  failure: Failure,
  how: { ticket: Ticket; counted: boolean; delayMs: number },
): NextStep {
  const isEndpointsFault = FAILURES[failure.kind].then === 'retry_elsewhere';
  const { lease } = input;
  const failed: Avoided = {
    endpointId: lease.endpoint.id,
    keyId: lease.keyId,
    wholeEndpoint: isEndpointsFault,
  };
  const waits = isEndpointsFault ? namedWaits(input, failure) : how.ticket.waits;
  return {
    kind: 'again',
    next: { kind: 'again', counted: how.counted },
    ticket: { ...how.ticket, avoid: [failed], waits, isRetry: isEndpointsFault, lastFailure: failure },
    delayMs: how.delayMs,
  };
}

/**
 * Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): anywhere up to the doubled delay. A wait the
 * provider named wins where nobody else serves the job, a little later at random, so that not all come back in the same
 * instant.
 */
function delayMs(input: StepInput, failure: Failure, tries: number): number {
  const { rules, random, now } = input;
  const waits = failure.retryAfterMs ? namedWaits(input, failure) : [];
  if (waits.length > 0 && !input.isServedElsewhere(waits.map(({ endpointId }) => endpointId))) {
    const named = Math.min(...waits.map(({ until }) => until)) - now;
    return named + Math.min(NAMED_JITTER_MAX_MS, named * NAMED_JITTER_SHARE) * random();
  }
  return random() * Math.min(MAX_DELAY_MS, rules.retryDelayMs * 2 ** tries);
}

/** Those that last still, that of this failure among them. */
function namedWaits({ ticket, lease, now }: StepInput, failure: Failure): readonly NamedWait[] {
  const endpointId = lease.endpoint.id;
  const others = ticket.waits.filter((wait) => wait.endpointId !== endpointId && wait.until > now);
  const named = Math.min(LONGEST_NAMED_MS, failure.retryAfterMs ?? 0);
  return named > 0 ? [...others, { endpointId, until: now + named }] : others;
}
