/** What a person hears of a damaged database: which file, what is wrong with it, and the way back. */
import { backupDate, backupPath } from './backup';
import { oneLine } from './database-check';
import { StoreError } from '../store-error';

/** `fault`: in SQLite's words; the file is left as it is. */
export function damaged(database: string, fault: string): StoreError {
  const date = backupDate(database);
  const wayOut =
    date === null
      ? 'there is no backup of it yet. Move it away, or set BRUSHFLEET_HOME to another folder, to start a new library.'
      : `restore its backup of ${localMinute(date)} with "brushfleet library restore".`;
  return new StoreError('CORRUPT', `${database} is damaged (${fault}). It is kept as it is; ${wayOut}`);
}

/**
 * A library that was closed once and whose database is gone since, or empty: to open it would be to begin a new one, and
 * to close that would be to lose the copy as well. Null: it is a new library.
 */
export function lost(database: string): StoreError | null {
  const date = backupDate(database);
  return date === null
    ? null
    : new StoreError(
        'CORRUPT',
        `${database} is missing or empty: restore its backup of ${localMinute(date)} with "brushfleet library restore", ` +
          `or move ${backupPath(database)} away to start a new library.`,
      );
}

/** What SQLite itself ran into says neither which file nor what to do. */
export function withWayOut(error: StoreError, database: string): StoreError {
  const cause: unknown = error.cause;
  return error.code === 'CORRUPT' && cause instanceof Error
    ? damaged(database, oneLine(cause.message))
    : error;
}

/** `2026-11-21 14:05`, by the clock on the wall. */
function localMinute(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
