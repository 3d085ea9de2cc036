/**
 * Attempts under way: journalled, sent, answered, settled, in that order and each once. A job is always in exactly one
 * place: in the work list, in a flight, or over.
 */
import type { Failure } from '@shared/model/failure';
import type { JobState } from '@shared/model/run';
import type { LeaseOutcome } from '../pool/pool';
import type { AttemptOutcome, AttemptStart, Lease, RateFacts, SendHooks, Usage } from '../ports';
import type { ActiveRun } from './active-run';
import { type NextStep, nextStep, type Ticket } from './next-step';
import { paused } from './run-state';
import type { SchedulerOptions } from './scheduler-options';

export interface Flight {
  readonly run: ActiveRun;
  readonly ticket: Ticket;
  readonly lease: Lease;
  readonly attempt: AttemptStart;
  isAnswered: boolean;
  /** Wall clock; null: no word came that its body had left. */
  bodySentAt: number | null;
}

export interface FlightsOptions extends SchedulerOptions {
  /** A slot is free, a job is over or goes again. */
  onMoved(): void;
  /** The journal refused to be written: no more of this run may be sent. */
  onLibraryLost(run: ActiveRun): void;
}

export interface Flights {
  /** A flight for a lease that was just granted; nothing is written or sent yet. */
  prepare(run: ActiveRun, ticket: Ticket, lease: Lease): Flight;
  /** Journals all in one commit, then sends each. Never rejects. */
  launch(flights: readonly Flight[]): Promise<void>;
}

export function createFlights(options: FlightsOptions): Flights {
  const { clock, pool, journal, random } = options;

  function tellJob(flight: Flight, state: JobState, failure?: Failure): void {
    const { runId, jobId } = flight.attempt;
    options.onEvent({ kind: 'job', runId, jobId, state, ...(failure === undefined ? {} : { failure }) });
  }

  function prepare(run: ActiveRun, ticket: Ticket, lease: Lease): Flight {
    const attempt: AttemptStart = {
      attemptId: journal.nextAttemptId(),
      jobId: ticket.job.id,
      runId: run.order.runId,
      endpointId: lease.endpoint.id,
      keyId: lease.keyId,
      model: lease.model,
      sentAt: clock.wallNow(),
    };
    run.attempts.add(attempt.attemptId);
    options.budget?.reserve(attempt, { provider: lease.endpoint.provider, model: lease.model });
    return { run, ticket, lease, attempt, isAnswered: false, bodySentAt: null };
  }

  async function launch(flights: readonly Flight[]): Promise<void> {
    try {
      await journal.sent(flights.map((flight) => flight.attempt));
    } catch (error) {
      options.onFault?.(error);
      for (const flight of flights) {
        takeBack(flight);
      }
      options.onMoved();
      return;
    }
    for (const flight of flights) {
      void carry(flight);
    }
  }

  /** Nothing was sent: the job stays pending. */
  function takeBack(flight: Flight): void {
    pool.settle(flight.lease.id, { kind: 'unused' });
    flight.run.attempts.delete(flight.attempt.attemptId);
    options.budget?.settle(flight.attempt.attemptId, null, false);
    flight.run.inFlight -= 1;
    flight.run.work.again(flight.ticket, clock.now());
    options.onLibraryLost(flight.run);
  }

  async function carry(flight: Flight): Promise<void> {
    tellJob(flight, 'sent');
    const outcome = await send(flight);
    markAnswered(flight);
    pool.settle(flight.lease.id, leaseOutcome(outcome));
    const { ticket, lease } = flight;
    flight.run.attempts.delete(flight.attempt.attemptId);
    const step = unlessCancelled(
      flight.run,
      nextStep({ outcome, ticket, lease, rules: flight.run.order, random }),
    );
    await conclude(flight, outcome, step);
    flight.run.writing -= 1;
    options.onMoved();
  }

  /**
   * A transport that throws breaks its promise, and nobody knows how far the request came: the job becomes `unknown`,
   * which neither loses it nor sends it twice.
   */
  async function send(flight: Flight): Promise<AttemptOutcome> {
    try {
      return await options.transport.send(flight.attempt, flight.ticket.job, flight.lease, hooksOf(flight));
    } catch (error) {
      options.onFault?.(error);
      return { kind: 'lost' };
    }
  }

  function hooksOf(flight: Flight): SendHooks {
    return {
      bodySent: (at) => {
        flight.bodySentAt ??= Math.round(clock.wallNow() + at - clock.now());
        pool.bodySent(flight.lease.id, at);
      },
      answered: () => {
        if (!flight.isAnswered) {
          markAnswered(flight);
          options.onMoved();
        }
      },
      received: (file) => journal.received(flight.attempt.attemptId, file),
    };
  }

  function markAnswered(flight: Flight): void {
    if (!flight.isAnswered) {
      flight.isAnswered = true;
      flight.run.inFlight -= 1;
      flight.run.writing += 1;
      pool.answered(flight.lease.id);
    }
  }

  /** The job goes on only once its attempt is on disk, or the journal would have two of them open. */
  async function conclude(flight: Flight, outcome: AttemptOutcome, step: NextStep): Promise<void> {
    const { attemptId, jobId, runId } = flight.attempt;
    try {
      await journal.ended({
        attemptId,
        jobId,
        runId,
        endedAt: clock.wallNow(),
        bodySentAt: flight.bodySentAt,
        tookMs: clock.now() - flight.lease.leasedAt,
        outcome,
        next: step.next,
      });
    } catch (error) {
      // The journal still has it as sent; it must not be sent again before someone has seen that.
      options.onFault?.(error);
      options.onLibraryLost(flight.run);
      return;
    }
    const failure = outcome.kind === 'failed' ? outcome.failure : undefined;
    switch (step.kind) {
      case 'over':
        tellJob(flight, step.next.kind, failure);
        return;
      case 'again':
        flight.run.work.again(step.ticket, clock.now() + step.delayMs);
        tellJob(flight, 'pending', failure);
        return;
      case 'pause':
        flight.run.work.again(flight.ticket, clock.now());
        flight.run.ending ??= paused(step.failure.message, step.failure.kind);
        tellJob(flight, 'pending', failure);
    }
  }

  return { prepare, launch };
}

/** A job that would go again is over in a run that is cancelled. */
function unlessCancelled(run: ActiveRun, step: NextStep): NextStep {
  return run.isCancelled && step.kind !== 'over' ? { kind: 'over', next: { kind: 'cancelled' } } : step;
}

function leaseOutcome(outcome: AttemptOutcome): LeaseOutcome {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'ok', ...tokensOf(outcome.usage), ...factsOf(outcome) };
    case 'failed':
      return { kind: 'failed', failure: outcome.failure, ...factsOf(outcome) };
    case 'lost':
      return outcome;
  }
}

/** Input and output together; nothing where the provider told neither. */
function tokensOf({ inputTokens, outputTokens }: Usage): { readonly tokens?: number } {
  return inputTokens === undefined && outputTokens === undefined
    ? {}
    : { tokens: (inputTokens ?? 0) + (outputTokens ?? 0) };
}

function factsOf({ facts }: { readonly facts?: RateFacts }): { readonly facts?: RateFacts } {
  return facts === undefined ? {} : { facts };
}
