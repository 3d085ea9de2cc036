/** Row x model x variant -> jobs. Streams over the dataset, so a million rows cost no more memory than a page. */
import { createHash } from 'node:crypto';
import { parseRowFilter } from '@shared/row-filter';
import type { Recipe, RunOptions } from '@shared/model/run';
import { HeldNames } from '../datasets/held-names';
import { createNamer } from '../datasets/output-name';
import { Refusal } from '../refusal';
import type { HeldPage } from '../store/plan-again';
import type { NewJob, PlanCounts, Store, StoredRow, StoredRun } from '../store/store';
import { keepChanged } from './keep-changed';
import { createRowDigest } from './row-digest';

const PAGE = 500;
/** Rows whose names are asked for at once. */
const HELD_PAGE = 2000;
/** Goes up when the same rows would be planned or named otherwise. */
const PLAN_VERSION = 1;

/** Which of the jobs of a plan are wanted. */
export type JobChoice = (job: Omit<NewJob, 'position'>) => boolean;

interface PlanHow {
  /** Absent: all. */
  readonly only?: JobChoice | undefined;
  /** `keepBefore` has seen to the results of rows that changed. */
  readonly isKept?: boolean;
}

export interface Planning {
  /** Resolves when the first page of jobs can be sent. */
  readonly begun: Promise<void>;
  /** Resolves when every job is there. */
  readonly whole: Promise<PlanCounts>;
}

/**
 * Adds the jobs of a run to the store. Repeating it adds only what is new and marks what changed; a plan that was
 * complete, of the same rows for the same recipe, is not gone through again.
 */
export function planRun(store: Store, run: StoredRun, how: PlanHow = {}): Planning {
  let begin: () => void = () => undefined;
  const firstPage = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const whole = planAll(store, run, { ...how, onPage: begin });
  const begun = Promise.race([firstPage, whole.then(() => undefined)]);
  // Whoever waits for one of them hears of a failure; that nobody waits yet must not end the process.
  whole.catch(() => undefined);
  begun.catch(() => undefined);
  return { begun, whole };
}

/**
 * Before a run moves to another reading of its rows (`run`: as it will be): results of rows that ask for something else
 * are kept under other names. While the rows before are there, what was asked for is noted with them. Answers whether
 * that was done: else it is left to the planning.
 */
export async function keepBefore(store: Store, run: StoredRun, datasetBefore: number): Promise<boolean> {
  const planned = await store.plannedDigest(run.id);
  const isOther = run.datasetId !== datasetBefore;
  const isNeeded = !isNew(run) && (isOther || planned === null) && planned !== (await planDigest(store, run));
  if (isNeeded) {
    // What is pending asks for the new rows from here on: the plan of the ones before is no longer whole.
    await store.setPlannedDigest(run.id, null);
    for await (const jobs of plannedJobs(store, run)) {
      await keepChanged(store, { run, datasetBefore: isOther ? datasetBefore : null }, jobs);
    }
  }
  return isNeeded;
}

async function planAll(
  store: Store,
  run: StoredRun,
  { onPage, only, isKept = false }: PlanHow & { readonly onPage: () => void },
): Promise<PlanCounts> {
  const digest = await planDigest(store, run);
  if (digest !== null && (await store.plannedDigest(run.id)) === digest) {
    return { added: 0, changed: 0, unsure: 0 };
  }
  await store.setPlannedDigest(run.id, null);
  const held = isNew(run) ? undefined : await heldNames(store, run.id);
  let { added, changed, unsure } = { added: 0, changed: 0, unsure: 0 };
  for await (const jobs of plannedJobs(store, run, { only, held })) {
    if (held !== undefined && !isKept) {
      await keepChanged(store, { run, datasetBefore: null }, jobs);
    }
    const counts = await store.planJobs(run.id, jobs);
    added += counts.added;
    changed += counts.changed;
    unsure += counts.unsure;
    onPage();
  }
  await store.setPlannedDigest(run.id, digest);
  return { added, changed, unsure };
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
  const plan = [PLAN_VERSION, dataset.id, dataset.rows, run.recipe, run.options.filterRows];
  return createHash('sha256').update(JSON.stringify(plan)).digest('base64url');
}

/** The jobs of a run in pages, in row order, with their file names; `held`: names that its files have already. */
export async function* plannedJobs(
  store: Pick<Store, 'rows'>,
  run: Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>,
  { only, held }: { readonly only?: JobChoice | undefined; readonly held?: HeldNames | undefined } = {},
): AsyncGenerator<readonly NewJob[]> {
  const filter = rowFilter(run.options);
  const isChosen = only ?? (() => true);
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
  if (options.filterRows.trim() === '') {
    return () => true;
  }
  const filter = parseRowFilter(options.filterRows);
  if (filter.kind === 'refused') {
    throw new Refusal('BAD_INPUT', filter.sentence, 'filterRows');
  }
  return filter.includes;
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

/** What differs between two recipes, one phrase each; empty when both ask for the same pictures. */
export function recipeChanges(before: Recipe, after: Recipe): readonly string[] {
  const changes: string[] = [];
  const compare = (name: string, from: unknown, to: unknown): void => {
    if (JSON.stringify(from ?? null) !== JSON.stringify(to ?? null)) {
      changes.push(`${name} (was ${shown(from)}, now ${shown(to)})`);
    }
  };
  const models = (recipe: Recipe): string => recipe.models.map((m) => `${m.provider}/${m.model}`).join(', ');
  compare('task', before.task, after.task);
  compare('model', models(before), models(after));
  compare('instruction', before.instruction, after.instruction);
  compare('image columns', before.imageColumns, after.imageColumns);
  compare('mask column', before.maskColumn, after.maskColumn);
  compare('aspect ratio', before.aspectRatio, after.aspectRatio);
  compare('image size', before.imageSize, after.imageSize);
  compare('quality', before.quality, after.quality);
  compare('width', before.width, after.width);
  compare('height', before.height, after.height);
  compare('images per prompt', before.variants, after.variants);
  compare('output name column', before.outputNameColumn, after.outputNameColumn);
  compare('system prompt', before.text?.system || undefined, after.text?.system || undefined);
  compare('generation options', before.text?.generation, after.text?.generation);
  compare('kind of answer', before.text?.answer.kind, after.text?.answer.kind);
  if (before.text?.answer.kind === after.text?.answer.kind && !isSameAnswer(before, after)) {
    changes.push(after.text?.answer.kind === 'story' ? 'voices' : 'schema');
  }
  return changes;
}

/** Schemas and lists of voices are too long to be shown. */
function isSameAnswer(before: Recipe, after: Recipe): boolean {
  return JSON.stringify(before.text?.answer) === JSON.stringify(after.text?.answer);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) {
    return 'none';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
