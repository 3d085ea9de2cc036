/** The library port: claims the library, so that nothing writes to the database while it is read or replaced. */
import { existsSync } from 'node:fs';
import { acquireLibrary, libraryPaths } from '../../library';
import { Refusal } from '../../refusal';
import { backupDate, restoreBackup } from '../../store/database/backup';
import { openDatabase } from '../../store/database/open-database';
import { StoreError } from '../../store/store-error';
import type { OpenedLibrary } from './library-port';

export async function openOwnLibrary(libraryDir: string): Promise<OpenedLibrary> {
  if (!existsSync(libraryDir)) {
    // To claim it would make it.
    return { kind: 'refused', sentence: `There is no library yet: ${libraryDir} does not exist.` };
  }
  const claim = await acquireLibrary(libraryDir);
  if (claim.kind === 'busy') {
    return { kind: 'refused', sentence: claim.sentence };
  }
  return {
    kind: 'ok',
    library: {
      check: async () => check(libraryPaths(libraryDir).database),
      restore: async () => restore(libraryDir),
      close: claim.release,
    },
  };
}

function check(database: string): string | null {
  // One that was closed before is not new: its opening says what to do.
  if (!existsSync(database) && backupDate(database) === null) {
    throw new Refusal('NOT_FOUND', `There is no library yet: ${database} does not exist.`);
  }
  try {
    openDatabase(database, { check: 'whole' }).db.close();
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'CORRUPT') {
      return error.message;
    }
    throw error;
  }
}

function restore(libraryDir: string): string {
  try {
    const { keptAs, from } = restoreBackup(libraryDir);
    const before = keptAs === null ? 'its database was missing' : `what it was before is kept as ${keptAs}`;
    return `The library is as it was closed at ${from.toISOString()}; ${before}. Runs since then are missing: --adopt takes their pictures.`;
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'NOT_FOUND' || error.code === 'CORRUPT')) {
      throw new Refusal('NOT_FOUND', error.message);
    }
    throw error;
  }
}
