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
  return takingPlace(path, async (draft) => {
    const handle = await open(draft, 'wx');
    return closing(handle, async () => {
      const written = await write(handle);
      await handle.sync();
      return written;
    });
  });
}

/** The same of a file that something else makes, by the path it is given. */
export async function makeAtomically<T>(path: string, make: (draft: string) => Promise<T>): Promise<T> {
  return takingPlace(path, async (draft) => {
    const made = await make(draft);
    await syncFile(draft);
    return made;
  });
}

async function takingPlace<T>(path: string, fill: (draft: string) => Promise<T>): Promise<T> {
  const draft = join(dirname(path), `.${basename(path).slice(0, 80)}.${randomUUID()}`);
  try {
    const answer = await fill(draft);
    await rename(draft, path);
    await syncFolder(dirname(path));
    return answer;
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await openToSync(path);
  if (handle !== null) {
    await closing(handle, () => handle.sync());
  }
}

/** Null: a copy may be as closed as what it was made of, and Windows flushes only what may be written to. */
async function openToSync(path: string): Promise<FileHandle | null> {
  return open(path, process.platform === 'win32' ? 'r+' : 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EPERM' || error.code === 'EACCES') {
      return null;
    }
    throw error;
  });
}

async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}
