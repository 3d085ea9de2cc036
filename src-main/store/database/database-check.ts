/**
 * Whether the database file is sound. Small ones are read whole before they are used; a large one that was left
 * unclean, or not looked at for a day, is read by a second thread while the first already works on it: on the main
 * file alone, which stands still because meanwhile nothing is moved into it from the write-ahead log.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Db, type DriverName, openDriver } from './driver';

/** Read whole within about 100 ms. */
const SMALL_BYTES = 64 * 1024 * 1024;
const DAY_MS = 86_400_000;
/** SQLite's file format, big-endian (sqlite.org/fileformat.html, 1.3). */
const PAGE_SIZE_AT = 16;
const CHANGES_AT = 24;
const PAGES_AT = 28;
const VALID_FOR_AT = 92;
const HEADER_BYTES = 100;

/** The first thing that is wrong with the structure, in SQLite's words; null when nothing is. */
export function quickCheck(db: Pick<Db, 'prepare'>): string | null {
  try {
    const [found] = db.prepare<Readonly<Record<string, string>>>('PRAGMA quick_check(1)').all();
    const answer = found === undefined ? 'no answer' : (Object.values(found)[0] ?? 'no answer');
    return answer === 'ok' ? null : oneLine(answer);
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error));
  }
}

/** As it fits a sentence. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 200);
}

/** The same of a file that somebody else has open: what lies in its write-ahead log is not looked at. */
export function quickCheckFile(path: string, driver?: DriverName): string | null {
  // Immutable: no lock is asked for, none is needed, and nothing can be written.
  const db = openDriver(`${pathToFileURL(path).href}?immutable=1`, driver);
  try {
    return quickCheck(db);
  } finally {
    db.close();
  }
}

/** The number of the last attempt that was ever written down there; 0: none was. */
export function lastAttemptIn(path: string): number {
  const db = openDriver(`${pathToFileURL(path).href}?immutable=1`);
  try {
    const counted = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get();
    return counted === undefined ? 0 : (db.prepare<{ seq: number }>(LAST_ATTEMPT).get()?.seq ?? 0);
  } finally {
    db.close();
  }
}

const LAST_ATTEMPT = `SELECT seq FROM sqlite_sequence WHERE name = 'attempts'`;

/** What the header alone shows, at no cost: a file cut short. A log beside it may hold what is missing. */
export function headerFault(path: string): string | null {
  if (hasLog(path)) {
    return null;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (readSync(file, header) < HEADER_BYTES) {
      return null;
    }
    const pageBytes = header.readUInt16BE(PAGE_SIZE_AT) === 1 ? 65_536 : header.readUInt16BE(PAGE_SIZE_AT);
    if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) {
      return `its pages are said to be of ${pageBytes} bytes`;
    }
    const isCounted = header.readUInt32BE(CHANGES_AT) === header.readUInt32BE(VALID_FOR_AT);
    const pages = header.readUInt32BE(PAGES_AT);
    const missing = pages * pageBytes - size;
    return isCounted && missing > 0 ? `its last ${missing} bytes are missing` : null;
  } finally {
    closeSync(file);
  }
}

/** A write-ahead log that a clean close would have removed. */
export function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

const CHECKED_AT = 'checkedAt';

/** When a large database was last read whole, wall clock; 0: never. */
export function lastCheck(db: Db): number {
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'settings'`).get() === undefined) {
    return 0;
  }
  const found = db.prepare<{ value: string }>('SELECT value FROM settings WHERE name = ?').get(CHECKED_AT);
  return Number(found?.value ?? 0) || 0;
}

export function noteCheck(db: Db, at: number): void {
  db.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  ).run(CHECKED_AT, String(at));
}

export type CheckNeed = 'now' | 'aside' | 'none';

export interface CheckFacts {
  readonly sizeBytes: number;
  readonly wasUnclean: boolean;
  /** Wall clock, milliseconds; 0: never. */
  readonly checkedAt: number;
  readonly now: number;
}

export function checkNeed({ sizeBytes, wasUnclean, checkedAt, now }: CheckFacts): CheckNeed {
  if (sizeBytes <= SMALL_BYTES) {
    return 'now';
  }
  const isRecent = now >= checkedAt && now - checkedAt < DAY_MS;
  return wasUnclean || !isRecent ? 'aside' : 'none';
}
