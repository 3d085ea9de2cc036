/** The part that sends: orders, transport, journal, scheduler, and the runs above them. */
import { highestCost } from '@shared/cost';
import { mayBeCharged } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { Caps, RunOptions } from '@shared/model/run';
import type { Pool } from '../engine/pool/pool';
import type { AttemptEnd, AttemptOutcome, Clock } from '../engine/ports';
import { createBudget, dayStart } from '../engine/runs/budget';
import { createScheduler } from '../engine/runs/scheduler';
import type { StoredDataset } from '../store/store';
import { createTransportPool } from '../transport/transport-pool';
import type { Payers } from './access/payers';
import { type Arrivals, createArrivals } from './runs/arrivals';
import type { EventHub } from './event-hub';
import type { Fleet } from './fleet/fleet';
import type { FleetMetrics } from './fleet/fleet-metrics';
import type { Foundation } from './foundation';
import { noteKept } from './results/kept-pictures';
import { createOrderBook } from './orders/order-book';
import { orderFailure } from './orders/order-failure';
import { withoutReplaced } from './results/replaced-result';
import { createRunJournal } from './runs/run-journal';
import { createBrokenResults } from './results/broken-results';
import { createRuns, type Runs } from './runs/runs';
import { createUnfinishedFiles } from './results/unfinished-files';
import { createUnwrittenEnds } from './results/unwritten-ends';
import { verifyResults } from './results/verify-results';
import type { Watcher } from './watchers';
import { LOCAL_ZONE } from './local-zone';

export interface MachineryOptions {
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly fleet: Fleet;
  readonly metrics: FleetMetrics;
  readonly events: EventHub;
  readonly workers: number;
  dayCaps(): Caps;
  /** What a dead process left whole of this run becomes its results; answers how their attempts ended. */
  adoptWhole(runId: number): Promise<readonly AttemptEnd[]>;
  /** Tokens that pay for what they started; absent: there are none. */
  readonly payers?: Pick<Payers, 'over'>;
  readonly watchers: Required<Watcher>;
  imageRoots(dataset: StoredDataset): readonly string[] | 'all';
}

export interface Machinery {
  readonly runs: Runs;
  /** For runs that stay open. */
  readonly arrivals: Arrivals;
  /** What jobs ask for that are not read from the library, and what is forgotten of those that are never sent. */
  readonly orders: Pick<ReturnType<typeof createOrderBook>, 'note' | 'forget'>;
  /** What was spent today counts against the caps of the day; what the last process left unfinished goes. Once, before a run starts. */
  load(): Promise<void>;
  /** Makes ready what the first request of a run needs. */
  warm(provider: Provider, options: Pick<RunOptions, 'workers' | 'concurrency'>): void;
  /** Nothing is sent until the undo is called; what is in flight goes on. */
  readonly hold: () => () => void;
  /** Requests in flight finish and are kept; then the workers end. */
  close(): Promise<void>;
}

function costOf(outcome: AttemptOutcome): number | null {
  return outcome.kind === 'lost' ? null : (outcome.costUsd ?? null);
}

function isCharged(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'failed' ? mayBeCharged(outcome.failure) : true;
}

export function buildMachinery(options: MachineryOptions): Machinery {
  const { clock, fleet, metrics, events, pool, watchers } = options;
  const { store, models, log, paths, mark } = options.foundation;
  const orders = createOrderBook({
    store,
    mark,
    embeddedDir: paths.embedded,
    roots: options.imageRoots,
    catalogueModel: models.find,
    secret: fleet.secret,
    isWatched: watchers.isWatched,
  });
  const arrivals = createArrivals();
  const transport = createTransportPool({
    clock,
    workers: options.workers,
    async order(_attempt, job, lease) {
      try {
        const order = await orders.order(job, lease);
        return 'kind' in order ? order : { ...order, endpoint: await fleet.sendable(order.endpoint) };
      } catch (error) {
        return orderFailure(error);
      }
    },
    onPartial: (job, path) => watchers.onPartial(job.id, path),
    onDelta: (job, text) => watchers.onDelta(job.id, text),
    onWorkerDeath: (error) => log.error('transport', `a worker ended: ${error.message}`),
    onFault: (fault) => log.error('transport', String(fault)),
  });
  const paid = options.payers?.over ?? ((one) => one);
  const budget = paid(
    createBudget({
      clock,
      timeZone: LOCAL_ZONE,
      dayCaps: options.dayCaps,
      keyCap: (keyId) => fleet.storedKey(keyId)?.limits?.costPerDay,
    }),
  );
  const broken = createBrokenResults({
    store,
    clock,
    verify: (run, signal) => verifyResults(store, run, signal),
    onError: (error) => log.error('results', `results could not be checked: ${String(error)}`),
  });
  const unfinished = createUnfinishedFiles({
    store,
    mark,
    spareDir: paths.spare,
    onError: (error) => log.error('results', `unfinished files could not be removed: ${String(error)}`),
  });
  function onEnded(end: AttemptEnd): void {
    noteKept(log, end);
    metrics.ended(end);
    runs.onEnded(end);
    watchers.onEnded(end);
  }
  function onWritten(end: AttemptEnd): void {
    onEnded(end);
    events.touchJob(end.runId, end.jobId);
    events.touchRun(end.runId);
  }
  const unwritten = createUnwrittenEnds({
    store,
    spareDir: paths.spare,
    clock,
    isUnderWay: (runId) => runs.isActive(runId),
    onWritten,
    onError: (error) => log.error('results', `an end could not be written down: ${String(error)}`),
  });
  const journal = createRunJournal({
    store: {
      pending: store.pending,
      nextAttemptId: store.nextAttemptId,
      sent: (attempts) => store.sent(attempts.map((attempt) => ({ ...attempt, ...fleet.names(attempt) }))),
      received: store.received,
      ended: store.ended,
    },
    planned: (runId) => runs.planned(runId),
    isWanted: (job) => {
      const place = orders.placeOf(job.id);
      return place === undefined || runs.includes(job.runId, place);
    },
    isPastEnd: (job) => runs.isPastEnd(job.runId, orders.placeOf(job.id)?.position ?? 0),
    stragglers: broken.next,
    arrivals,
    onHandedOut: broken.handedOut,
    onSettled(end) {
      const { attemptId, outcome } = end;
      budget.settle(attemptId, costOf(outcome), isCharged(outcome));
      // What has not its final name yet cannot be read.
      if (outcome.kind !== 'done' || outcome.unplaced === undefined) {
        watchers.onKnown(end);
      }
    },
    fetchPages: orders.fetchPages,
    catalogueModel: models.find,
    providerOf: (endpointId) => fleet.endpoint(endpointId)?.provider,
    onSent: metrics.sent,
    withoutReplaced: (end) => withoutReplaced(store, end),
    onEnded,
    onUnwritten(end, error) {
      // Who asked a session was told that it failed, and may ask anew: it must not go again by itself.
      const isAskers = orders.context(end.runId)?.run.origin === 'session';
      const isOver = isAskers && end.next.kind === 'again';
      return unwritten.note(isOver ? { ...end, next: { kind: 'failed' } } : end, error);
    },
  });
  const scheduler = createScheduler({
    clock,
    random: Math.random,
    pool,
    journal,
    transport,
    budget,
    onFault: (fault) => log.error('engine', String(fault)),
    onEvent: (event) => {
      runs.onSchedulerEvent(event);
      if (event.kind === 'job') {
        watchers.onJob(event.runId, event.jobId, event.state);
        if (event.state === 'pending' && event.failure !== undefined) {
          watchers.onAgain(event.jobId, event.failure.message);
        }
      }
      events.touchEndpoints();
    },
  });
  const runs = createRuns({
    store,
    scheduler,
    orders,
    broken,
    tidy: (runId) => void unfinished.sweep(runId),
    async settle(runId) {
      await unwritten.again();
      (await options.adoptWhole(runId)).forEach(onWritten);
    },
    budget,
    price: (model, recipe) => highestCost(models.find(model), recipe),
    events,
    clock,
    log,
    endpointsFor: fleet.endpointsFor,
    endpoint: fleet.endpoint,
    onOver(runId, state) {
      arrivals.forget(runId);
      transport.runOver(runId);
      watchers.onOver(runId, state);
    },
    onWorkers: (workers) => transport.resize(workers),
  });
  return {
    runs,
    arrivals,
    orders,
    hold: scheduler.hold,
    async load() {
      const since = dayStart(clock.wallNow(), LOCAL_ZONE);
      const [today, keys] = await Promise.all([store.spentSince(since), store.keySpentSince(since)]);
      budget.restore({ ...today, keys });
      void unfinished.sweep(null);
    },
    warm(provider, { workers, concurrency }) {
      transport.resize(workers);
      transport.warm(provider, concurrency);
    },
    async close() {
      // Meanwhile: a large folder takes a while, in which runs would go on.
      const tidied = unfinished.close();
      await runs.close();
      await scheduler.close();
      await transport.close();
      await unwritten.close();
      await tidied;
    },
  };
}
