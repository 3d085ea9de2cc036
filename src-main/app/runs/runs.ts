/** The life of runs above the scheduler: start, stop, go on, rerun; their tables; what screens see of them. */
import { canaryEnd } from '@shared/canary';
import type { Run, RunOptions, RunState } from '@shared/model/run';
import type { Failure } from '@shared/model/failure';
import type { AttemptEnd } from '../../engine/ports';
import { paused, pausedByWish } from '../../engine/runs/run-state';
import type { SchedulerEvent } from '../../engine/runs/scheduler';
import { Refusal } from '../../refusal';
import type { Requeue, StoredDataset, StoredRun } from '../../store/store';
import { createJobCancel } from './cancel-jobs';
import { oneAtATime } from '../one-at-a-time';
import { deferred } from '../../deferred';
import { claimFolder } from '../folders/folder-claims';
import { keptPicturesOf } from '../results/kept-pictures';
import { brokenNote } from '../results/broken-results';
import { outputToGoOn } from '../folders/output-folder';
import { type Planning, planRun } from '../planning/planner';
import { createPreparing, type Halt, type Preparation } from '../planning/preparing';
import { createRateMeter } from './rates';
import { refuseOthersKeys } from '../fleet/lent-keys';
import { optionTurns } from './option-turns';
import { runOrder } from './run-order';
import { runAccount } from './run-account';
import { runAgain } from './run-again';
import { runLog } from '../tables/run-log';
import { createRunEnd } from './run-end';
import { createRunLook } from './run-look';
import { createResume } from './run-resume';
import type { RunsOptions } from './runs-options';
import { createRunStates } from './run-states';
import { createStops } from './run-stops';
import { moveInQueue } from './run-queue';
import { type ActiveRun, rootsOf, type StartExtras } from './run-start';

export type { StartExtras } from './run-start';

export type Runs = ReturnType<typeof createRuns>;

const NOT_BEGUN = pausedByWish(
  'Stopped before anything was sent: the jobs stay pending until the run is resumed.',
);

export function createRuns(options: RunsOptions) {
  const { store, scheduler, events, log } = options;
  const active = new Map<number, ActiveRun>();
  const isActive = (runId: number): boolean => active.has(runId);
  const states = createRunStates(store, log);
  const inTurn = optionTurns(store);
  const preparing = createPreparing((runId) => events.touchRun(runId));
  const { view, found, listed, list, sessions } = createRunLook({ store, active, preparing, states });

  /** Starts sending the pending jobs of a planned run. Resolves when it is under way. Two at once are one start. */
  const starting = oneAtATime(
    (run: StoredRun, extras: StartExtras = {}): Promise<Run> =>
      active.has(run.id) ? view(run) : begin(run, extras),
  );
  const { once: start } = starting;
  const stops = createStops({
    active,
    preparing,
    scheduler,
    starting,
    found,
    view,
    goOn: (runId) => resume(runId, { keepsCanary: true }),
  });
  const { finish, tablesOfCancelled } = createRunEnd({ options, active, states, datasetOf });

  const resume = createResume({
    store,
    active,
    preparing,
    found,
    view,
    start,
    rest: stops.rest,
    settle: options.settle,
    planBeside,
    changeOptions: (runId, change) => changeOptions(runId, change),
  });

  /** Its jobs are sent as they are planned. */
  function planBeside(run: StoredRun, isHalted: () => boolean): Planning {
    return planRun(store, run, { isHalted, beside: options.clock });
  }

  async function begin(prepared: StoredRun, extras: StartExtras): Promise<Run> {
    if (extras.isSession !== true) {
      refuseOthersKeys(prepared);
    }
    await outputToGoOn(prepared);
    const claim = await claimFolder(prepared, (error) =>
      log.warning('runs', `no claim on a folder: ${String(error)}`),
    );
    const { run, dataset, resultsLog } = await opened(prepared, extras).catch(async (error: unknown) => {
      await claim.release();
      throw error;
    });
    const over = deferred();
    active.set(run.id, {
      run,
      dataset,
      extras,
      log: resultsLog,
      claim,
      rate: createRateMeter(() => options.clock.now()),
      kept: keptPicturesOf(extras),
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
      ...rootsOf(extras),
    });
    options.budget.open(runAccount(run, options.price));
    if (run.origin !== 'session') {
      options.onWorkers(run.options.workers);
    }
    await store.setRunState(run.id, { kind: 'running' }).catch(async (error: unknown) => {
      await claim.release();
      options.budget.close(run.id);
      options.orders.close(run.id);
      active.delete(run.id);
      over.resolve();
      throw error;
    });
    const halt = extras.preparation?.halt() ?? null;
    if (extras.preparation !== undefined && halt !== null) {
      return haltBegun(run, extras.preparation, halt);
    }
    log.info(
      'runs',
      `run ${run.id} starts: ${run.options.concurrency} in flight, output in ${run.outputDir}`,
    );
    options.tidy(run.id);
    if (extras.recheck === true) {
      options.broken.start(run, {
        onBroken: (broken) => extras.onNote?.(brokenNote(broken)),
        onUnreadable: (failure) => doubt(run.id, failure),
      });
    }
    scheduler.start(runOrder(run, options, extras));
    events.touchRun(run.id);
    return view(run);
  }

  /** It was paused or cancelled while it was being prepared: nothing of it is sent. */
  async function haltBegun(run: StoredRun, preparation: Preparation, halt: Halt): Promise<Run> {
    const one = active.get(run.id);
    if (one !== undefined) {
      one.isCancelled = halt === 'cancelled';
      await onState(run.id, one.isCancelled ? { kind: 'finished' } : NOT_BEGUN);
      preparation.halted(halt);
    }
    return view(run);
  }

  function doubt(runId: number, { message, kind }: Failure): void {
    const one = active.get(runId);
    if (one !== undefined) {
      one.inDoubt = paused(message, kind);
      void scheduler.stop(runId);
    }
  }

  async function opened(
    prepared: StoredRun,
    extras: StartExtras,
  ): Promise<{
    readonly run: StoredRun;
    readonly dataset: StoredDataset;
    readonly resultsLog: ActiveRun['log'];
  }> {
    const dataset = await datasetOf(prepared);
    const resultsLog =
      prepared.origin === 'session' ? null : await runLog(options, { run: prepared, dataset, extras });
    try {
      // Its options may have changed while it was prepared. Last: whoever changes them from here on finds it under way.
      const run = await found(prepared.id);
      stops.refuseWhileStopping(extras);
      return { run, dataset, resultsLog };
    } catch (error) {
      await resultsLog?.close();
      throw error;
    }
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
      case 'givenUp':
        active.get(event.runId)?.extras.onGivenUp?.(event.jobIds, event.why);
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
    const isOver = state.kind === 'finished' || state.kind === 'paused';
    one.state = isOver && !one.isCancelled ? (one.inDoubt ?? state) : state;
    events.touchRun(runId);
    if (isOver) {
      await finish(one, one.state);
    }
  }

  /** An attempt is on disk. */
  function onEnded(end: AttemptEnd): void {
    const one = active.get(end.runId);
    if (one === undefined || end.next.kind === 'again') {
      return;
    }
    one.kept.ended(end);
    options.orders.forget(end.jobId);
    one.log?.ended(end.jobId);
    if (end.next.kind === 'done') {
      one.rate.count();
    }
  }

  async function requeueAndStart(runId: number, which: Requeue): Promise<Run> {
    if (active.get(runId)?.extras.isSession === true) {
      throw new Refusal('BAD_INPUT', 'That request belongs to a session that is open: ask once more there.');
    }
    const { interrupt, rest } = stops;
    const runs = {
      found,
      start,
      interrupt,
      rest,
      isActive,
      settle: options.settle,
      prepare: preparing.begin,
      planBeside,
    };
    return runAgain({ store, runs }, runId, { which, requeue: (left) => store.requeue(runId, left) });
  }

  /** Takes effect at once where the run is under way. */
  function setOptions(runId: number, changes: Partial<RunOptions>): Promise<Run> {
    return changeOptions(runId, (present) => ({ ...present, ...changes }));
  }

  /** In turn with the options: who changes those puts the run back as they found it. */
  function rename(runId: number, name: string): Promise<Run> {
    return inTurn(async () => {
      const renamed = { ...(await found(runId)), name };
      await store.setRunName(runId, name);
      const one = active.get(runId);
      if (one !== undefined) {
        one.run = { ...one.run, name };
      }
      events.touchRun(runId);
      return view(renamed);
    });
  }

  /** In turn: two at once would write back what the other has changed. */
  function changeOptions(runId: number, change: (present: RunOptions) => RunOptions): Promise<Run> {
    return inTurn(async () => {
      const run = await found(runId);
      const changed = { ...run, options: change(run.options) };
      await store.setRunOptions(runId, changed.options);
      const one = active.get(runId);
      if (one !== undefined) {
        one.run = changed;
        scheduler.change(runOrder(changed, options, one.extras));
      }
      options.budget.setCaps(runId, changed.options.caps ?? {});
      events.touchRun(runId);
      return view(changed);
    });
  }

  /** Pending jobs are `cancelled`; `inFlight`: what is under way is cut off, too. */
  async function cancel(runId: number, inFlight: boolean): Promise<Run> {
    const run = await found(runId);
    const isHalted = preparing.halt(runId, 'cancelled');
    if (!active.has(runId) && (await isHalted)) {
      return view(run);
    }
    await starting.underWay(runId)?.catch(() => undefined);
    const one = active.get(runId);
    if (one === undefined) {
      await store.cancelPending(runId);
      await store.setRunState(runId, { kind: 'finished' });
      const state = run.origin === 'session' ? null : await tablesOfCancelled(run);
      await (state === null ? undefined : states.save(runId, state));
    } else {
      one.isCancelled = true;
      one.extras.stopPlanning?.();
      // In this order: nothing that is pending is leased between the two.
      const over = scheduler.cancel(runId, { inFlight });
      await store.cancelPending(runId);
      events.touchRun(runId);
      await over;
      await one.over;
      await preparing.haltOver(runId);
    }
    events.touchRun(runId);
    return view(run);
  }

  return {
    ...stops,
    start,
    resume,
    view,
    found,
    listed,
    onSchedulerEvent,
    onEnded,
    setOptions,
    rename,
    cancel,
    cancelJobs: createJobCancel(options),
    async move(runId: number, at: number): Promise<Run[]> {
      await moveInQueue(store, { runs: await list(), runId, at });
      events.touchRun(runId);
      return list();
    },
    requeueAndStart,
    settle: options.settle,
    planBeside,
    rerunJob: async (jobId: number): Promise<Run> => {
      const job = await store.job(jobId);
      if (job === null) {
        throw new Refusal('NOT_FOUND', 'That job is no longer in the library.');
      }
      return requeueAndStart(job.runId, { kind: 'jobs', jobIds: [jobId] });
    },
    list,
    sessions,
    planned: (runId: number): Promise<unknown> => active.get(runId)?.extras.planned ?? Promise.resolve(),
    /** The same run, its endpoints as they are by now. */
    refreshOrder(runId: number): void {
      const one = active.get(runId);
      if (one !== undefined) {
        scheduler.change(runOrder(one.run, options, one.extras));
      }
    },
    /** Whether this session sends the job at this place of the plan. */
    includes(runId: number, { row, position }: { row: number; position: number }): boolean {
      const one = active.get(runId);
      return one === undefined || (position < canaryEnd(one.run) && (one.extras.includes?.(row) ?? true));
    },
    /** Whether this session sends nothing from this position of the plan on. */
    isPastEnd(runId: number, position: number): boolean {
      const one = active.get(runId);
      return one !== undefined && position >= canaryEnd(one.run);
    },
    /** Sessions aside, which wait most of the time. */
    isAnyActive: (): boolean => [...active.values()].some(({ extras }) => extras.isSession !== true),
    isActive,
    /** To be ended by whoever began it. */
    prepare: preparing.begin,
  };
}
