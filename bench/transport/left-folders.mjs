/**
 * Folders of measurements, emptied at once and removed only when all is measured: ext4 does not use an inode again in
 * the minutes after its file was deleted, and each new file looks through all of them first (fs/ext4/ialloc.c,
 * `recently_deleted`). After three thousand deleted pictures that takes more CPU than the rest of writing one.
 */
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export function createLeftFolders() {
  /** @type {string[]} */
  const folders = [];
  return {
    /** @param {string} folder */
    leave(folder) {
      folders.push(folder);
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) {
          truncateSync(join(entry.parentPath, entry.name));
        }
      }
    },
    remove() {
      for (const folder of folders.splice(0)) {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
