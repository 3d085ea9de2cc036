/**
 * Opens the library's database for its one user: checks that the file is ours and not newer than this program, makes it
 * promise what the journal relies on, reads every promise back, and brings the schema up to date.
 */
import { chmodSync, closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Db, type DriverName, openDriver } from './driver';
import { damaged, lost, withWayOut } from './damage';
import { checkNeed, type CheckNeed, hasLog, headerFault, lastCheck, quickCheck } from './database-check';
import { APPLICATION_ID, MIGRATIONS } from './migrations';
import { asOpeningError, StoreError } from '../store-error';

export interface OpenedDatabase {
  readonly db: Db;
  /** Large, and due to be looked at: by another thread. */
  readonly isCheckDue: boolean;
  /** Read back from the connection. */
  readonly pragmas: {
    readonly journalMode: string;
    readonly synchronous: number;
    readonly driver: DriverName;
    readonly sqliteVersion: string;
  };
}

/**
 * What must hold, in the order it is set. Exclusive locking makes "one connection" a fact for both drivers: a second
 * one is refused by the operating system. FULL: a commit is on disk when it returns.
 */
const REQUIRED: readonly (readonly [pragma: string, value: string | number])[] = [
  ['busy_timeout', 2000],
  ['locking_mode', 'exclusive'],
  ['journal_mode', 'wal'],
  ['synchronous', 2],
  ['foreign_keys', 1],
  // macOS: fsync alone leaves data in the drive's cache. Elsewhere SQLite ignores them.
  ['fullfsync', 1],
  ['checkpoint_fullfsync', 1],
];

/** Fewer and larger checkpoints: a commit of 64 jobs touches some hundred pages of 4 KiB. */
export const CHECKPOINT_PAGES = 8000;
const COMFORT = `PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  PRAGMA journal_size_limit = 67108864;`;

/** SQLite's file format: magic at 0, user_version at 60, application_id at 68, big-endian (sqlite.org/fileformat.html). */
const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

export interface OpenOptions {
  readonly driver?: DriverName | undefined;
  /** `whole`: all of it is read now, whatever its size. */
  readonly check?: 'as needed' | 'whole' | undefined;
  readonly wallNow?: (() => number) | undefined;
}

/**
 * `use` gets what was opened, and prepares what it needs of it: what that runs into is told like damage found before.
 * Throws StoreError: LOCKED, CORRUPT, NEWER_SCHEMA, NOT_DURABLE, NO_DRIVER, DISK_ERROR.
 */
export function openDatabase(path: string, options?: OpenOptions): OpenedDatabase;
export function openDatabase<T>(path: string, options: OpenOptions, use: (opened: OpenedDatabase) => T): T;
export function openDatabase(
  path: string,
  options: OpenOptions = {},
  use: (opened: OpenedDatabase) => unknown = (opened) => opened,
): unknown {
  try {
    refuseForeignFile(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const fault = headerFault(path);
    if (fault !== null) {
      throw damaged(path, fault);
    }
    const state = { sizeBytes: statSync(path).size, wasUnclean: hasLog(path) };
    const db = openDriver(path, options.driver);
    try {
      setAndReadBack(db);
      const need =
        options.check === 'whole' ? 'now' : needOf(db, { ...state, now: (options.wallNow ?? Date.now)() });
      checkNow(db, path, need);
      migrate(db, path);
      return use({ db, isCheckDue: need === 'aside', pragmas: describe(db) });
    } catch (error) {
      closeQuietly(db);
      throw error;
    }
  } catch (error) {
    throw withWayOut(asOpeningError(error), path);
  }
}

function needOf(db: Db, state: { sizeBytes: number; wasUnclean: boolean; now: number }): CheckNeed {
  return checkNeed({ ...state, checkedAt: lastCheck(db) });
}

function checkNow(db: Db, path: string, need: CheckNeed): void {
  const fault = need === 'now' ? quickCheck(db) : null;
  if (fault !== null) {
    throw damaged(path, fault);
  }
}

/** The reason for closing is what the user must hear, not what closing runs into. */
function closeQuietly(db: Db): void {
  try {
    db.close();
  } catch {
    // The process ends with the connection.
  }
}

/** Looks at the bytes alone: opening a file with SQLite may already change it. */
function refuseForeignFile(path: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let read = 0;
  try {
    const file = openSync(path, 'r');
    try {
      read = readSync(file, header);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  if (read === 0) {
    refuseLostFile(path);
    return;
  }
  if (read < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw notOurs(path);
  }
  const application = header.readInt32BE(68);
  if (application !== 0 && application !== APPLICATION_ID) {
    throw notOurs(path);
  }
  refuseNewer(header.readInt32BE(60), path);
}

function refuseLostFile(path: string): void {
  const error = lost(path);
  if (error !== null) {
    throw error;
  }
}

/** Throws StoreError NOT_DURABLE for a promise that does not hold. */
export function setAndReadBack(db: Db): void {
  for (const [pragma, value] of REQUIRED) {
    db.exec(`PRAGMA ${pragma} = ${value}`);
  }
  db.exec(COMFORT);
  for (const [pragma, wanted] of REQUIRED) {
    const found = readPragma(db, pragma);
    if (found !== wanted) {
      throw new StoreError(
        'NOT_DURABLE',
        `The database cannot promise to keep results safe (${pragma} is ${found}, not ${wanted}): ` +
          'move the library to a local disk by setting BRUSHFLEET_HOME.',
      );
    }
  }
}

function migrate(db: Db, path: string): void {
  const version = Number(readPragma(db, 'user_version'));
  // The header may lie behind what a process that was killed left in the write-ahead log.
  refuseNewer(version, path);
  const isNew = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!isNew && readPragma(db, 'application_id') !== APPLICATION_ID) {
    throw notOurs(path);
  }
  for (let step = version; step < MIGRATIONS.length; step += 1) {
    db.transaction(() => {
      db.exec(MIGRATIONS[step] ?? '');
      db.exec(`PRAGMA user_version = ${step + 1}; PRAGMA application_id = ${APPLICATION_ID};`);
    });
  }
  if (version < MIGRATIONS.length) {
    // An older program must see in the file itself that it is too old.
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  }
}

function readPragma(db: Db, pragma: string): string | number | null {
  const row = db.prepare<Readonly<Record<string, string | number | null>>>(`PRAGMA ${pragma}`).all()[0];
  return row === undefined ? null : (Object.values(row)[0] ?? null);
}

function describe(db: Db): OpenedDatabase['pragmas'] {
  return {
    journalMode: String(readPragma(db, 'journal_mode')),
    synchronous: Number(readPragma(db, 'synchronous')),
    driver: db.driver,
    sqliteVersion: db.prepare<{ version: string }>('SELECT sqlite_version() AS version').get()?.version ?? '',
  };
}

function refuseNewer(version: number, path: string): void {
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'NEWER_SCHEMA',
      `The library ${dirname(path)} was written by a newer Brushfleet: update this one, or set BRUSHFLEET_HOME to another folder.`,
    );
  }
}

function notOurs(path: string): StoreError {
  return new StoreError(
    'CORRUPT',
    `${path} is not a Brushfleet database, or is damaged: move it away, or set BRUSHFLEET_HOME to another folder.`,
  );
}
