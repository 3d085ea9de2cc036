/**
 * Attempts under way: journalled, sent, answered, settled, in that order and each once. A job is always in exactly one
 * place: in the work list, in a flight, or over.
 */
import type { Failure } from '@shared/model/failure';
import type { JobState } from '@shared/model/run';
import type { LeaseOutcome } from '../pool/pool';
import type { AttemptOutcome, AttemptStart, Lease, RateFacts, SendHooks, Usage } from '../ports';
import { type NextStep, nextStep, type Ticket } from './next-step';
import { NotPending } from './not-pending';
import { paused } from './run-state';
import type { ScheduledRun } from './scheduled-run';
import type { SchedulerOptions } from './scheduler-options';

export interface Flight {
  readonly run: ScheduledRun;
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
  /** The journal could not be written, or what it is about not be kept: no more of this run may be sent. */
  onNotWritten(run: ScheduledRun, error: unknown): void;
}

export interface Flights {
  /** A flight for a lease that was just granted; nothing is written or sent yet. */
  prepare(run: ScheduledRun, ticket: Ticket, lease: Lease): Flight;
  /** Journals all in one commit, as far as that can be, then sends each. Never rejects. */
  launch(flights: readonly Flight[]): Promise<void>;
}

export function createFlights(options: FlightsOptions): Flights {
  const { clock, pool, journal, random } = options;

  function tellJob(flight: Flight, state: JobState, failure?: Failure): void {
    const { runId, jobId } = flight.attempt;
    options.onEvent({ kind: 'job', runId, jobId, state, ...(failure === undefined ? {} : { failure }) });
  }

  function prepare(run: ScheduledRun, ticket: Ticket, lease: Lease): Flight {
    const { endpoint, keyId, model } = lease;
    const whose = { attemptId: journal.nextAttemptId(), runId: run.order.runId, keyId };
    const attempt: AttemptStart = {
      ...whose,
      jobId: ticket.job.id,
      endpointId: endpoint.id,
      model,
      priceUsd: options.budget?.reserve(whose, { provider: endpoint.provider, model }) ?? null,
      sentAt: clock.wallNow(),
    };
    run.attempts.set(attempt.attemptId, attempt.jobId);
    run.order.bound?.left(attempt.jobId);
    return { run, ticket, lease, attempt, isAnswered: false, bodySentAt: null };
  }

  async function launch(flights: readonly Flight[]): Promise<void> {
    const launched = writeAndSend(flights);
    for (const { attempt, ticket, lease } of flights) {
      options.transport.prepare?.(attempt, ticket.job, lease);
    }
    await launched;
  }

  /** What is not on disk is not sent. A job that may not be sent holds up nothing else: the others are written anew. */
  async function writeAndSend(flights: readonly Flight[]): Promise<void> {
    try {
      await journal.sent(flights.map(({ attempt }) => attempt));
    } catch (error) {
      if (error instanceof NotPending && flights.length > 1) {
        await Promise.all(takenApart(flights).map(writeAndSend));
        return;
      }
      options.onFault?.(error);
      for (const flight of flights) {
        takeBack(flight, error);
      }
      options.onMoved();
      return;
    }
    for (const flight of flights) {
      void carry(flight);
    }
  }

  /** Nothing was sent: the job stays as it is in the library. */
  function takeBack(flight: Flight, error: unknown): void {
    const { run, attempt, lease } = flight;
    options.transport.forget?.(attempt.attemptId);
    pool.settle(lease.id, { kind: 'unused' });
    run.attempts.delete(attempt.attemptId);
    options.budget?.settle(attempt.attemptId, null, false);
    run.inFlight -= 1;
    run.order.bound?.answered(attempt.jobId);
    if (error instanceof NotPending && run.isOver(attempt.jobId)) {
      // It was cancelled in the library while it was being written: that is why.
      return;
    }
    if (error instanceof NotPending && run.order.givesUp === true) {
      const { jobId, runId } = attempt;
      options.onEvent({ kind: 'givenUp', runId, jobIds: [jobId], why: GONE });
      return;
    }
    run.again(flight.ticket, clock.now());
    options.onNotWritten(run, error);
  }

  async function carry(flight: Flight): Promise<void> {
    tellJob(flight, 'sent');
    const outcome = await send(flight);
    markAnswered(flight);
    // An endpoint that was never asked has not failed.
    pool.settle(flight.lease.id, outcome === NOT_SENT ? { kind: 'unused' } : leaseOutcome(outcome));
    const { run } = flight;
    run.attempts.delete(flight.attempt.attemptId);
    const step = unlessCancelled(flight, stepAfter(flight, outcome));
    pauseFor(flight, step);
    await conclude(flight, outcome, step);
    run.writing -= 1;
    options.onMoved();
  }

  function stepAfter({ run, ticket, lease }: Flight, outcome: AttemptOutcome): NextStep {
    return nextStep({
      outcome,
      ticket,
      lease,
      rules: run.order,
      random,
      now: clock.now(),
      isServedElsewhere(besides) {
        const choice = run.choiceOf(ticket.job.model, lease);
        return choice !== undefined && pool.isServedElsewhere(choice, besides);
      },
    });
  }

  /**
   * A transport that throws breaks its promise, and nobody knows how far the request came: the job becomes `unknown`,
   * which neither loses it nor sends it twice.
   */
  async function send(flight: Flight): Promise<AttemptOutcome> {
    if (flight.run.isOver(flight.attempt.jobId)) {
      options.transport.forget?.(flight.attempt.attemptId);
      return NOT_SENT;
    }
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
      flight.run.order.bound?.answered(flight.attempt.jobId);
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
      flight.run.hasUnwritten = true;
      options.onNotWritten(flight.run, error);
      return;
    }
    const failure = outcome.kind === 'failed' ? outcome.failure : undefined;
    if (step.kind !== 'over' && flight.run.isOver(jobId)) {
      // Cancelled while this was being written as pending, and cancelled in the library after it.
      tellJob(flight, 'cancelled', failure);
      return;
    }
    switch (step.kind) {
      case 'over':
        tellJob(flight, step.next.kind, failure);
        return;
      case 'again':
        flight.run.again(step.ticket, clock.now() + step.delayMs);
        tellJob(flight, 'pending', failure);
        return;
      case 'pause':
        flight.run.again(flight.ticket, clock.now());
        tellJob(flight, 'pending', failure);
    }
  }

  return { prepare, launch };
}

/** By runs; of one run, each by itself. */
function takenApart(flights: readonly Flight[]): readonly (readonly Flight[])[] {
  const runs = [...new Set(flights.map(({ run }) => run))];
  return runs.length > 1
    ? runs.map((run) => flights.filter((flight) => flight.run === run))
    : flights.map((flight) => [flight]);
}

/** Before the end is written down: the next that leaves meanwhile would fare no better. */
function pauseFor({ run }: Flight, step: NextStep): void {
  const failure = step.kind === 'pause' ? step.failure : step.kind === 'over' ? step.pauses : undefined;
  if (failure !== undefined) {
    run.ending ??= paused(failure.message, failure.kind);
  }
}

const GONE = paused('It is no longer pending in the library, so it was not sent: ask for it once more.');

/** It was cancelled between its lease and its sending. */
const NOT_SENT: AttemptOutcome = {
  kind: 'failed',
  failure: { kind: 'network', message: 'Cancelled before it was sent.', bodySent: false },
};

/** A job that would go again is over when it, or its run, is cancelled. */
function unlessCancelled({ run, attempt }: Flight, step: NextStep): NextStep {
  return run.isOver(attempt.jobId) && step.kind !== 'over'
    ? { kind: 'over', next: { kind: 'cancelled' } }
    : step;
}

function leaseOutcome(outcome: AttemptOutcome): LeaseOutcome {
  switch (outcome.kind) {
    case 'done':
    case 'text':
      return { kind: 'ok', ...tokensOf(outcome.usage), ...factsOf(outcome) };
    case 'failed':
      return {
        kind: 'failed',
        failure: outcome.failure,
        ...tokensOf(outcome.usage ?? {}),
        ...factsOf(outcome),
      };
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
