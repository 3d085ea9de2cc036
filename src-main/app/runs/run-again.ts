/**
 * Jobs that go again in the run they are of. Their present results stay as versions; a run under way stops first, for
 * it must not be handed jobs behind its cursor. Who asks while it is stopping is served with the same stop. It takes the
 * turn of its folder: no other run takes that over, and nobody plans there, until it is under way.
 */
import type { Run } from '@shared/model/run';
import type { Requeue, Store, StoredRun } from '../../store/store';
import { refuseClaimed } from '../folders/folder-claims';
import { inFolder, refuseReplaced } from '../folders/folder-turns';
import { keepVersions } from '../results/keep-versions';
import { refuseOthersKeys } from '../fleet/lent-keys';
import { hasMoved, isCutOff, isPlanned, planRun } from '../planning/planner';
import type { Preparation } from '../planning/preparing';
import { requeuePages } from './requeue-pages';
import { resendLost } from './resend-lost';
import type { StartExtras } from './run-start';
import type { Runs } from './runs';
import { refuseUnrecorded } from '../results/unrecorded-output';

export type AgainRuns = Pick<
  Runs,
  'found' | 'interrupt' | 'rest' | 'start' | 'isActive' | 'settle' | 'prepare' | 'planBeside'
>;

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
  readonly preparation: Preparation;
  readonly served: Promise<Run>;
}

interface Standing {
  /** Wishes gathered while the run stops. */
  readonly batches: Map<number, Batch>;
  /** The batch that was begun last: the next one finds its run under way, or paused by somebody. */
  readonly last: Map<number, Promise<unknown>>;
}

/** By library: two of them never share a run. */
const standings = new WeakMap<Pick<Store, 'requeue'>, Standing>();

export function runAgain(parts: AgainParts, runId: number, wish: Wish): Promise<Run> {
  const standing = standings.get(parts.store) ?? { batches: new Map(), last: new Map() };
  standings.set(parts.store, standing);
  const open = standing.batches.get(runId);
  // Who asks after a pause asks anew: what was paused stays so.
  if (open !== undefined && open.preparation.halt() === null) {
    open.wishes.push(wish);
    return open.served;
  }
  const wishes = [wish];
  const preparation = parts.runs.prepare();
  // A pause while its requests in flight end must not be undone.
  preparation.hears(runId);
  const served = serve(parts, standing, { runId, wishes, preparation, before: standing.last.get(runId) });
  standing.batches.set(runId, { wishes, preparation, served });
  const settled = served.then(forget, forget);
  standing.last.set(runId, settled);
  function forget(): void {
    if (standing.last.get(runId) === settled) {
      standing.last.delete(runId);
    }
  }
  return served;
}

interface Batched {
  readonly runId: number;
  readonly wishes: readonly Wish[];
}

interface Waiting extends Batched {
  readonly preparation: Preparation;
  readonly before: Promise<unknown> | undefined;
}

async function serve(
  parts: AgainParts,
  standing: Standing,
  { runId, wishes, preparation, before }: Waiting,
): Promise<Run> {
  const { store, runs } = parts;
  try {
    await before;
    const run = await runs.found(runId);
    refuseOthersKeys(run);
    // Before the turn is taken: who prepares the run may wait for that turn, and is waited for here.
    const session = await runs.interrupt(runId);
    // From here on who pauses or cancels it waits for this, too. Not before: the stop would wait for itself.
    preparation.of(runId);
    return await inFolder(store, run.outputDir, () =>
      serveInTurn(parts, standing, { runId, wishes, session, preparation }),
    );
  } finally {
    preparation.end();
    endBatch(standing, { runId, wishes });
  }
}

/** Nobody joins from here on: what comes now stops the run again. */
function endBatch({ batches }: Standing, { runId, wishes }: Batched): void {
  if (batches.get(runId)?.wishes === wishes) {
    batches.delete(runId);
  }
}

interface InTurn extends Batched {
  /** As it was under way; null: it stood still. */
  readonly session: StartExtras | null;
  readonly preparation: Preparation;
}

/** Somebody had paused it: the rest stays paused. */
const NOTHING_ELSE: StartExtras = { includes: () => false, leavesRest: true };

async function serveInTurn(
  { store, runs }: AgainParts,
  standing: Standing,
  { runId, wishes, session, preparation }: InTurn,
): Promise<Run> {
  const run = await runs.found(runId);
  await refuseReplaced(store, run);
  // Somebody may have started it before the turn came.
  const stopped = (await runs.rest(runId)) ?? session;
  const isPaused = stopped === null && (await hasRest(store, run));
  if (isPaused && run.origin !== 'session') {
    // What was pending may be sent, as if somebody had continued the run.
    await refuseUnrecorded(store, run, 'resume');
  }
  if (run.origin === 'dataset' && !runs.isActive(runId)) {
    // Before its results get other names: what lies under them may be another run's by now.
    await refuseClaimed(run.outputDir);
  }
  const isAlone = isPaused && wishes.every(({ which }) => which.kind === 'jobs');
  const { includes, ...others } = stopped ?? (isAlone ? NOTHING_ELSE : {});
  const rows = includes === undefined ? undefined : new Set<number>();
  const goOn = async (): Promise<Run> => {
    endBatch(standing, { runId, wishes });
    const fresh = await runs.found(runId);
    const planning = others.leavesRest === true ? {} : await restPlanned(runs, fresh, preparation);
    const some = includes && { includes: (row: number) => rows?.has(row) === true || includes(row) };
    return runs.start(fresh, { ...others, ...some, ...planning, preparation });
  };
  try {
    let at = 0;
    do {
      for (let wish = wishes[at]; wish !== undefined; wish = wishes[at]) {
        at += 1;
        await carryOut({ store, runs }, run, { wish, preparation, rows });
      }
      // Somebody may have started it meanwhile, and its cursor has passed these jobs.
      await runs.rest(runId);
    } while (at < wishes.length);
  } catch (error) {
    // It was stopped for these alone, and goes on as it was; that it cannot is seen where it stands still.
    await (stopped === null ? undefined : goOn().catch(() => undefined));
    throw error;
  }
  return goOn();
}

/** Whether there is more of a run that stands still than what is asked for: pending, or not planned yet. */
async function hasRest(store: Store, run: StoredRun): Promise<boolean> {
  if ((await store.counts(run.id)).pending > 0) {
    return true;
  }
  if (run.origin === 'session' || run.isRestCancelled) {
    return false;
  }
  // Once jobs of it have gone again alone it is finished, and not planned any further.
  return run.state.kind === 'paused' ? !(await isPlanned(store, run)) : isCutOff(store, run.id);
}

/** Its planning may have been stopped: it goes on, or the run would end without those rows. */
async function restPlanned(
  { planBeside }: Pick<AgainRuns, 'planBeside'>,
  run: StoredRun,
  preparation: Preparation,
): Promise<Pick<StartExtras, 'planned' | 'stopPlanning'>> {
  if (run.origin === 'session' || run.isRestCancelled) {
    return {};
  }
  const { begun, whole, stop } = planBeside(run, () => preparation.halt() !== null);
  await begun;
  return { planned: whole, stopPlanning: stop };
}

async function carryOut(
  { store, runs }: AgainParts,
  run: StoredRun,
  { rows, ...asked }: Asked & { readonly rows: Set<number> | undefined },
): Promise<void> {
  const { wish } = asked;
  const which = await unsettled({ store, runs }, run.id, asked);
  const isLost = wish.isOther !== true && (await isOfLost(store, which));
  await keepVersions(store, run, which);
  if (rows !== undefined) {
    await addRows(store, run.id, which, rows);
  }
  const requeue = (): Promise<unknown> => wish.requeue(which);
  await (isLost && run.origin !== 'session'
    ? resendLost(store, run, { requeue, isHalted: () => asked.preparation.halt() !== null })
    : requeue());
}

/** Whether requests with an unknown outcome are among these. */
async function isOfLost(store: Store, which: Requeue): Promise<boolean> {
  return (
    which.kind === 'unknown' ||
    (which.kind === 'jobs' && (await thoseAmong(store, which.jobIds, 'unknown')).size > 0)
  );
}

const PAGE = 1000;

interface Asked {
  readonly wish: Wish;
  readonly preparation: Preparation;
}

/**
 * Results that wait for their place, or lie aside for their rows, get it first: a job that is done by that was paid for,
 * and does not go again.
 */
async function unsettled(
  parts: AgainParts,
  runId: number,
  { wish: { which, isOther = false }, preparation }: Asked,
): Promise<Requeue> {
  const { store, runs } = parts;
  if (which.kind !== 'jobs') {
    await runs.settle(runId);
    await planMoved(parts, runId, preparation);
    return which;
  }
  const before = await thoseAmong(store, which.jobIds, 'done');
  await runs.settle(runId);
  await planMoved(parts, runId, preparation);
  if (isOther) {
    return which;
  }
  const after = await thoseAmong(store, which.jobIds, 'done');
  return { kind: 'jobs', jobIds: which.jobIds.filter((jobId) => before.has(jobId) || !after.has(jobId)) };
}

/** To the end, where it was stopped while its rows moved. Who stops the run meanwhile is heard. */
async function planMoved(
  { store, runs }: AgainParts,
  runId: number,
  preparation: Preparation,
): Promise<void> {
  if (!(await hasMoved(store, runId))) {
    return;
  }
  const run = await runs.found(runId);
  await planRun(store, run, { isHalted: () => preparation.halt() !== null }).whole;
}

async function thoseAmong(
  store: Store,
  jobIds: readonly number[],
  wanted: 'done' | 'unknown',
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (let at = 0; at < jobIds.length; at += PAGE) {
    for (const { id, state } of await store.jobsById(jobIds.slice(at, at + PAGE))) {
      if (state === wanted) {
        found.add(id);
      }
    }
  }
  return found;
}

async function addRows(store: Store, runId: number, which: Requeue, rows: Set<number>): Promise<void> {
  for await (const jobs of requeuePages(store, { runId, which }, PAGE)) {
    jobs.forEach(({ row }) => rows.add(row));
  }
}
