/** The results that are meant, page by page: each with its row, its run and its dataset. Nothing is held whole in memory. */
import type { ExportFilter, ExportSource } from '@shared/model/export';
import type { GallerySelection } from '@shared/model/gallery';
import type { ReviewFilter } from '@shared/model/review';
import type { JobState } from '@shared/model/run';
import { type AnswerShape, answerShape } from '../../datasets/answer-columns';
import { Refusal } from '../../refusal';
import type { Store, StoredDataset, StoredJob, StoredRun } from '../../store/store';
import { refuseUnseen } from '../gallery/refuse-unseen';
import { jobPages } from '../results/job-pages';
import { plainRow } from '../orders/plain-row';
import { asTold, type FinishedJob } from '../tables/results-log';

const PAGE = 200;

export interface ExportItem extends FinishedJob {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
}

/** Of a session it has what its row asked for, as a row of a dataset has it. */
export function itemOf(finished: FinishedJob, run: StoredRun, dataset: StoredDataset): ExportItem {
  const { recipe, fields } = plainRow(run, finished.row.fields);
  return { ...finished, row: { ...finished.row, fields }, run: { ...run, recipe }, dataset };
}

export type ExportStore = Pick<
  Store,
  | 'jobsAfter'
  | 'jobsById'
  | 'rowsAt'
  | 'answersOf'
  | 'usagesOf'
  | 'run'
  | 'dataset'
  | 'reviewQueue'
  | 'selectionIds'
  | 'counts'
>;

export interface ExportItems {
  /** For file names. */
  readonly name: string;
  readonly total: number;
  /** Of a text run, which has no pictures. */
  readonly answers?: AnswerShape;
  /** Of all datasets, each once, in the order they come up. */
  columns(): Promise<readonly string[]>;
  pages(): AsyncGenerator<readonly ExportItem[]>;
  /** Jobs with what they belong to, in their order. */
  join(jobs: readonly StoredJob[]): Promise<readonly ExportItem[]>;
}

export async function itemsOf(store: ExportStore, source: ExportSource): Promise<ExportItems> {
  const joined = createJoin(store);
  if (source.kind === 'selection') {
    const ids = await selectedIds(store, source.selection);
    return { ...joined.over(ids), name: 'results' };
  }
  const run = await store.run(source.runId);
  if (run === null) {
    throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
  }
  const { filter } = source;
  const name = filter === 'jobs' || filter === 'results' ? run.name : `${run.name}-${filter}`;
  const answers = answerShape(run.recipe);
  const states = STATES[filter];
  const shape = { name, ...(answers === undefined ? {} : { answers }) };
  if (states === undefined) {
    return { ...joined.over(await store.reviewQueue(run.id, reviewFilterOf(filter))), ...shape };
  }
  return {
    ...shape,
    join: joined.join,
    total: await totalOf(store, run.id, states),
    columns: async () => (await joined.datasetOf(run)).columns,
    async *pages() {
      for (const only of states) {
        yield* statePages(store, { run, only, join: joined.join });
      }
    },
  };
}

/** Of filters that are of states, each after the other; undefined in it: every state. */
const STATES: Readonly<Partial<Record<ExportFilter, readonly (JobState | undefined)[]>>> = {
  jobs: [undefined],
  failures: ['failed', 'unknown'],
};

function reviewFilterOf(filter: ExportFilter): ReviewFilter {
  return filter === 'accepted' || filter === 'rejected' || filter === 'unset' ? filter : 'all';
}

async function totalOf(
  store: ExportStore,
  runId: number,
  states: readonly (JobState | undefined)[],
): Promise<number> {
  const counts = await store.counts(runId);
  return states.reduce(
    (sum, state) =>
      sum + (state === undefined ? Object.values(counts).reduce((all, one) => all + one, 0) : counts[state]),
    0,
  );
}

type Join = (jobs: readonly StoredJob[]) => Promise<readonly ExportItem[]>;

async function* statePages(
  store: ExportStore,
  { run, only, join }: { readonly run: StoredRun; readonly only: JobState | undefined; readonly join: Join },
): AsyncGenerator<readonly ExportItem[]> {
  const of = { runId: run.id, ...(only === undefined ? {} : { state: only }) };
  for await (const jobs of jobPages(store, of, PAGE)) {
    yield await join(jobs.filter(({ isTrashed }) => isTrashed !== true));
  }
}

async function selectedIds(store: ExportStore, selection: GallerySelection): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let afterId = 0; ; ) {
    const page = await store.selectionIds(selection, afterId, PAGE * 10);
    const last = page.at(-1);
    if (last === undefined) {
      refuseUnseen(selection, ids.length);
      return ids;
    }
    ids.push(...page);
    afterId = last;
  }
}

/** Runs and datasets are read once each. */
function createJoin(store: ExportStore) {
  const runs = new Map<number, Promise<StoredRun | null>>();
  const datasets = new Map<number, Promise<StoredDataset | null>>();

  async function runOf(runId: number): Promise<StoredRun | null> {
    const known = runs.get(runId) ?? store.run(runId);
    runs.set(runId, known);
    return known;
  }

  async function datasetOf({ datasetId }: StoredRun): Promise<StoredDataset> {
    const known = datasets.get(datasetId) ?? store.dataset(datasetId);
    datasets.set(datasetId, known);
    const dataset = await known;
    if (dataset === null) {
      throw new Refusal('NOT_FOUND', 'The dataset of a run is no longer in the library.');
    }
    return dataset;
  }

  async function join(jobs: readonly StoredJob[]): Promise<readonly ExportItem[]> {
    const items = new Map<number, ExportItem>();
    for (const runId of new Set(jobs.map((job) => job.runId))) {
      const run = await runOf(runId);
      if (run === null) {
        continue;
      }
      const dataset = await datasetOf(run);
      const ofRun = jobs.filter((job) => job.runId === runId);
      for (const finished of await asTold({ store, ...run }, ofRun)) {
        items.set(finished.job.id, itemOf(finished, run, dataset));
      }
    }
    return jobs.flatMap(({ id }) => items.get(id) ?? []);
  }

  function over(ids: readonly number[]): Omit<ExportItems, 'name'> {
    async function* pages(): AsyncGenerator<readonly ExportItem[]> {
      for (let from = 0; from < ids.length; from += PAGE) {
        yield await join(await store.jobsById(ids.slice(from, from + PAGE)));
      }
    }
    async function columns(): Promise<readonly string[]> {
      const runIds = new Set<number>();
      for (let from = 0; from < ids.length; from += PAGE) {
        for (const job of await store.jobsById(ids.slice(from, from + PAGE))) {
          runIds.add(job.runId);
        }
      }
      const names = new Set<string>();
      for (const runId of runIds) {
        const run = await runOf(runId);
        for (const column of run === null ? [] : (await datasetOf(run)).columns) {
          names.add(column);
        }
      }
      return [...names];
    }
    return { total: ids.length, columns, pages, join };
  }

  return { join, datasetOf, over };
}
