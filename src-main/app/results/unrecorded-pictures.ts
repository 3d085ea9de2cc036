/**
 * Pictures of jobs that a run has never sent: they were made after its library was copied that is now restored. Where
 * all pictures in its folder are results that the library knows, no row is looked at; where nothing has changed there
 * since the run came to a stand, no picture is.
 */
import { posix } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Store, StoredRun } from '../../store/store';
import type { RecordedPage, RecordedPlace } from '../../store/runs/unsent-stems';
import { ManyNames } from '../folders/many-names';
import { createLook, type FoundPictures, NOTHING_FOUND, sum } from './adopt-results';
import {
  createFoldersBelow,
  createPictureFolders,
  mayHoldPictures,
  type PictureFolders,
  stemOf,
  visitBelow,
} from '../folders/picture-folders';
import { isPlanned, jobsToPlan } from '../planning/planner';
import { isQuiet } from '../folders/quiet-folders';

export type UnsentSource = Pick<
  Store,
  | 'counts'
  | 'unsentStems'
  | 'neverSent'
  | 'recordedNames'
  | 'dataset'
  | 'plannedDigest'
  | 'quietFolders'
  | 'heldNames'
  | 'rows'
>;

/** Of names alone. */
const STEMS = 10_000;
const RECORDED_ROWS = 2000;

type IsTaken = (stem: string) => boolean | Promise<boolean>;

/** `run`: as it is to be planned. Nothing is changed. */
export async function unrecordedPictures(store: UnsentSource, run: StoredRun): Promise<FoundPictures> {
  const isWhole = await isPlanned(store, run);
  const hasNothingToSend = isWhole && (await store.counts(run.id)).pending === 0;
  // Other rows may be named like what has always been there.
  const isAsItWas = isWhole && (await isQuiet(store, run));
  if (hasNothingToSend || isAsItWas || !(await mayHoldPictures(run.outputDir))) {
    return NOTHING_FOUND;
  }
  const folders = createPictureFolders(run.outputDir);
  const names = new ManyNames();
  const hasAll = await visitBelow(run.outputDir, { picture: (name) => names.add(name) });
  const strange = hasAll ? await stemsWithoutRecord(store, run.id, names) : null;
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

/** Takes from `names` what is recorded. */
async function stemsWithoutRecord(
  store: Pick<Store, 'recordedNames'>,
  runId: number,
  names: ManyNames,
): Promise<ReadonlySet<string>> {
  const pageAfter = (place: RecordedPlace | null): Promise<RecordedPage> => {
    const page = store.recordedNames(runId, place, RECORDED_ROWS);
    // Nobody may wait for the last one.
    page.catch(() => undefined);
    return page;
  };
  for (let next: Promise<RecordedPage> | null = pageAfter(null); next !== null && names.size > 0; ) {
    const page: RecordedPage = await next;
    // The store reads it while these are taken out.
    next = page.next === null ? null : pageAfter(page.next);
    page.names.forEach((name) => names.delete(name));
    // A page that has come already would be taken at once.
    await othersTurn();
  }
  return new Set(Array.from(names, stemOf));
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
