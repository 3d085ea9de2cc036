/**
 * A new name of a file is durable only once its folder is on disk, too. Windows lets nobody flush a folder (EPERM); there
 * NTFS writes a rename into its own journal, so that it is whole or not there, and there is nothing left to call.
 */
import fs from 'node:fs';
import { promisify } from 'node:util';

const open = promisify(fs.open);
const fsync = promisify(fs.fsync);
const canFlush = process.platform !== 'win32';

/** Resolves once all renames in it before this call are on disk. */
export async function syncFolder(path: string): Promise<void> {
  if (!canFlush) {
    return;
  }
  // No FileHandle: each result passes here, and what was only read is closed without a way through the thread pool.
  const folder = await open(path, 'r');
  try {
    await fsync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/** The same for what runs in the store's thread, which waits for its disk anyway. */
export function syncFolderNow(path: string): void {
  if (!canFlush) {
    return;
  }
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}
