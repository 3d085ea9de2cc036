/** The part that sends: orders, transport, journal, scheduler, and the runs above them. */
import { estimateCost } from '@shared/cost';
import { mayBeCharged } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { Caps } from '@shared/model/run';
import type { Pool } from '../engine/pool/pool';
import type { AttemptOutcome, Clock } from '../engine/ports';
import { createBudget, dayStart } from '../engine/runs/budget';
import { createScheduler } from '../engine/runs/scheduler';
import type { StoredDataset } from '../store/store';
import { createTransportPool } from '../transport/transport-pool';
import type { EventHub } from './event-hub';
import type { Fleet } from './fleet';
import type { FleetMetrics } from './fleet-metrics';
import type { Foundation } from './foundation';
import { createOrderBook } from './order-book';
import { createRunJournal } from './run-journal';
import { createLostResults } from './lost-results';
import { createRuns, type Runs } from './runs';
import { verifyResults } from './verify-results';

export interface MachineryOptions {
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly fleet: Fleet;
  readonly metrics: FleetMetrics;
  readonly events: EventHub;
  readonly workers: number;
  dayCaps(): Caps;
  imageRoots(dataset: StoredDataset): readonly string[] | 'all';
}

export interface Machinery {
  readonly runs: Runs;
  /** What was spent today counts against the caps of the day. Once, before a run starts. */
  load(): Promise<void>;
  /** Makes ready what the first request of a run needs. */
  warm(provider: Provider, workers: number): void;
  /** Requests in flight finish and are kept; then the workers end. */
  close(): Promise<void>;
}

const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function costOf(outcome: AttemptOutcome): number | null {
  return outcome.kind === 'done' ? outcome.costUsd : null;
}

function isCharged(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'failed' ? mayBeCharged(outcome.failure) : true;
}

export function buildMachinery(options: MachineryOptions): Machinery {
  const { clock, fleet, metrics, events, pool } = options;
  const { store, models, log, paths } = options.foundation;
  const orders = createOrderBook({
    store,
    embeddedDir: paths.embedded,
    roots: options.imageRoots,
    catalogueModel: models.find,
    secret: fleet.secret,
  });
  const transport = createTransportPool({
    clock,
    workers: options.workers,
    order: async (_attempt, job, lease) => {
      const order = await orders.order(job, lease);
      return 'kind' in order ? order : { ...order, endpoint: await fleet.sendable(order.endpoint) };
    },
    onWorkerDeath: (error) => log.error('transport', `a worker ended: ${error.message}`),
  });
  const budget = createBudget({
    clock,
    timeZone: LOCAL_ZONE,
    dayCaps: options.dayCaps,
    keyCap: (keyId) => fleet.storedKey(keyId)?.limits?.costPerDay,
  });
  const lost = createLostResults({
    store,
    clock,
    verify: (run, signal) => verifyResults(store, run, signal),
    onError: (error) => log.error('results', `results could not be checked: ${String(error)}`),
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
    stragglers: lost.next,
    onHandedOut: lost.handedOut,
    onSettled: ({ attemptId, outcome }) => budget.settle(attemptId, costOf(outcome), isCharged(outcome)),
    fetchPages: orders.fetchPages,
    catalogueModel: models.find,
    providerOf: (endpointId) => fleet.endpoint(endpointId)?.provider,
    onSent: metrics.sent,
    onEnded(end) {
      metrics.ended(end);
      runs.onEnded(end);
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
      events.touchEndpoints();
    },
  });
  const runs = createRuns({
    store,
    scheduler,
    orders,
    lost,
    budget,
    price: (model, imageSize) => estimateCost(models.find(model), imageSize)?.high ?? null,
    events,
    clock,
    log,
    endpointsFor: fleet.endpointsFor,
    endpoint: fleet.endpoint,
    onWorkers: (workers) => transport.resize(workers),
  });
  return {
    runs,
    async load() {
      const since = dayStart(clock.wallNow(), LOCAL_ZONE);
      const [today, keys] = await Promise.all([store.spentSince(since), store.keySpentSince(since)]);
      budget.restore({ ...today, keys });
    },
    warm(provider, workers) {
      transport.resize(workers);
      transport.warm(provider);
    },
    async close() {
      await runs.stopAll();
      await scheduler.close();
      await transport.close();
    },
  };
}
