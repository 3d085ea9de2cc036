/** What a person hears of a damaged database: which file, what is wrong with it, and the way back. */
import { backupDate } from './backup';
import { oneLine } from './database-check';
import { StoreError } from '../store-error';

/** `fault`: in SQLite's words; the file is left as it is. */
export function damaged(database: string, fault: string): StoreError {
  const date = backupDate(database);
  const wayOut =
    date === null
      ? 'there is no copy of it yet. Move it away, or set BRUSHFLEET_HOME to another folder, to start a new library.'
      : `take back its copy of ${localMinute(date)} with "brushfleet library restore".`;
  return new StoreError('CORRUPT', `${database} is damaged (${fault}). It is kept as it is; ${wayOut}`);
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
