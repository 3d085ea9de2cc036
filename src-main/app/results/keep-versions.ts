/** Before jobs are done again: their present results get names of their own, under which their successors leave them. */
import type { MovedResult } from '../../store/runs/version-store';
import type { Requeue, Store, StoredJob, StoredRun } from '../../store/store';
import { createFewAtOnce } from '../few-at-once';
import { instructionOf } from '../orders/job-instruction';
import { requeuePages } from '../runs/requeue-pages';
import { withRows } from '../tables/results-log';
import { forgetName, isVersionName, nameToo, versionName } from './version-files';

const PAGE = 200;
const FILES_AT_ONCE = 8;
/** A folder that another program filled with names of ours is not searched for ever. */
const MOST_TRIES = 1000;

export type VersionSource = Pick<
  Store,
  'jobIds' | 'jobsById' | 'rowsAt' | 'versions' | 'movedResults' | 'takenStems'
>;
type VersionRun = Pick<StoredRun, 'id' | 'outputDir' | 'recipe'> & {
  /** Rows the results were asked by; null: they are gone, and what was asked is not noted. */
  readonly datasetId: number | null;
};

/** Rejects with what the file system says; what was named by then is named, and nothing else has changed. */
export async function keepVersions(store: VersionSource, run: VersionRun, which: Requeue): Promise<void> {
  if (which.kind !== 'jobs' && which.kind !== 'all') {
    // Only done jobs have results.
    return;
  }
  for await (const jobs of requeuePages(store, { runId: run.id, which }, PAGE)) {
    await keepPage(store, run, jobs);
  }
}

interface Kept extends MovedResult {
  /** Null: it had its own name already. */
  readonly oldName: string | null;
}

async function keepPage(store: VersionSource, run: VersionRun, jobs: readonly StoredJob[]): Promise<void> {
  const done = await asked(
    store,
    run,
    jobs.filter(({ state, result }) => state === 'done' && result !== null),
  );
  const fewAtOnce = createFewAtOnce(FILES_AT_ONCE);
  const first = await Promise.all(done.map(({ job }) => fewAtOnce(() => firstFree(store, job))));
  // Asked for at once: each question reads all of the run's names.
  const wanted = done.map(({ job }, at) => `${job.stem}.v${first[at]}`);
  const areFree = (await anothers(store, run, wanted)).length === 0;
  const tried = done.map((one, at) => ({ ...one, first: first[at] ?? 1, isFree: areFree }));
  const kept = (await Promise.all(tried.map((one) => fewAtOnce(() => keepOne(store, run, one))))).filter(
    (one) => one !== null,
  );
  await store.movedResults(kept.map(({ oldName: _oldName, ...moved }) => moved));
  const oldNames = kept.flatMap(({ oldName }) => oldName ?? []);
  await Promise.all(oldNames.map((oldName) => forgetName(run.outputDir, oldName)));
}

interface Asked {
  readonly job: StoredJob;
  /** As it was sent; undefined: nobody knows any more. */
  readonly instruction: string | undefined;
}

async function asked(
  store: VersionSource,
  { recipe, datasetId }: VersionRun,
  jobs: readonly StoredJob[],
): Promise<readonly Asked[]> {
  if (datasetId === null) {
    return jobs.map((job) => ({ job, instruction: job.instruction ?? undefined }));
  }
  const finished = await withRows({ store, datasetId }, jobs);
  return finished.map(({ job, row }) => ({ job, instruction: instructionOf(recipe, job, row.fields) }));
}

interface Tried extends Asked {
  /** The number of its version, unless another file has that name. */
  readonly first: number;
  /** No row is named like the first. */
  readonly isFree: boolean;
}

/** Null: its file is gone. */
async function keepOne(
  store: VersionSource,
  run: VersionRun,
  { job, instruction, first, isFree }: Tried,
): Promise<Kept | null> {
  const { result, stem } = job;
  if (result === null) {
    return null;
  }
  const file = { stem, fileName: result.fileName, sha256: result.sha256 };
  // An answer in words has no file: nothing can take its place.
  if (isVersionName(file) || file.fileName === '') {
    return { resultId: result.id, fileName: file.fileName, ...told(instruction), oldName: null };
  }
  for (let number = first; number < first + MOST_TRIES; number += 1) {
    const fileName = versionName(file, number);
    const isKnownFree = isFree && number === first;
    if (!isKnownFree && (await anothers(store, run, [`${stem}.v${number}`])).length > 0) {
      continue;
    }
    const named = await nameToo(run.outputDir, file, fileName);
    if (named === 'gone') {
      return null;
    }
    if (named === 'named') {
      return { resultId: result.id, fileName, ...told(instruction), oldName: file.fileName };
    }
  }
  throw new Error(`${run.outputDir} holds too many files that are named as versions of ${file.fileName}.`);
}

function told(instruction: string | undefined): Pick<MovedResult, 'instruction'> {
  return instruction === undefined ? {} : { instruction };
}

/** Numbers go up: a version that was taken back leaves a gap. */
async function firstFree(store: VersionSource, { id, stem }: StoredJob): Promise<number> {
  const numbers = (await store.versions(id)).map(({ result }) =>
    isVersionName({ stem, fileName: result.fileName })
      ? Number(/^\.v(\d+)/.exec(result.fileName.slice(stem.length))?.[1] ?? 0)
      : 0,
  );
  return Math.max(0, ...numbers) + 1;
}

/** Those of these that a row is named like: only where a column of the dataset names the files. */
async function anothers(
  store: VersionSource,
  run: VersionRun,
  stems: readonly string[],
): Promise<readonly string[]> {
  return run.recipe.outputNameColumn === undefined ? [] : store.takenStems(run.id, stems);
}
