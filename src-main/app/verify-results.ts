/** A done job is believed only with its file and its hash. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSha256 } from '../images/file-sha256';
import type { Store, StoredJob, StoredRun } from '../store/store';

const PAGE = 500;

export interface Verified {
  /** Done jobs looked at so far. */
  readonly checked: number;
  /** Those of the last page whose file is gone or is another. */
  readonly lost: readonly number[];
}

/** Compares the results of a run with the disk, a page at a time. */
export async function* verifyResults(
  store: Pick<Store, 'jobs'>,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
  signal: AbortSignal,
): AsyncGenerator<Verified> {
  for (let offset = 0; !signal.aborted; offset += PAGE) {
    const { jobs } = await store.jobs({ runId: run.id, offset, limit: PAGE, state: 'done' });
    if (jobs.length === 0) {
      return;
    }
    const whole = await Promise.all(jobs.map((job) => isWhole(run.outputDir, job)));
    yield {
      checked: offset + jobs.length,
      lost: jobs.filter((_, at) => whole[at] === false).map((job) => job.id),
    };
  }
}

async function isWhole(outputDir: string, { result }: StoredJob): Promise<boolean> {
  if (result === null) {
    return false;
  }
  const path = join(outputDir, result.fileName);
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  return size === result.sizeBytes && (await fileSha256(path)) === result.sha256;
}
