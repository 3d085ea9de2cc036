/**
 * Jobs that go again in the run they are of. Their present results stay as versions; a run under way stops first, for
 * it must not be handed jobs behind its cursor. Who asks while it is stopping is served with the same stop. It takes the
 * turn of its folder: no other run takes that over, and nobody plans there, until it is under way.
 */
import type { Run } from '@shared/model/run';
import type { Requeue, Store, StoredRun } from '../store/store';
import { refuseClaimed } from './folder-claims';
import { inFolder, refuseReplaced } from './folder-turns';
import { keepVersions } from './keep-versions';
import { refuseOthersKeys } from './lent-keys';
import { isRestCancelled } from './partly-planned';
import { planRun } from './planner';
import type { StartExtras } from './run-start';
import type { Runs } from './runs';
import { refuseUnrecorded } from './unrecorded-output';

export type AgainRuns = Pick<Runs, 'found' | 'stop' | 'rest' | 'start' | 'isActive' | 'over' | 'settle'>;

export interface AgainParts {
  readonly store: Store;
  readonly runs: AgainRuns;
}

/** One wish: which jobs, and how they become pending. */
interface Wish {
  readonly which: Requeue;
  /** Something else is asked of them: a result that waited for its place is not what is wished for. */
  readonly isOther?: boolean;
  requeue(which: Requeue): Promise<unknown>;
}

interface Batch {
  readonly wishes: Wish[];
  readonly served: Promise<Run>;
}

interface Standing {
  /** Wishes gathered while the run stops. */
  readonly batches: Map<number, Batch>;
  /** Rows that alone may be sent of runs which somebody had paused: the rest stays paused. */
  readonly only: Map<number, Set<number>>;
}

/** By library: two of them never share a run. */
const standings = new WeakMap<Pick<Store, 'requeue'>, Standing>();

export function runAgain(parts: AgainParts, runId: number, wish: Wish): Promise<Run> {
  const standing = standings.get(parts.store) ?? { batches: new Map(), only: new Map() };
  standings.set(parts.store, standing);
  const open = standing.batches.get(runId);
  if (open !== undefined) {
    open.wishes.push(wish);
    return open.served;
  }
  const wishes = [wish];
  const served = serve(parts, standing, { runId, wishes });
  standing.batches.set(runId, { wishes, served });
  return served;
}

interface Batched {
  readonly runId: number;
  readonly wishes: readonly Wish[];
}

async function serve(parts: AgainParts, standing: Standing, { runId, wishes }: Batched): Promise<Run> {
  const { store, runs } = parts;
  try {
    const run = await runs.found(runId);
    refuseOthersKeys(run);
    const wasActive = runs.isActive(runId);
    // Before the turn is taken: who prepares the run may wait for that turn, and is waited for here.
    await runs.stop(runId);
    return await inFolder(store, run.outputDir, () =>
      serveInTurn(parts, standing, { runId, wishes, wasActive }),
    );
  } finally {
    endBatch(standing, { runId, wishes });
  }
}

/** Nobody joins from here on: what comes now stops the run again. */
function endBatch({ batches }: Standing, { runId, wishes }: Batched): void {
  if (batches.get(runId)?.wishes === wishes) {
    batches.delete(runId);
  }
}

async function serveInTurn(
  { store, runs }: AgainParts,
  standing: Standing,
  { runId, wishes, wasActive }: Batched & { readonly wasActive: boolean },
): Promise<Run> {
  const { batches, only } = standing;
  const run = await runs.found(runId);
  await refuseReplaced(store, run);
  const isPaused = !wasActive && !runs.isActive(runId) && (await store.counts(runId)).pending > 0;
  if (isPaused && wishes.every(({ which }) => which.kind === 'jobs')) {
    only.set(runId, only.get(runId) ?? new Set());
  } else if (isPaused && run.origin !== 'session') {
    // What was pending goes along, as if somebody had continued the run.
    await refuseUnrecorded(store, run, 'resume');
  }
  await runs.rest(runId);
  if (run.origin === 'dataset' && !runs.isActive(runId)) {
    // Before its results get other names: what lies under them may be another run's by now.
    await refuseClaimed(run.outputDir);
  }
  let at = 0;
  do {
    for (let wish = wishes[at]; wish !== undefined; wish = wishes[at]) {
      at += 1;
      await carryOut({ store, runs }, run, { wish, rows: only.get(runId) });
    }
    // Somebody may have started it meanwhile, and its cursor has passed these jobs.
    await runs.rest(runId);
  } while (at < wishes.length);
  endBatch(standing, { runId, wishes });
  const rows = only.get(runId);
  const fresh = await runs.found(runId);
  const started = await runs.start(
    fresh,
    rows === undefined ? await restPlanned(store, fresh, wishes) : { includes: (row) => rows.has(row) },
  );
  void runs.over(runId).then(() => {
    if (!batches.has(runId) && !runs.isActive(runId)) {
      only.delete(runId);
    }
  });
  return started;
}

/** Its planning may have been stopped: it goes on, or the run would end without those rows. */
async function restPlanned(
  store: Store,
  run: StoredRun,
  wishes: readonly Wish[],
): Promise<Pick<StartExtras, 'planned' | 'stopPlanning'>> {
  const isOff = isRestCancelled(run) && !wishes.some(({ which }) => which.kind === 'cancelled');
  if (run.origin === 'session' || isOff) {
    return {};
  }
  const { begun, whole, stop } = planRun(store, run);
  await begun;
  return { planned: whole, stopPlanning: stop };
}

async function carryOut(
  { store, runs }: AgainParts,
  run: StoredRun,
  { wish, rows }: { readonly wish: Wish; readonly rows: Set<number> | undefined },
): Promise<void> {
  const which = await unsettled({ store, runs }, run.id, wish);
  await keepVersions(store, run, which);
  if (rows !== undefined) {
    await addRows(store, run.id, which, rows);
  }
  await wish.requeue(which);
}

const PAGE = 1000;

/** Results that wait for their place get it first: a job that is done by that was paid for, and does not go again. */
async function unsettled(
  { store, runs }: AgainParts,
  runId: number,
  { which, isOther = false }: Wish,
): Promise<Requeue> {
  if (which.kind !== 'jobs' || isOther) {
    await runs.settle(runId);
    return which;
  }
  const before = await doneAmong(store, which.jobIds);
  await runs.settle(runId);
  const after = await doneAmong(store, which.jobIds);
  return { kind: 'jobs', jobIds: which.jobIds.filter((jobId) => before.has(jobId) || !after.has(jobId)) };
}

async function doneAmong(store: Store, jobIds: readonly number[]): Promise<ReadonlySet<number>> {
  const done = new Set<number>();
  for (let at = 0; at < jobIds.length; at += PAGE) {
    for (const { id, state } of await store.jobsById(jobIds.slice(at, at + PAGE))) {
      if (state === 'done') {
        done.add(id);
      }
    }
  }
  return done;
}

async function addRows(store: Store, runId: number, which: Requeue, rows: Set<number>): Promise<void> {
  for (let after = 0; ; ) {
    const jobIds = await store.jobIds(runId, which, after, PAGE);
    const last = jobIds.at(-1);
    if (last === undefined) {
      return;
    }
    for (const { row } of await store.jobsById(jobIds)) {
      rows.add(row);
    }
    after = last;
  }
}
