/**
 * Sends the pending jobs of runs: asks the pool for leases, journals the attempts of one turn in one commit, hands
 * them to the transport, and decides what follows each outcome. It never polls: a turn is taken when something
 * happened, or when the one timer says that the earliest wait is over.
 */
import { type ModelChoice, prioritySchema } from '@shared/model/run';
import type { Wait } from '../pool/pool';
import type { Budget } from '../ports';
import { createFlights, type Flight } from './flights';
import { NotKept } from './not-kept';
import { NotPending } from './not-pending';
import { laneWakesAt, paused, pausedByWish, saysSomethingNew, stateOf, stuckLanes } from './run-state';
import { type Means, type Paused, type RunOrder, ScheduledRun } from './scheduled-run';
import type { SchedulerEvent, SchedulerOptions } from './scheduler-options';

export type { RunOrder } from './scheduled-run';
export type { SchedulerEvent, SchedulerOptions } from './scheduler-options';

export interface Scheduler {
  /** Starts sending a run's pending jobs; throws when it is under way already. */
  start(order: RunOrder): void;
  /** Sends no more of it; resolves when what was in flight has ended and is on disk. */
  stop(runId: number): Promise<void>;
  /**
   * Sends no more of it, and what would go again is `cancelled`; resolves when what was in flight has ended. `inFlight`:
   * its requests are cut off.
   */
  cancel(runId: number, options?: { readonly inFlight?: boolean }): Promise<void>;
  /**
   * The same for some jobs of a run that goes on with the others; what is in flight of them is cut off. `inFlight` false:
   * what is on its way is finished and kept, and only never sent again.
   */
  cancelJobs(runId: number, jobIds: readonly number[], options?: { readonly inFlight?: boolean }): void;
  /** Carries a run out otherwise from the next lease on; does nothing to one that is not under way. */
  change(order: RunOrder): void;
  /** Nothing is leased until the undo is called; what is in flight goes on. */
  hold(): () => void;
  /** Stops all runs, then lets go of pool and clock. */
  close(): Promise<void>;
}

/** The first is served first. */
const PRIORITIES = prioritySchema.options;
/** Longer timers overflow in some runtimes and hide a suspended machine: they are armed again. */
const LONGEST_TIMER_MS = 3_600_000;

const STOPPED = pausedByWish('Paused: the remaining jobs stay pending until the run is resumed.');
const LIBRARY_LOST = paused(
  'The library could not be read or written: free space or restore its folder, then resume the run.',
  'storage',
);
/** Until something in flight has ended: it may use up what is left to spend. */
const HELD: Wait = {
  kind: 'wait',
  until: Number.POSITIVE_INFINITY,
  reason: 'concurrency',
  keys: 0,
  dayOutUntil: null,
  allOut: false,
};
const CHANGED_ELSEWHERE = paused(
  'One of its jobs is no longer pending in the library, so it was not sent: resume the run to go on with the others.',
);

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, pool, journal } = options;
  const surroundings = { clock, timeZone: options.timeZone };
  let runs: readonly ScheduledRun[] = [];
  let lastServed = 0;
  let isPoked = false;
  let isClosed = false;
  /** What pool and budget said before may be over. */
  let isStale = false;
  let holds = 0;
  let cancelTimer: () => void = () => undefined;
  const unsubscribe = pool.onChange(somethingMoved);
  const flights = createFlights({
    ...options,
    onEvent: tell,
    onMoved: somethingMoved,
    onNotWritten: (run, error) => {
      run.ending ??= whyNotWritten(error);
    },
  });

  /** A listener that throws must not cost a job. */
  function tell(event: SchedulerEvent): void {
    try {
      options.onEvent(event);
    } catch (error) {
      options.onFault?.(error);
    }
  }

  function somethingMoved(): void {
    isStale = true;
    poke();
  }

  /** All that happens in one turn of the event loop is answered by one turn of ours. */
  function poke(): void {
    if (!isPoked && !isClosed) {
      isPoked = true;
      void Promise.resolve()
        .then(takeTurn)
        .catch((error: unknown) => options.onFault?.(error));
    }
  }

  function takeTurn(): void {
    isPoked = false;
    if (isStale) {
      isStale = false;
      for (const run of runs) {
        run.work.forgetVerdicts();
      }
    }
    for (const run of runs) {
      run.isHeld = false;
      run.work.openLanes();
      run.follow(pool, clock.now());
    }
    const granted = holds > 0 ? [] : leaseAll();
    for (const run of runs) {
      run.order.bound?.turnOver();
    }
    if (granted.length > 0) {
      void flights.launch(granted);
    }
    for (const run of runs) {
      giveUpStuck(run);
      loadIfLow(run);
      tellState(run);
    }
    armTimer();
  }

  /** By priority; within one, round robin over its runs until none can send more now. */
  function leaseAll(): readonly Flight[] {
    const granted: Flight[] = [];
    for (const priority of PRIORITIES) {
      let waiting = runs.filter((run) => (run.order.priority ?? 'normal') === priority);
      while (waiting.length > 0) {
        const run = waiting.reduce((next, one) => (one.lastServed < next.lastServed ? one : next));
        const flight = leaseFor(run);
        if (flight === null) {
          waiting = waiting.filter((one) => one !== run);
        } else {
          granted.push(flight);
          lastServed += 1;
          run.lastServed = lastServed;
        }
      }
    }
    return granted;
  }

  function leaseFor(run: ScheduledRun): Flight | null {
    const now = clock.now();
    while (run.hasRoom) {
      const next = run.work.nextLane(now);
      if (next === null || !mayStillSpend(run, next.ticket.job.model)) {
        return null;
      }
      const { lane, ticket } = next;
      if (run.order.bound?.mayLeave(ticket.job.id) === false) {
        lane.isShut = true;
        continue;
      }
      const lease = lane.lease(ticket, pool, now);
      if (lease !== null) {
        run.work.take(lane, now);
        run.inFlight += 1;
        return flights.prepare(run, ticket, lease);
      }
    }
    return null;
  }

  /** For a job's own model; without it the run waits, or ends. */
  function mayStillSpend(run: ScheduledRun, model: ModelChoice): boolean {
    const verdict = options.budget?.mayLease(run.order.runId, model) ?? { kind: 'ok' };
    switch (verdict.kind) {
      case 'ok':
        return true;
      case 'wait':
        run.isHeld = true;
        return false;
      case 'spent':
        run.ending ??= paused(verdict.sentence, 'budget');
        return false;
    }
  }

  function giveUpStuck(run: ScheduledRun): void {
    if (run.order.givesUp !== true || run.ending !== null) {
      return;
    }
    for (const { lane, why } of stuckLanes(run, surroundings)) {
      const jobIds = lane.giveUp().map(({ id }) => id);
      // Who asks again wants to know whether the model, or the server, is there by now.
      pool.reconsiderModels();
      tell({ kind: 'givenUp', runId: run.order.runId, jobIds, why });
    }
  }

  function loadIfLow(run: ScheduledRun): void {
    if (run.ending === null && run.work.wantsPage(clock.now())) {
      void run.work
        .load(journal)
        .catch((error: unknown) => {
          options.onFault?.(error);
          run.ending ??= LIBRARY_LOST;
        })
        .then(poke);
    }
  }

  function tellState(run: ScheduledRun): void {
    const state = stateOf(run, surroundings);
    if (state.kind === 'finished' || state.kind === 'paused') {
      runs = runs.filter((one) => one !== run);
      tell({ kind: 'state', runId: run.order.runId, state });
      run.end();
    } else if (saysSomethingNew(run.told, state)) {
      run.told = state;
      tell({ kind: 'state', runId: run.order.runId, state });
    }
  }

  /** One timer, at the earliest moment at which any run can go on by itself. */
  function armTimer(): void {
    cancelTimer();
    cancelTimer = () => undefined;
    const now = clock.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const run of holds > 0 ? [] : runs) {
      if (run.hasRoom) {
        for (const lane of run.work.busyLanes()) {
          earliest = Math.min(earliest, laneWakesAt(lane, run.order, now));
        }
      }
    }
    if (Number.isFinite(earliest)) {
      const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, earliest - now));
      cancelTimer = clock.setTimer(delayMs, poke);
    }
  }

  async function stop(runId: number): Promise<void> {
    const run = runs.find((one) => one.order.runId === runId);
    if (run !== undefined) {
      run.ending ??= STOPPED;
      poke();
      await run.over;
    }
  }

  async function cancel(runId: number, how: { readonly inFlight?: boolean } = {}): Promise<void> {
    const run = runs.find((one) => one.order.runId === runId);
    if (run === undefined) {
      return;
    }
    run.cancel();
    if (how.inFlight === true) {
      for (const attemptId of run.attempts.keys()) {
        options.transport.cancel?.(attemptId);
      }
    }
    poke();
    await run.over;
  }

  return {
    start(order) {
      if (isClosed || runs.some((run) => run.order.runId === order.runId)) {
        throw new Error(isClosed ? 'The scheduler is closed.' : `Run ${order.runId} is under way already.`);
      }
      pool.reconsiderModels();
      const run = new ScheduledRun(order, meansOf(order.runId, options.budget));
      // Its turn comes after those that were there before.
      run.lastServed = lastServed;
      void run.over.then(order.bound?.onFree(poke));
      runs = [...runs, run];
      poke();
    },
    stop,
    cancel,
    cancelJobs(runId, jobIds, { inFlight = true } = {}) {
      const run = runs.find((one) => one.order.runId === runId);
      run?.cancelJobs(jobIds);
      for (const [attemptId, jobId] of (inFlight ? run?.attempts : undefined) ?? []) {
        if (jobIds.includes(jobId)) {
          options.transport.cancel?.(attemptId);
        }
      }
      poke();
    },
    change(order) {
      const run = runs.find((one) => one.order.runId === order.runId);
      if (run !== undefined) {
        run.change(order);
        poke();
      }
    },
    hold() {
      let isHeld = true;
      holds += 1;
      return () => {
        if (isHeld) {
          isHeld = false;
          holds -= 1;
          poke();
        }
      };
    },
    async close() {
      await Promise.all(runs.map((run) => stop(run.order.runId)));
      isClosed = true;
      unsubscribe();
      cancelTimer();
    },
  };
}

function meansOf(runId: number, budget: Budget | undefined): Means {
  return {
    hasPrice: (model) => budget?.hasPrice(runId, model) ?? true,
    keyRoom: (keyId, model) => budget?.keyRoom(runId, keyId, model) ?? { kind: 'free' },
    refusal(model) {
      const verdict = budget?.mayLease(runId, model) ?? { kind: 'ok' };
      switch (verdict.kind) {
        case 'ok':
          return null;
        case 'wait':
          return HELD;
        case 'spent':
          return { kind: 'never', reason: 'budget', sentence: verdict.sentence };
      }
    },
  };
}

function whyNotWritten(error: unknown): Paused {
  if (error instanceof NotKept) {
    return paused(error.failure.message, 'storage');
  }
  return error instanceof NotPending ? CHANGED_ELSEWHERE : LIBRARY_LOST;
}
