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
import { isRestCancelled } from '../planning/partly-planned';
import { hasMoved, planRun } from '../planning/planner';
import type { Preparation } from '../planning/preparing';
import { requeuePages } from './requeue-pages';
import { resendLost } from './resend-lost';
import type { StartExtras } from './run-start';
import type { Runs } from './runs';
import { refuseUnrecorded } from '../results/unrecorded-output';

export type AgainRuns = Pick<
  Runs,
  'found' | 'stop' | 'rest' | 'start' | 'isActive' | 'over' | 'settle' | 'prepare'
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
  readonly served: Promise<Run>;
}

interface Standing {
  /** Wishes gathered while the run stops. */
  readonly batches: Map<number, Batch>;
  /** Rows that alone may be sent of runs which somebody had paused: the rest stays paused. */
  readonly only: Map<number, Set<number>>;
  /** The batch that was begun last: the next one finds its run under way, or paused by somebody. */
  readonly last: Map<number, Promise<unknown>>;
}

/** By library: two of them never share a run. */
const standings = new WeakMap<Pick<Store, 'requeue'>, Standing>();

export function runAgain(parts: AgainParts, runId: number, wish: Wish): Promise<Run> {
  const standing = standings.get(parts.store) ?? { batches: new Map(), only: new Map(), last: new Map() };
  standings.set(parts.store, standing);
  const open = standing.batches.get(runId);
  if (open !== undefined) {
    open.wishes.push(wish);
    return open.served;
  }
  const wishes = [wish];
  const served = serve(parts, standing, { runId, wishes, before: standing.last.get(runId) });
  standing.batches.set(runId, { wishes, served });
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
  readonly before: Promise<unknown> | undefined;
}

async function serve(
  parts: AgainParts,
  standing: Standing,
  { runId, wishes, before }: Waiting,
): Promise<Run> {
  const { store, runs } = parts;
  const preparation = runs.prepare();
  try {
    await before;
    const run = await runs.found(runId);
    refuseOthersKeys(run);
    const wasActive = runs.isActive(runId);
    // Before the turn is taken: who prepares the run may wait for that turn, and is waited for here.
    await runs.stop(runId);
    // From here on, until it is begun, who pauses or cancels it is heard. Not before: the stop would wait for itself.
    preparation.of(runId);
    return await inFolder(store, run.outputDir, () =>
      serveInTurn(parts, standing, { runId, wishes, wasActive, preparation }),
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
  readonly wasActive: boolean;
  readonly preparation: Preparation;
}

async function serveInTurn(
  { store, runs }: AgainParts,
  standing: Standing,
  { runId, wishes, wasActive, preparation }: InTurn,
): Promise<Run> {
  const { batches, only } = standing;
  const run = await runs.found(runId);
  await refuseReplaced(store, run);
  const isPaused = !wasActive && !runs.isActive(runId) && (await store.counts(runId)).pending > 0;
  if (isPaused && run.origin !== 'session') {
    // What was pending may be sent, as if somebody had continued the run.
    await refuseUnrecorded(store, run, 'resume');
  }
  if (isPaused && wishes.every(({ which }) => which.kind === 'jobs')) {
    only.set(runId, only.get(runId) ?? new Set());
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
      await carryOut({ store, runs }, run, { wish, preparation, rows: only.get(runId) });
    }
    // Somebody may have started it meanwhile, and its cursor has passed these jobs.
    await runs.rest(runId);
  } while (at < wishes.length);
  endBatch(standing, { runId, wishes });
  const rows = only.get(runId);
  const fresh = await runs.found(runId);
  const extras =
    rows === undefined
      ? await restPlanned(store, fresh, { wishes, preparation })
      : { includes: (row: number) => rows.has(row) };
  const started = await runs.start(fresh, { ...extras, preparation });
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
  { wishes, preparation }: Pick<InTurn, 'wishes' | 'preparation'>,
): Promise<Pick<StartExtras, 'planned' | 'stopPlanning'>> {
  const isOff = isRestCancelled(run) && !wishes.some(({ which }) => which.kind === 'cancelled');
  if (run.origin === 'session' || isOff) {
    return {};
  }
  const { begun, whole, stop } = planRun(store, run, { isHalted: () => preparation.halt() !== null });
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
  if (isRestCancelled(run)) {
    await store.cancelPending(runId);
  }
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
