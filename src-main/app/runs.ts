/** The life of runs above the scheduler: start, stop, go on, rerun; their tables; what screens see of them. */
import type { ModelChoice, Run, RunOptions, RunState } from '@shared/model/run';
import type { FailureKind } from '@shared/model/failure';
import type { AttemptEnd, Clock } from '../engine/ports';
import type { Spending } from '../engine/runs/budget';
import type { Scheduler, SchedulerEvent } from '../engine/runs/scheduler';
import type { Log } from '../log';
import { Refusal } from '../refusal';
import type { Requeue, Store, StoredDataset, StoredRun } from '../store/store';
import type { EventHub } from './event-hub';
import { canaryEnd, canaryPause } from './canary';
import { resultsPath, writeTables as writeAllTables } from './exporter';
import { lostNote, type LostResults } from './lost-results';
import type { RunContext } from './order-book';
import { outputToGoOn } from './output-folder';
import { planRun } from './planner';
import { createRateMeter } from './rates';
import { type FinishedJob, openResultsLog, type ResultsLog } from './results-log';
import { type FleetLook, type OrderExtras, runOrder } from './run-order';
import { runAccount } from './run-account';
import { createRunStates } from './run-states';
import { moveInQueue } from './run-queue';
import { pauseForTables } from './tables-pause';

export interface RunsOptions extends FleetLook {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly orders: {
    open(context: RunContext): void;
    close(runId: number): void;
    forget(jobId: number): void;
  };
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly lost: Pick<LostResults, 'start' | 'stop'>;
  readonly budget: Pick<Spending, 'open' | 'setCaps' | 'close'>;
  /** US dollars of one request at most; null: not known. */
  price(model: ModelChoice, imageSize?: string): number | null;
  /** Number of worker threads the run asks for. */
  onWorkers(workers: number): void;
}

export interface StartExtras extends OrderExtras {
  readonly imageCacheDir?: string | null;
  readonly defaultAspectRatio?: string | null;
  /** Where results.csv goes, when not into the output folder. */
  readonly csvPath?: string;
  /** The rows of this session: a run may have been planned for more. Absent: all. */
  readonly includes?: (row: number) => boolean;
  /** Jobs may still be being planned; absent: all are there. */
  readonly planned?: Promise<unknown>;
  /** Results of earlier sessions are compared with the disk while the run goes on. */
  readonly recheck?: boolean;
  /** Something a person should know while it runs, one sentence. */
  onNote?(sentence: string): void;
  onJobs?(jobs: readonly FinishedJob[]): void;
}

interface Active {
  /** Its options may change under way. */
  run: StoredRun;
  readonly dataset: StoredDataset;
  readonly extras: StartExtras;
  readonly log: ResultsLog;
  readonly rate: ReturnType<typeof createRateMeter>;
  state: RunState;
  isCancelled: boolean;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export type Runs = ReturnType<typeof createRuns>;

export function createRuns(options: RunsOptions) {
  const { store, scheduler, events, log } = options;
  const active = new Map<number, Active>();
  const states = createRunStates(store, log);

  /** Starts sending the pending jobs of a planned run. Resolves when it is under way. */
  async function start(run: StoredRun, extras: StartExtras = {}): Promise<Run> {
    if (active.has(run.id)) {
      return view(run);
    }
    await outputToGoOn(run);
    const dataset = await datasetOf(run);
    const resultsLog = await openResultsLog({
      store,
      clock: options.clock,
      outputDir: run.outputDir,
      datasetId: run.datasetId,
      columns: dataset.columns,
      onJobs: (jobs) => extras.onJobs?.(jobs),
      onTorn: extras.onNote ?? ((sentence) => log.warning('results', sentence)),
      onError: (error) => log.error('results', `results.jsonl of run ${run.id}: ${String(error)}`),
    });
    const over = deferred();
    active.set(run.id, {
      run,
      dataset,
      extras,
      log: resultsLog,
      rate: createRateMeter(() => options.clock.now()),
      state: { kind: 'running' },
      isCancelled: false,
      over: over.promise,
      end: over.resolve,
    });
    options.orders.open({
      run,
      dataset,
      imageCacheDir: extras.imageCacheDir ?? null,
      defaultAspectRatio: extras.defaultAspectRatio ?? null,
      // Who lends keys works on a command line, and may name any file that its user can read.
      ...(extras.borrower === undefined ? {} : { roots: 'all' }),
    });
    options.budget.open(runAccount(run, options.price));
    options.onWorkers(run.options.workers);
    await store.setRunState(run.id, { kind: 'running' });
    log.info(
      'runs',
      `run ${run.id} starts: ${run.options.concurrency} in flight, output in ${run.outputDir}`,
    );
    if (extras.recheck === true) {
      options.lost.start(run, (found) => extras.onNote?.(lostNote(found)));
    }
    scheduler.start(runOrder(run, options, extras));
    events.touchRun(run.id);
    return view(run);
  }

  async function datasetOf(run: StoredRun): Promise<StoredDataset> {
    const dataset = await store.dataset(run.datasetId);
    if (dataset === null) {
      throw new Refusal('NOT_FOUND', `The dataset of ${run.name} is no longer in the library.`);
    }
    return dataset;
  }

  function onSchedulerEvent(event: SchedulerEvent): void {
    switch (event.kind) {
      case 'job':
        events.touchJob(event.runId, event.jobId);
        events.touchRun(event.runId);
        return;
      case 'state':
        void onState(event.runId, event.state);
    }
  }

  async function onState(runId: number, state: RunState): Promise<void> {
    const one = active.get(runId);
    if (one === undefined) {
      return;
    }
    one.state = state;
    events.touchRun(runId);
    if (state.kind === 'finished' || state.kind === 'paused') {
      await finish(one, state);
    }
  }

  async function finish(one: Active, ended: RunState): Promise<void> {
    const runId = one.run.id;
    options.lost.stop(runId);
    options.budget.close(runId);
    let state = ended;
    try {
      await one.extras.planned;
      if (one.isCancelled) {
        // Jobs may have been planned since.
        await store.cancelPending(runId);
      } else if (state.kind === 'finished') {
        state = await afterCanary(one, state);
      }
      await one.log.close();
      await writeTables(one, state.kind);
    } catch (error) {
      log.error('results', `tables of run ${runId} could not be written: ${String(error)}`);
      state = state.kind === 'finished' ? pauseForTables(error, one.run.outputDir) : state;
    }
    await states.save(runId, state);
    options.orders.close(runId);
    active.delete(runId);
    log.info('runs', `run ${runId} is ${state.kind}`);
    events.touchRun(runId);
    one.end();
  }

  /** A run whose first rows are through pauses while others are left. */
  async function afterCanary({ run }: Active, state: RunState): Promise<RunState> {
    const { canary } = run.options;
    const { pending } = await store.counts(run.id);
    return canary === undefined || pending === 0 ? state : canaryPause(canary, pending);
  }

  /**
   * Whole and in input order. The live results.jsonl may hold a row twice after a resume; at a pause it stays as it is,
   * for it goes on growing, and a million rows are not to be written twice while somebody waits to quit.
   */
  async function writeTables(
    { run, dataset, extras }: Pick<Active, 'run' | 'dataset' | 'extras'>,
    state: RunState['kind'],
  ): Promise<void> {
    const csv = { format: 'csv', path: extras.csvPath ?? resultsPath(run.outputDir, 'csv') } as const;
    const jsonl = { format: 'jsonl', path: resultsPath(run.outputDir, 'jsonl') } as const;
    await writeAllTables(store, { run, dataset, files: state === 'paused' ? [csv] : [csv, jsonl] });
  }

  /** An attempt is on disk. */
  function onEnded(end: AttemptEnd): void {
    const one = active.get(end.runId);
    if (one === undefined || end.next.kind === 'again') {
      return;
    }
    options.orders.forget(end.jobId);
    one.log.ended(end.jobId);
    if (end.next.kind === 'done') {
      one.rate.count();
    }
  }

  async function view(run: StoredRun): Promise<Run> {
    const fresh = (await store.run(run.id)) ?? run;
    const one = active.get(run.id);
    const rate = one?.rate.perSecond() ?? 0;
    const left = fresh.counts.pending + fresh.counts.leased + fresh.counts.sent;
    return {
      id: fresh.id,
      name: fresh.name,
      datasetId: fresh.datasetId,
      recipe: fresh.recipe,
      options: fresh.options,
      outputDir: fresh.outputDir,
      createdAt: fresh.createdAt,
      state: one?.state ?? states.of(fresh),
      counts: fresh.counts,
      failures: fresh.failures,
      ratePerSecond: Math.round(rate * 100) / 100,
      ...(rate > 0 && left > 0 ? { etaSeconds: Math.round(left / rate) } : {}),
      costUsd: fresh.costUsd,
      requests: fresh.requests,
      place: fresh.place,
    };
  }

  async function found(runId: number): Promise<StoredRun> {
    const run = await store.run(runId);
    if (run === null) {
      throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
    }
    return run;
  }

  async function resume(runId: number, resendUnknown = false): Promise<Run> {
    const one = active.get(runId);
    if (one?.state.kind === 'running' || one?.state.kind === 'waiting') {
      return view(one.run);
    }
    // It is about to stand still: its tables are being written.
    await one?.over;
    const run = await withoutCanary(await found(runId));
    if (resendUnknown || run.options.unknown === 'resend') {
      await store.requeue(runId, { kind: 'unknown' });
    }
    // Its process may have died while the jobs were still being planned.
    const { begun, whole } = planRun(store, run);
    await begun;
    return start(await found(runId), { planned: whole, recheck: true });
  }

  /** Who continues a run has looked at its first rows. */
  async function withoutCanary(run: StoredRun): Promise<StoredRun> {
    const { canary, ...rest } = run.options;
    if (canary === undefined) {
      return run;
    }
    await store.setRunOptions(run.id, rest);
    return { ...run, options: rest };
  }

  async function requeueAndStart(runId: number, which: Requeue): Promise<Run> {
    // A run that is still going must not be handed jobs behind its cursor: it ends first, then goes on.
    await stop(runId);
    await store.requeue(runId, which);
    return start(await found(runId));
  }

  /** Takes effect at once where the run is under way. */
  async function setOptions(runId: number, changes: Partial<RunOptions>): Promise<Run> {
    const run = await found(runId);
    const changed = { ...run, options: { ...run.options, ...changes } };
    await store.setRunOptions(runId, changed.options);
    const one = active.get(runId);
    if (one !== undefined) {
      one.run = changed;
      scheduler.change(runOrder(changed, options, one.extras));
    }
    options.budget.setCaps(runId, changed.options.caps ?? {});
    events.touchRun(runId);
    return view(changed);
  }

  /** Pending jobs are `cancelled`; `inFlight`: what is under way is cut off, too. */
  async function cancel(runId: number, inFlight: boolean): Promise<Run> {
    const run = await found(runId);
    const one = active.get(runId);
    if (one === undefined) {
      await store.cancelPending(runId);
      await store.setRunState(runId, { kind: 'finished' });
      await writeTables({ run, dataset: await datasetOf(run), extras: {} }, 'finished');
    } else {
      one.isCancelled = true;
      // In this order: nothing that is pending is leased between the two.
      const over = scheduler.cancel(runId, { inFlight });
      await store.cancelPending(runId);
      events.touchRun(runId);
      await over;
      await one.over;
    }
    events.touchRun(runId);
    return view(run);
  }

  async function list(): Promise<Run[]> {
    return Promise.all((await store.runs()).map(view));
  }

  /** Stops sending; resolves when what was in flight has ended and the tables are written. */
  async function stop(runId: number): Promise<Run> {
    const one = active.get(runId);
    if (one !== undefined) {
      await scheduler.stop(runId);
      await one.over;
    }
    return view(await found(runId));
  }

  return {
    start,
    stop,
    resume,
    view,
    found,
    onSchedulerEvent,
    onEnded,
    setOptions,
    cancel,
    async move(runId: number, at: number): Promise<Run[]> {
      await moveInQueue(store, { runs: await list(), runId, at });
      events.touchRun(runId);
      return list();
    },
    requeueAndStart,
    rerunFailed: (runId: number, kind?: FailureKind) =>
      requeueAndStart(runId, { kind: 'failed', ...(kind === undefined ? {} : { failureKind: kind }) }),
    rerunJob: async (jobId: number): Promise<Run> => {
      const job = await store.job(jobId);
      if (job === null) {
        throw new Refusal('NOT_FOUND', 'That job is no longer in the library.');
      }
      return requeueAndStart(job.runId, { kind: 'jobs', jobIds: [jobId] });
    },
    list,
    planned: (runId: number): Promise<unknown> => active.get(runId)?.extras.planned ?? Promise.resolve(),
    /** Whether this session sends the job at this place of the plan. */
    includes(runId: number, { row, position }: JobPlace): boolean {
      const one = active.get(runId);
      return one === undefined || (position < canaryEnd(one.run) && (one.extras.includes?.(row) ?? true));
    },
    /** Whether this session sends nothing from this position of the plan on. */
    isPastEnd(runId: number, position: number): boolean {
      const one = active.get(runId);
      return one !== undefined && position >= canaryEnd(one.run);
    },
    isAnyActive: (): boolean => active.size > 0,
    isActive: (runId: number) => active.has(runId),
    /** Resolves when the run has ended or paused. */
    over: (runId: number): Promise<void> => active.get(runId)?.over ?? Promise.resolve(),
    /** Stops every run, in order that nothing is lost. */
    stopAll: async (): Promise<void> => {
      await Promise.all([...active.keys()].map((runId) => stop(runId)));
    },
  };
}

/** Where a job stands in its plan. */
export interface JobPlace {
  readonly row: number;
  readonly position: number;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
