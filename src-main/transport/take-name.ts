/** A result that is whole and durable under a temporary name gets its own, durably. */
import { link, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReceivedFile } from '../engine/ports';
import { makeRoom } from '../images/keep-picture';
import { whileBusy } from './busy-file';
import type { Disk } from './disk';

/**
 * Answers by what name a picture is kept that lay there and that nobody knew of; null: none did. Rejects with what the
 * file system says: the result has its temporary name then, or its own, and nothing is lost.
 */
export async function takeName(
  disk: Pick<Disk, 'syncFolder'>,
  temporary: string,
  { outputDir, file }: { readonly outputDir: string; readonly file: ReceivedFile },
): Promise<string | null> {
  const path = join(outputDir, file.fileName);
  const keptAs = await whileBusy(() => makeRoom(outputDir, file));
  if (keptAs !== null) {
    // Its new name is durable before the old one is another's.
    await disk.syncFolder(dirname(path));
  }
  await whileBusy(() => rename(temporary, path)).catch(async (error: unknown) => {
    // The next try tells of it: nobody hears by what name it is kept otherwise.
    await (keptAs === null ? undefined : putBack(join(outputDir, keptAs), path).catch(() => undefined));
    throw error;
  });
  await disk.syncFolder(dirname(path));
  return keptAs;
}

/** Unless something else has the name by now: a second name of the file is never over another. */
async function putBack(kept: string, path: string): Promise<void> {
  await link(kept, path);
  await unlink(kept);
}
