/**
 * Pictures of jobs that a run has never sent: they were made after its library was copied that is now restored. Where
 * all pictures in its folder are results that the library knows, no row is looked at.
 */
import { posix } from 'node:path';
import type { Store, StoredRun } from '../store/store';
import type { RecordedPage, RecordedPlace } from '../store/unsent-stems';
import { createLook, type FoundPictures, NOTHING_FOUND, sum } from './adopt-results';
import {
  createFoldersBelow,
  createPictureFolders,
  mayHoldPictures,
  type PictureFolders,
  picturesBelow,
  stemOf,
} from './picture-folders';
import { isPlanned, jobsToPlan } from './planner';

export type UnsentSource = Pick<
  Store,
  | 'counts'
  | 'unsentStems'
  | 'neverSent'
  | 'recordedNames'
  | 'dataset'
  | 'plannedDigest'
  | 'heldNames'
  | 'rows'
>;

/** Of names alone. */
const STEMS = 10_000;
const RECORDED_ROWS = 4000;

type IsTaken = (stem: string) => boolean | Promise<boolean>;

/** `run`: as it is to be planned. Nothing is changed. */
export async function unrecordedPictures(store: UnsentSource, run: StoredRun): Promise<FoundPictures> {
  const isWhole = await isPlanned(store, run);
  const hasNothingToSend = isWhole && (await store.counts(run.id)).pending === 0;
  if (hasNothingToSend || !(await mayHoldPictures(run.outputDir))) {
    return NOTHING_FOUND;
  }
  const folders = createPictureFolders(run.outputDir);
  const names = await picturesBelow(run.outputDir);
  const strange = names === null ? null : await stemsWithoutRecord(store, run.id, names);
  if (strange?.size === 0) {
    return NOTHING_FOUND;
  }
  const look = createLook(run.outputDir, folders);
  const isTaken: IsTaken =
    strange === null ? takenBelow(run.outputDir, folders) : (stem) => strange.has(stem);
  let found = NOTHING_FOUND;
  for await (const stems of takenStems(store, run, isTaken)) {
    found = sum(found, await Promise.all(stems.map(look)));
  }
  return found;
}

async function stemsWithoutRecord(
  store: Pick<Store, 'recordedNames'>,
  runId: number,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const left = new Set(names);
  let after: RecordedPlace | null = null;
  do {
    const page: RecordedPage = await store.recordedNames(runId, after, RECORDED_ROWS);
    page.names.forEach((name) => left.delete(name));
    after = page.next;
  } while (after !== null && left.size > 0);
  return new Set([...left].map(stemOf));
}

/** Of jobs that were never sent, those whose names are taken. */
async function* takenStems(
  store: UnsentSource,
  run: StoredRun,
  isTaken: IsTaken,
): AsyncGenerator<readonly string[]> {
  if (!(await isPlanned(store, run))) {
    for await (const jobs of jobsToPlan(store, run)) {
      const taken = await chosen(jobs, ({ stem }) => isTaken(stem));
      yield taken.length === 0 ? [] : await store.neverSent(run.id, taken);
    }
    return;
  }
  for (let after = -1; ; ) {
    const page = await store.unsentStems(run.id, after, STEMS);
    if (page === null) {
      return;
    }
    after = page.lastPosition;
    yield await chosen(page.stems, isTaken);
  }
}

function takenBelow(outputDir: string, folders: PictureFolders): IsTaken {
  const isThere = createFoldersBelow(outputDir);
  return async (stem) => (await isThere(posix.dirname(stem))) && (await folders.named(stem)).length > 0;
}

/** One after the other: a million of them at once would be a million promises. */
async function chosen<T>(
  all: readonly T[],
  isChosen: (one: T) => boolean | Promise<boolean>,
): Promise<readonly T[]> {
  const those: T[] = [];
  for (const one of all) {
    const answer = isChosen(one);
    if (answer === true || (answer !== false && (await answer))) {
      those.push(one);
    }
  }
  return those;
}
