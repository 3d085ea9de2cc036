/** Files that are whole or not there: written beside their place, fsynced, renamed, the folder fsynced. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../durable-folder';

/** `write` fills the file through the handle; when it rejects, whatever was there before stays. */
export async function writeAtomically<T>(
  path: string,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 80)}.${randomUUID()}`);
  const handle = await open(temporary, 'wx');
  try {
    const answer = await closing(handle, async () => {
      const written = await write(handle);
      await handle.sync();
      return written;
    });
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return answer;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}
