/** The copy of the database that each clean close leaves beside it, and the way back to it. */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { libraryPaths } from '../../library';
import { hasLog, quickCheckFile } from './database-check';
import { StoreError } from '../store-error';

/** Copying more than this takes seconds: then once a day is enough. */
const LARGE_BYTES = 1024 ** 3;
const DAY_MS = 86_400_000;

/** Where the copy of a database lies. */
export function backupPath(database: string): string {
  return join(dirname(database), 'backup', 'brushfleet.db');
}

/** When the library was closed that the copy is of, wall clock; null: there is none. */
export function backupDate(database: string): Date | null {
  return statSync(backupPath(database), { throwIfNoEntry: false })?.mtime ?? null;
}

/**
 * Copies a closed database, unless the copy is of this very state. Answers whether it did; throws what the disk
 * refuses, and then the earlier copy stays.
 */
export function backUp(database: string): boolean {
  const target = backupPath(database);
  const now = statSync(database);
  const before = statSync(target, { throwIfNoEntry: false });
  // Closing that could not empty the log has left part of the library in it.
  if (hasLog(database) || (before !== undefined && isRecentEnough(now, before))) {
    return false;
  }
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  copyDurably(database, target);
  return true;
}

interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

/** The copy bears the change time of what it is a copy of. */
function isRecentEnough(now: FileState, copy: FileState): boolean {
  const isSame = now.size === copy.size && Math.abs(now.mtimeMs - copy.mtimeMs) < 1;
  return isSame || (now.size > LARGE_BYTES && now.mtimeMs - copy.mtimeMs < DAY_MS);
}

export interface Restored {
  /** Absolute; where the damaged file is kept, its log beside it. */
  readonly keptAs: string;
  /** When the library was closed that is now restored. */
  readonly from: Date;
}

/**
 * Puts the last copy in the place of the database, which is kept under another name. Only while the library is not
 * open. Throws StoreError NOT_FOUND without a copy, CORRUPT when that is damaged, too.
 */
export function restoreBackup(libraryDir: string): Restored {
  const { database } = libraryPaths(libraryDir);
  const copy = backupPath(database);
  const from = backupDate(database);
  if (from === null) {
    throw new StoreError('NOT_FOUND', `There is no copy to restore: ${copy} does not exist.`);
  }
  const fault = quickCheckFile(copy);
  if (fault !== null) {
    throw new StoreError('CORRUPT', `The copy ${copy} is damaged, too (${fault}): nothing was changed.`);
  }
  const keptAs = freeName(database);
  // The log goes first: without it the file is merely older, but another's log would be taken for its own.
  for (const ending of ['-wal', '-shm', '']) {
    if (existsSync(database + ending)) {
      renameSync(database + ending, keptAs + ending);
    }
  }
  copyDurably(copy, database);
  return { keptAs, from };
}

/** `brushfleet.damaged-1.db`, the first that is free. */
function freeName(database: string): string {
  const plain = database.replace(/\.db$/, '');
  for (let number = 1; ; number += 1) {
    const name = `${plain}.damaged-${number}.db`;
    if (!existsSync(name)) {
      return name;
    }
  }
}

/** Whole under its final name, or not there. */
function copyDurably(from: string, to: string): void {
  const temporary = join(dirname(to), `.copy-${randomUUID()}`);
  try {
    // On file systems that can, the copy shares its blocks and costs nothing.
    copyFileSync(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(temporary, 0o600);
    const { atime, mtime } = statSync(from);
    utimesSync(temporary, atime, mtime);
    syncPath(temporary, 'r+');
    renameSync(temporary, to);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  // Windows cannot open a folder; there the rename itself is journalled.
  if (process.platform !== 'win32') {
    syncPath(dirname(to), 'r');
  }
}

function syncPath(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
