/** Row x model x variant -> jobs. Streams over the dataset, so a million rows cost no more memory than a page. */
import { createHash } from 'node:crypto';
import { parseRowFilter, type RowRange } from '@shared/row-filter';
import type { Recipe, RunOptions } from '@shared/model/run';
import { HeldNames } from '../../datasets/held-names';
import { createNamer } from '../../datasets/output-name';
import { deferred } from '../../deferred';
import type { Clock } from '../../engine/ports';
import { Refusal } from '../../refusal';
import type { HeldPage } from '../../store/runs/plan-again';
import type { NewJob, PlanCounts, Store, StoredRow, StoredRun } from '../../store/store';
import { keepGone, leaveOutGone } from '../results/gone-rows';
import { keepChanged } from '../results/keep-changed';
import { jobChoice } from './job-choice';
import { createRowDigest } from './row-digest';
import { takeAlong } from '../results/take-along';

const PAGE = 500;
/** Rows whose names are asked for at once. */
const HELD_PAGE = 2000;
/** Goes up when the same rows would be planned or named otherwise. */
const PLAN_VERSION = 1;

/** In place of a plan's digest: its run moved to another reading of its rows, and nothing is sent before all are planned. */
export const MOVED = 'moved';

interface PlanHow {
  /** `keepBefore` has seen to the results of rows that changed. */
  readonly isKept?: boolean;
  /** Asked before each page; once true, it stays so: the rest is left to the next planning. */
  readonly isHalted?: () => boolean;
  /**
   * What is planned is sent meanwhile, and whoever sends and shows that comes first: by this clock it rests after each
   * page for as long as the page took. Absent: it is waited for.
   */
  readonly beside?: Pick<Clock, 'now' | 'setTimer'>;
}

export interface PlanEnd extends PlanCounts {
  /** Results of other rows, or of earlier readings, that jobs took over instead of being sent. */
  readonly along: number;
  /** Requests with an unknown outcome that went to where their rows are. */
  readonly lost: number;
  /** Rows that are no longer there. */
  readonly gone: number;
  /** False: it was stopped, and the next planning adds the rest. */
  readonly isWhole: boolean;
}

export interface Planning {
  /** Resolves when the first page of jobs can be sent. */
  readonly begun: Promise<void>;
  /** Resolves when every job is there, or it was stopped. */
  readonly whole: Promise<PlanEnd>;
  /** Before its next page. */
  readonly stop: () => void;
}

/**
 * Adds the jobs of a run to the store. Repeating it adds only what is new and marks what changed; a plan that was
 * complete, of the same rows for the same recipe, is not gone through again.
 */
export function planRun(store: Store, run: StoredRun, how: PlanHow = {}): Planning {
  const { promise: firstPage, resolve: begin } = deferred();
  let isStopped = false;
  const isHalted = (): boolean => isStopped || how.isHalted?.() === true;
  const whole = planAll(store, run, { ...how, isHalted, onPage: begin });
  const begun = Promise.race([firstPage, whole.then(() => undefined)]);
  // Whoever waits for one of them hears of a failure; that nobody waits yet must not end the process.
  whole.catch(() => undefined);
  begun.catch(() => undefined);
  return {
    begun,
    whole,
    stop: () => {
      isStopped = true;
    },
  };
}

/** `none`: that is left to the planning. `halted`: part of it, and the run must not move. */
export type Keeping = 'kept' | 'none' | 'halted';

/**
 * Before a run moves to another reading of its rows (`run`: as it will be): results of rows that ask for something else
 * are kept under other names. While the rows before are there, what was asked for is noted with them.
 */
export async function keepBefore(
  store: Store,
  run: StoredRun,
  { datasetBefore, isHalted }: Pick<PlanHow, 'isHalted'> & { readonly datasetBefore: number },
): Promise<Keeping> {
  const planned = await store.plannedDigest(run.id);
  const isOther = run.datasetId !== datasetBefore;
  // Also where the rows stay: to those that a wider choice takes in, what lies aside may belong.
  const isNeeded = (isOther || !isNew(run)) && planned !== (await planDigest(store, run));
  if (isNeeded) {
    // What is pending asks for the new rows from here on: the plan of the ones before is no longer whole.
    await store.setPlannedDigest(run.id, MOVED);
  }
  if (!isNeeded || isNew(run)) {
    return 'none';
  }
  const over = { run, datasetBefore: isOther ? datasetBefore : null };
  for await (const jobs of plannedJobs(store, run)) {
    if (isHalted?.() === true) {
      return 'halted';
    }
    await keepChanged(store, over, jobs);
  }
  await keepGone(store, over);
  return 'kept';
}

/** Whether a plan of the run as it is here was complete: it would not be gone through again. */
export async function isPlanned(
  store: Pick<Store, 'dataset' | 'plannedDigest'>,
  run: StoredRun,
): Promise<boolean> {
  const digest = await planDigest(store, run);
  return digest !== null && (await store.plannedDigest(run.id)) === digest;
}

/** Whether its rows have moved, and its plan over where they are now is not whole: results may lie aside for them. */
export async function hasMoved(store: Pick<Store, 'plannedDigest'>, runId: number): Promise<boolean> {
  return (await store.plannedDigest(runId)) === MOVED;
}

/** Whether its planning was begun, and has not come to its end. */
export async function isCutOff(store: Pick<Store, 'plannedDigest'>, runId: number): Promise<boolean> {
  const digest = await store.plannedDigest(runId);
  return digest === null || digest === MOVED;
}

/** As the planning goes through them, with the names they get. */
export async function* jobsToPlan(
  store: Pick<Store, 'rows' | 'heldNames'>,
  run: StoredRun,
): AsyncGenerator<readonly NewJob[]> {
  const held = isNew(run) ? undefined : await heldNames(store, run.id);
  yield* plannedJobs(store, run, { held });
}

export const NOTHING_PLANNED: Omit<PlanEnd, 'isWhole'> = {
  added: 0,
  changed: 0,
  unsure: 0,
  along: 0,
  lost: 0,
  gone: 0,
};

interface OnPage {
  readonly onPage: () => void;
}

async function planAll(
  store: Store,
  run: StoredRun,
  { onPage, isHalted, isKept = false, beside }: PlanHow & Required<Pick<PlanHow, 'isHalted'>> & OnPage,
): Promise<PlanEnd> {
  const digest = await planDigest(store, run);
  if (await isPlanned(store, run)) {
    return { ...NOTHING_PLANNED, isWhole: true };
  }
  const isMoved = await hasMoved(store, run.id);
  if (!isMoved) {
    await store.setPlannedDigest(run.id, null);
  }
  const held = isNew(run) ? undefined : await heldNames(store, run.id);
  let { added, changed, unsure } = NOTHING_PLANNED;
  const rest = beside === undefined || isMoved ? null : restingBy(beside);
  for await (const jobs of plannedJobs(store, run, { held })) {
    if (isHalted()) {
      return { ...NOTHING_PLANNED, added, changed, unsure, isWhole: false };
    }
    if (held !== undefined && !isKept) {
      await keepChanged(store, { run, datasetBefore: null }, jobs);
    }
    const counts = await store.planJobs(run.id, jobs);
    added += counts.added;
    changed += counts.changed;
    unsure += counts.unsure;
    if (!isMoved) {
      onPage();
    }
    await rest?.();
  }
  const moved = isMoved ? await rowsMoved(store, run, { isHalted, isKept, changed, unsure }) : {};
  const isWhole = !isMoved || !isHalted();
  if (isWhole) {
    await store.setPlannedDigest(run.id, digest);
  }
  return { ...NOTHING_PLANNED, added, changed, unsure, ...moved, isWhole };
}

/** Waits for as long as it has been since it was called before. */
function restingBy(clock: Pick<Clock, 'now' | 'setTimer'>): () => Promise<void> {
  let before = clock.now();
  return async () => {
    const took = clock.now() - before;
    await new Promise<void>((resolve) => clock.setTimer(took, resolve));
    before = clock.now();
  };
}

/** Once all of a plan over another reading is there: any row may have been any other before. */
async function rowsMoved(
  store: Store,
  run: StoredRun,
  { isHalted, isKept, ...counts }: Required<Pick<PlanHow, 'isHalted' | 'isKept'>> & Omit<PlanCounts, 'added'>,
): Promise<Omit<PlanEnd, 'added' | 'isWhole'>> {
  if (!isKept) {
    await keepGone(store, { run, datasetBefore: null });
  }
  const gone = await leaveOutGone(store, run);
  let along = await takeAlong(store, run, isHalted);
  if (isHalted()) {
    return { ...counts, gone, along, lost: 0 };
  }
  // What is paid for and at hand comes first: a row that has it needs no answer that was lost.
  const lost = await store.lostAlong(run.id);
  along += lost.moved + lost.aside > 0 ? await takeAlong(store, run, isHalted) : 0;
  const isAlone = along + lost.moved + lost.aside === 0;
  return {
    along,
    lost: lost.moved,
    gone: gone + lost.gone,
    unsure: lost.elsewhere,
    // A row whose own result went along with another is not one that changed.
    changed: isAlone ? counts.changed : Math.min(counts.changed, await store.askedAnew(run.id)),
  };
}

/** Nothing of it was sent, and nothing is done. */
function isNew({ requests, counts }: StoredRun): boolean {
  return requests === 0 && counts.done === 0;
}

async function heldNames(store: Pick<Store, 'heldNames'>, runId: number): Promise<HeldNames> {
  const held = new HeldNames();
  for (let after: number | null = -1; after !== null; ) {
    const { names, lastRow }: HeldPage = await store.heldNames(runId, after, HELD_PAGE);
    names.forEach(({ stem, row }) => held.add(stem, row));
    after = lastRow;
  }
  return held;
}

/** Everything a plan follows from; null while rows are still coming in. */
async function planDigest(store: Pick<Store, 'dataset'>, run: StoredRun): Promise<string | null> {
  const dataset = await store.dataset(run.datasetId);
  if (dataset === null || dataset.importing) {
    return null;
  }
  const { filterRows, chosen } = run.options;
  const choice = chosen === undefined ? [filterRows] : [filterRows, chosen];
  const plan = [PLAN_VERSION, dataset.id, dataset.rows, run.recipe, ...choice];
  return createHash('sha256').update(JSON.stringify(plan)).digest('base64url');
}

interface PagesHow {
  /** Names that its files have already. */
  readonly held?: HeldNames | undefined;
}

/** The jobs of a run in pages, in row order, with their file names. */
export async function* plannedJobs(
  store: Pick<Store, 'rows'>,
  run: Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>,
  { held }: PagesHow = {},
): AsyncGenerator<readonly NewJob[]> {
  const filter = rowFilter(run.options);
  const isChosen = jobChoice(run.options);
  const namer = createNamer(run.recipe, held);
  const jobsOf = createJobsOf(run.recipe);
  let position = 0;
  let stored = 0;
  for (;;) {
    // By place among the stored rows: lines that could not be read leave gaps in the row numbers.
    const rows = await store.rows(run.datasetId, stored, PAGE);
    if (rows.length === 0) {
      return;
    }
    stored += rows.length;
    const jobs: NewJob[] = [];
    for (const row of rows) {
      // Every row is named, also those left out, so that a filter never changes another row's name.
      const stems = namer.name(row);
      for (const job of jobsOf(row, stems)) {
        if (filter(row.row) && isChosen(job)) {
          jobs.push({ ...job, position });
          position += 1;
        }
      }
    }
    yield jobs;
  }
}

/** Throws a Refusal for a filter that cannot be read. */
export function rowFilter(options: Pick<RunOptions, 'filterRows'>): (row: number) => boolean {
  return readFilter(options).includes;
}

/** What such a filter takes, ascending. Throws a Refusal for one that cannot be read. */
export function rowRanges(options: Pick<RunOptions, 'filterRows'>): readonly RowRange[] {
  return readFilter(options).ranges;
}

function readFilter({ filterRows }: Pick<RunOptions, 'filterRows'>) {
  const filter = parseRowFilter(filterRows);
  if (filter.kind === 'refused') {
    throw new Refusal('BAD_INPUT', filter.sentence, 'filterRows');
  }
  return filter;
}

function createJobsOf(recipe: Recipe) {
  const digestOf = createRowDigest(recipe);
  return (row: StoredRow, stems: readonly (readonly string[])[]): readonly Omit<NewJob, 'position'>[] => {
    const digest = digestOf(row.fields);
    return recipe.models.flatMap((model, m) =>
      Array.from({ length: recipe.variants }, (_, variant) => ({
        row: row.row,
        index: row.index,
        variant,
        model,
        stem: stems[m]?.[variant] ?? `${row.index}`,
        digest,
      })),
    );
  };
}
