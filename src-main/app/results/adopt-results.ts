/**
 * Pictures that lie in an output folder without a record: the earlier tool made them, or the library was lost. They may
 * have been paid for, so they are neither done over nor believed without being asked for: whole ones can be taken as
 * done.
 */
import { join } from 'node:path';
import type { ReceivedFile } from '../../engine/ports';
import { fileSha256 } from '../../images/file-sha256';
import { readWholeImage, type WholeImage } from '../../images/whole-image';
import { moveAside } from '../../move-aside';
import type { Store, StoredJob, StoredRun } from '../../store/store';
import { createFewAtOnce } from '../few-at-once';
import { createPictureFolders, mayHoldPictures, type PictureFolders } from '../folders/picture-folders';
import { plannedJobs } from '../planning/planner';
import { isRefusedBySystem, Unreadable } from './unreadable';

type Plan = Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>;

export interface FoundPictures {
  /** One that cannot be read may be: it counts here, and is taken once it can. */
  readonly whole: number;
  /** Cut off, or no picture although it has the name of one. */
  readonly torn: number;
}

export interface LookedAt extends FoundPictures {
  /** Folders that were listed, and when each had last changed. */
  readonly folders: ReadonlyMap<string, number>;
}

export const NOTHING_FOUND: FoundPictures = { whole: 0, torn: 0 };
const PAGE = 500;
const FILES_AT_ONCE = 8;

/** Counts the jobs of this plan that have a picture in a folder already. */
export async function foundPictures(
  store: Pick<Store, 'rows'>,
  plan: Plan,
  outputDir: string,
): Promise<LookedAt> {
  const folders = createPictureFolders(outputDir);
  // A new folder, the usual case, needs no look at a million rows.
  if (!(await mayHoldPictures(outputDir))) {
    await folders.named('any');
    return { ...NOTHING_FOUND, folders: folders.marks() };
  }
  const look = createLook(outputDir, folders);
  let found = NOTHING_FOUND;
  for await (const jobs of plannedJobs(store, plan)) {
    found = sum(found, await Promise.all(jobs.map(({ stem }) => look(stem))));
  }
  return { ...found, folders: folders.marks() };
}

/**
 * Takes whole pictures as the results of pending jobs that were never sent. Torn ones are renamed, so that they are
 * neither believed nor overwritten when their job is done again. Throws an Unreadable where nobody can tell.
 */
export async function adoptPictures(
  store: Pick<Store, 'jobs' | 'adopted'>,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
): Promise<FoundPictures> {
  const look = createLook(run.outputDir, createPictureFolders(run.outputDir));
  const fewAtOnce = createFewAtOnce(FILES_AT_ONCE);
  let { whole, torn } = NOTHING_FOUND;
  if (!(await mayHoldPictures(run.outputDir))) {
    return NOTHING_FOUND;
  }
  for await (const jobs of neverSent(store, run.id)) {
    const looks = await Promise.all(jobs.map(async (job) => ({ job, pictures: await look(job.stem) })));
    const inDoubt = looks.find(({ pictures }) => pictures.unreadable !== null);
    if (inDoubt?.pictures.unreadable) {
      throw inDoubt.pictures.unreadable;
    }
    const kept = await Promise.all(
      looks.flatMap(({ job, pictures: { taken } }) =>
        taken === null ? [] : fewAtOnce(async () => ({ jobId: job.id, file: await received(run, taken) })),
      ),
    );
    for (const { pictures } of looks) {
      await Promise.all(pictures.torn.map((name) => setAside(join(run.outputDir, name))));
      torn += pictures.torn.length > 0 ? 1 : 0;
    }
    whole += await store.adopted(run.id, kept);
  }
  return { whole, torn };
}

interface Taken {
  /** Below the output folder. */
  readonly name: string;
  readonly image: WholeImage;
}

/** What lies under the stem of one job. Torn pictures beside a whole one are nobody's concern. */
export interface StemPictures {
  readonly taken: Taken | null;
  readonly torn: readonly string[];
  /** Of one that may be whole, where none is known to be. */
  readonly unreadable: Unreadable | null;
}

export function createLook(outputDir: string, folders: PictureFolders) {
  const fewAtOnce = createFewAtOnce(FILES_AT_ONCE);
  return async (stem: string): Promise<StemPictures> => {
    const names = await folders.named(stem);
    let unreadable: Unreadable | null = null;
    for (const name of names) {
      const image = await fewAtOnce(() => wholeImage(join(outputDir, name)));
      if (image instanceof Unreadable) {
        unreadable = image;
      } else if (image !== null) {
        return { taken: { name, image }, torn: [], unreadable: null };
      }
    }
    return unreadable === null
      ? { taken: null, torn: names, unreadable }
      : { taken: null, torn: [], unreadable };
  };
}

/** Null: it is cut off, or none. */
function wholeImage(path: string): Promise<WholeImage | Unreadable | null> {
  return readWholeImage(path).catch((error: unknown) =>
    isRefusedBySystem(error) ? new Unreadable(error, path) : null,
  );
}

/** With those of more jobs. */
export function sum(before: FoundPictures, looks: readonly StemPictures[]): FoundPictures {
  return {
    whole:
      before.whole + looks.filter(({ taken, unreadable }) => taken !== null || unreadable !== null).length,
    torn: before.torn + looks.filter(({ torn }) => torn.length > 0).length,
  };
}

/** Those that were sent once, and are pending again because somebody wanted so, are to be done anew. */
async function* neverSent(store: Pick<Store, 'jobs'>, runId: number): AsyncGenerator<readonly StoredJob[]> {
  for (let offset = 0; ; offset += PAGE) {
    // By the run's whole order: adopting takes jobs out of the pending ones while they are gone through.
    const { jobs } = await store.jobs({ runId, offset, limit: PAGE });
    if (jobs.length === 0) {
      return;
    }
    yield jobs.filter(
      ({ state, attempts, result }) => state === 'pending' && attempts === 0 && result === null,
    );
  }
}

async function received(
  { outputDir }: Pick<StoredRun, 'outputDir'>,
  { name, image }: Taken,
): Promise<ReceivedFile> {
  const { mimeType, sizeBytes, pixels } = image;
  return { fileName: name, sha256: await fileSha256(join(outputDir, name)), mimeType, ...pixels, sizeBytes };
}

function setAside(path: string): Promise<string> {
  return moveAside(path, (number) => (number === 1 ? `${path}.torn` : `${path}.torn-${number}`));
}
