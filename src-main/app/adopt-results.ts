/**
 * Pictures that lie in an output folder without a record: the earlier tool made them, or the library was lost. They may
 * have been paid for, so they are neither done over nor believed without being asked for: whole ones can be taken as
 * done.
 */
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReceivedFile } from '../engine/ports';
import { fileSha256 } from '../images/file-sha256';
import { readWholeImage } from '../images/whole-image';
import type { Store, StoredRun } from '../store/store';
import { plannedJobs } from './planner';

type Plan = Pick<StoredRun, 'recipe' | 'options' | 'datasetId'>;

export interface FoundPictures {
  readonly whole: number;
  /** Cut off, or no picture although it has the name of one. */
  readonly torn: number;
}

const PICTURE = /\.(png|jpe?g|webp|gif)$/i;
const PAGE = 500;
const AT_ONCE = 8;

/** Counts the pictures in a folder that are named as results of this plan would be. */
export async function foundPictures(
  store: Pick<Store, 'rows'>,
  plan: Plan,
  outputDir: string,
): Promise<FoundPictures> {
  const files = await picturesIn(outputDir);
  let whole = 0;
  let torn = 0;
  if (files.size === 0) {
    return { whole, torn };
  }
  for await (const jobs of plannedJobs(store, plan)) {
    const names = jobs.flatMap(({ stem }) => files.get(stem) ?? []);
    const found = await inGroups(names, (name) => readWholeImage(join(outputDir, name)).catch(() => null));
    whole += found.filter((image) => image !== null).length;
    torn += found.filter((image) => image === null).length;
  }
  return { whole, torn };
}

/**
 * Takes whole pictures as the results of pending jobs. One that is torn is renamed, so that it is neither believed nor
 * overwritten when its job is done again.
 */
export async function adoptPictures(
  store: Pick<Store, 'jobs' | 'adopted'>,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
): Promise<FoundPictures> {
  const files = await picturesIn(run.outputDir);
  let whole = 0;
  let torn = 0;
  for (let offset = 0; files.size > 0; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE });
    if (jobs.length === 0) {
      break;
    }
    const named = jobs.flatMap((job) => {
      const name = job.state === 'pending' ? files.get(job.stem) : undefined;
      return name === undefined ? [] : { jobId: job.id, name };
    });
    const looked = await inGroups(named, async ({ jobId, name }) => {
      const file = await fileAt(run.outputDir, name);
      if (file === null) {
        await setAside(join(run.outputDir, name));
      }
      return { jobId, file };
    });
    const kept = looked.flatMap(({ jobId, file }) => (file === null ? [] : { jobId, file }));
    whole += await store.adopted(run.id, kept);
    torn += looked.length - kept.length;
  }
  return { whole, torn };
}

async function fileAt(outputDir: string, fileName: string): Promise<ReceivedFile | null> {
  const path = join(outputDir, fileName);
  const image = await readWholeImage(path).catch(() => null);
  if (image === null) {
    return null;
  }
  const { mimeType, sizeBytes, pixels } = image;
  return { fileName, sha256: await fileSha256(path), mimeType, ...pixels, sizeBytes };
}

async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.torn`);
}

/** By the name they would have without their ending. */
async function picturesIn(outputDir: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(outputDir, { recursive: true }).catch(() => []);
  return new Map(
    names
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => PICTURE.test(name))
      .map((name) => [name.replace(PICTURE, ''), name] as const),
  );
}

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return done;
}
