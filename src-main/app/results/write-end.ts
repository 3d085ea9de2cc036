/**
 * Writes an attempt's end down. A result that journal or folder refused gets its final name on the way, in the order of
 * any other: whole and durable under a temporary name, its hash in the journal, renamed, its folder durable, and only
 * then done. Each step may have been made by an earlier try.
 */
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AttemptEnd, Journal, ReceivedFile, Unplaced } from '../../engine/ports';
import { NotKept } from '../../engine/runs/not-kept';
import { hasHash } from '../../images/file-sha256';
import { unfinishedWhole } from '../../temporary-name';
import { createDisk } from '../../transport/disk';
import { storageFailure } from '../../transport/storage-failure';
import { takeName } from '../../transport/take-name';

const disk = createDisk();

/** Answers it as it was written. Throws NotKept where its folder refuses the result, else what the store throws. */
export async function writeEnd(
  store: Pick<Journal, 'received' | 'ended'>,
  end: AttemptEnd,
): Promise<AttemptEnd> {
  const { outcome } = end;
  if (outcome.kind !== 'done' || outcome.unplaced === undefined) {
    await store.ended(end);
    return end;
  }
  const { unplaced, ...whole } = outcome;
  const final = join(unplaced.outputDir, whole.file.fileName);
  const isNamed = await inFolder(unplaced, () => liesInFolder(unplaced, whole.file, final));
  await store.received(end.attemptId, whole.file);
  const keptAs = await inFolder(unplaced, async () => {
    if (!isNamed) {
      return takeName(disk, unplaced.path, { outputDir: unplaced.outputDir, file: whole.file });
    }
    // An earlier answer with the same bytes has the name.
    await rm(unplaced.path, { force: true });
    await disk.syncFolder(dirname(final));
    return null;
  });
  const written = { ...end, outcome: keptAs === null ? whole : { ...whole, keptAs } };
  await store.ended(written);
  if (unplaced.spare !== undefined) {
    await rm(unplaced.spare, { force: true }).catch(() => undefined);
  }
  return written;
}

/** Whole, and on disk when it resolves; under `path`, which `wholeName` made, there is nothing or all of it. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const draft = unfinishedWhole(path);
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
    await disk.syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether it has its final name already. */
async function liesInFolder(unplaced: Unplaced, { sha256 }: ReceivedFile, final: string): Promise<boolean> {
  const { path, outputDir, bytes, spare } = unplaced;
  if (await hasHash(final, sha256)) {
    return true;
  }
  if (await hasHash(path, sha256)) {
    return false;
  }
  // A folder that is gone is not made anew: the results in it would be taken for lost.
  await access(outputDir);
  await mkdir(dirname(path), { recursive: true });
  await writeDurably(path, bytes ?? (await readFile(spare ?? path)));
  return false;
}

async function inFolder<T>({ outputDir }: Unplaced, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new NotKept(storageFailure(error, outputDir));
  }
}
