/** The whole store, synchronous, on one connection: what the store's thread runs. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { adoptFile } from './adopt';
import { createDatasetTable } from './dataset-table';
import { type DriverName, openDatabase, pragma } from './driver';
import { createFleetTable } from './fleet-table';
import { createJobTable } from './job-table';
import { createJournalTable } from './journal-table';
import { createRunTable } from './run-table';
import { migrate } from './schema';

export interface SyncStoreOptions {
  /** Path of the database file. */
  readonly path: string;
  readonly driver?: DriverName;
  readonly wallNow: () => number;
}

export type SyncStore = ReturnType<typeof openSyncStore>;

export function openSyncStore(options: SyncStoreOptions) {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  const database = openDatabase(options.path, options.driver);
  try {
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const datasets = createDatasetTable(database, options.wallNow);
  const runs = createRunTable(database, options.wallNow);
  const jobs = createJobTable(database);
  const journal = createJournalTable(database, options.wallNow);
  const fleet = createFleetTable(database);

  return {
    ...datasets,
    ...runs,
    ...jobs,
    ...fleet,
    sent: journal.sent,
    received: journal.received,
    ended: journal.ended,
    lastAttemptId: journal.lastAttemptId,
    recover(): { unknown: number; released: number } {
      for (const receipt of journal.openReceipts()) {
        if (adoptFile(receipt)) {
          journal.adopt(receipt);
        }
      }
      const unknown = journal.markUnknown();
      const released = journal.releaseLeased();
      runs.pauseCutOffRuns();
      datasets.endCutOffImports();
      return { unknown, released };
    },
    pragmas: () => ({
      journalMode: String(pragma(database, 'journal_mode')),
      synchronous: Number(pragma(database, 'synchronous')),
      driver: database.driver,
      sqliteVersion: String(database.prepare('SELECT sqlite_version() AS v').get()?.['v']),
    }),
    transaction: database.transaction,
    close: () => database.close(),
  };
}
