/** The copy of the database that each clean close leaves beside it, and the way back to it. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolderNow } from '../../durable-folder';
import { libraryPaths } from '../../library';
import { hasLog, lastAttemptIn, quickCheckFile } from './database-check';
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
  copyBeside(target, database, (draft) => renameSync(draft, target));
  syncFolderNow(dirname(target));
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
  /** Absolute; where the damaged file is kept, its log beside it. Null: there was none. */
  readonly keptAs: string | null;
  /** When the library was closed that is now restored. */
  readonly from: Date;
}

/**
 * Puts the last copy in the place of the database, which is kept under another name. Only while the library is not
 * open. Throws StoreError NOT_FOUND without a copy, CORRUPT when that is damaged, too, DISK_FULL or DISK_ERROR for what
 * the disk refuses: whenever it ends early it can be done again, and until then nothing opens the library as an empty one.
 */
export function restoreBackup(libraryDir: string): Restored {
  const { database, spare } = libraryPaths(libraryDir);
  const copy = backupPath(database);
  const from = backupDate(database);
  if (from === null) {
    throw new StoreError('NOT_FOUND', `There is no backup to restore: ${copy} does not exist.`);
  }
  const fault = quickCheckFile(copy);
  if (fault !== null) {
    throw new StoreError('CORRUPT', `The copy ${copy} is damaged, too (${fault}): nothing was changed.`);
  }
  try {
    const keptAs = copyBeside(database, copy, (draft) => replace(database, draft, spare));
    return { keptAs, from };
  } catch (error) {
    throw notRestored(error, database);
  }
}

/** `draft` is on disk already: what is left to do is to give names. Answers where the database is kept. */
function replace(database: string, draft: string, spare: string): string | null {
  const hadDatabase = existsSync(database);
  const keptAs = freeName(database);
  // The database goes first: where it is missing nothing is opened. Without its log it would be opened, as an older one.
  for (const ending of ENDINGS) {
    if (existsSync(database + ending)) {
      renameSync(database + ending, keptAs + ending);
    }
  }
  setAside(spare, { after: lastAttemptIn(draft), to: keptAs.replace(/\.db$/, '.spare') });
  // Another's log would be taken for its own: its new name is on disk before the copy has its place.
  syncFolderNow(dirname(database));
  renameSync(draft, database);
  syncFolderNow(dirname(database));
  return hadDatabase ? keptAs : null;
}

/**
 * Answers that no folder would take are named after their attempts (found-whole.ts). The copy gives the numbers behind its
 * last one to others, whose results these are not.
 */
function setAside(spare: string, { after, to }: { readonly after: number; readonly to: string }): void {
  const names = existsSync(spare) ? readdirSync(spare) : [];
  const later = names.filter((name) => Number.parseInt(name, 10) > after);
  if (later.length === 0) {
    return;
  }
  mkdirSync(to, { recursive: true, mode: 0o700 });
  later.forEach((name) => renameSync(join(spare, name), join(to, name)));
  syncFolderNow(to);
  syncFolderNow(spare);
}

function notRestored(error: unknown, database: string): StoreError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const [name, wayOut] =
    code === 'ENOSPC'
      ? (['DISK_FULL', 'free some space on that disk'] as const)
      : (['DISK_ERROR', 'check that disk and the permissions of the folder'] as const);
  return new StoreError(
    name,
    `The backup could not be put in the place of ${database} (${code}): ${wayOut}, then restore again.`,
    { cause: error },
  );
}

/** A database and what SQLite keeps beside it. */
const ENDINGS = ['', '-wal', '-shm'];

/** `brushfleet.damaged-1.db`, the first that is free. */
function freeName(database: string): string {
  const plain = database.replace(/\.db$/, '');
  for (let number = 1; ; number += 1) {
    const name = `${plain}.damaged-${number}.db`;
    if (!ENDINGS.some((ending) => existsSync(name + ending))) {
      return name;
    }
  }
}

/**
 * `use` gets a copy that is whole and on disk, beside the place it is for. What was left there by a process that died is
 * written over.
 */
function copyBeside<T>(place: string, from: string, use: (draft: string) => T): T {
  const draft = `${place}.part`;
  try {
    rmSync(draft, { force: true });
    // On file systems that can, the copy shares its blocks and costs nothing.
    copyFileSync(from, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(draft, 0o600);
    const { atime, mtime } = statSync(from);
    utimesSync(draft, atime, mtime);
    syncFile(draft);
    return use(draft);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
