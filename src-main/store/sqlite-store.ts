/** The store on its one connection, in the thread that calls it. In the app that is the store's own worker. */
import { libraryPaths } from '../library';
import type { DriverName } from './driver';
import { createDatasetTable } from './dataset-table';
import { createFleetTable } from './fleet-table';
import { createGroupCommit } from './group-commit';
import { createJobPages } from './job-pages';
import { createJobPlan } from './job-plan';
import { createJournalTable } from './journal-table';
import type { Note } from './json-column';
import { openDatabase } from './open-database';
import { createRecovery } from './recovery';
import { createRunTable } from './run-table';
import { createRunTally } from './run-tally';
import type { Store } from './store';
import { asStoreError, StoreError } from './store-error';

const MAX_WAIT_MS = 10;
const MAX_WRITES = 64;

export interface OpenStoreOptions {
  /** Made, mode 0700, when it is not there. */
  readonly libraryDir: string;
  /** Which SQLite; for tests. Default: what the runtime has. */
  readonly driver?: DriverName | undefined;
  /** Hears of records that cannot be read, for the log. */
  readonly onNote?: Note;
}

export interface InProcessOptions extends OpenStoreOptions {
  readonly wallNow?: () => number;
  /** Runs `callback` once after `delayMs`; returns its undo. */
  readonly setTimer?: (delayMs: number, callback: () => void) => () => void;
}

/** Throws StoreError when the database cannot be opened as it must be. */
export function openStoreInProcess(options: InProcessOptions): Store {
  const { db, pragmas } = openDatabase(libraryPaths(options.libraryDir).database, options.driver);
  const wallNow = options.wallNow ?? Date.now;
  const note = options.onNote ?? (() => undefined);
  const tally = createRunTally(db);
  const datasets = createDatasetTable(db, { wallNow, note });
  const runs = createRunTable(db, { wallNow, note });
  const plan = createJobPlan(db, tally);
  const pages = createJobPages(db, runs);
  const journal = createJournalTable(db, tally);
  const recovery = createRecovery({ db, tally, wallNow, ended: journal.ended });
  const fleet = createFleetTable(db, note);
  const commits = createGroupCommit({
    maxWaitMs: MAX_WAIT_MS,
    maxWrites: MAX_WRITES,
    transaction: tally.transaction,
    setTimer: options.setTimer ?? setTimer,
  });
  let lastAttemptId = journal.lastAttemptId();
  let isClosed = false;

  const guard = <T>(work: () => T): T => {
    if (isClosed) {
      throw new StoreError('CLOSED', 'The library is closed.');
    }
    try {
      return work();
    } catch (error) {
      throw asStoreError(error);
    }
  };
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await guard(work);
    } catch (error) {
      throw asStoreError(error);
    }
  };
  /** Sees every write that was made before it. */
  const read =
    <A extends readonly unknown[], T>(query: (...args: A) => T) =>
    async (...args: A): Promise<T> =>
      guard(() => {
        commits.flush();
        return query(...args);
      });
  /** On disk when it resolves. */
  const write =
    <A extends readonly unknown[], T>(change: (...args: A) => T) =>
    async (...args: A): Promise<T> =>
      guard(() => {
        commits.flush();
        return tally.transaction(() => change(...args));
      });

  return {
    createDataset: write(datasets.createDataset),
    addRows: write(datasets.addRows),
    finishDataset: write(datasets.finishDataset),
    setColumns: write(datasets.setColumns),
    dataset: read(datasets.dataset),
    datasets: read(datasets.datasets),
    rows: read(datasets.rows),
    rowsAt: read(datasets.rowsAt),

    createRun: write(runs.createRun),
    runAt: read(runs.runAt),
    run: read(runs.run),
    runs: read(runs.runs),
    setRunState: write(runs.setRunState),
    setRunOptions: write(runs.setRunOptions),
    setRunDataset: write((runId, datasetId) => {
      const before = runs.moveRun(runId, datasetId);
      if (isReRead(before, datasetId)) {
        datasets.dropUnused(before);
      }
    }),
    planJobs: write(plan.planJobs),
    recover: write(() => {
      datasets.endCutOffImports();
      runs.pauseCutOff();
      return recovery.recover();
    }),
    counts: read(runs.counts),

    jobs: read((query) => {
      plan.settlePositions(query.runId);
      return pages.jobs(query);
    }),
    jobsById: read(pages.jobsById),
    job: read(pages.job),
    attempts: read(pages.attempts),
    requeue: write(plan.requeue),
    failureGroups: read(pages.failureGroups),
    gallery: read(pages.gallery),
    result: read(pages.result),

    endpoints: read(fleet.endpoints),
    saveEndpoint: write(fleet.saveEndpoint),
    removeEndpoint: write(fleet.removeEndpoint),
    keys: read(fleet.keys),
    saveKey: write(fleet.saveKey),
    removeKey: write(fleet.removeKey),
    ownModels: read(fleet.ownModels),
    saveOwnModels: write(fleet.saveOwnModels),
    settings: read(fleet.settings),
    saveSettings: write(fleet.saveSettings),

    pending: read((runId, afterId, limit) => {
      plan.settlePositions(runId);
      return journal.pending(runId, afterId, limit);
    }),
    nextAttemptId() {
      lastAttemptId += 1;
      return lastAttemptId;
    },
    sent: (attempts) => guarded(() => commits.now(() => journal.sent(attempts))),
    received: (attemptId, file) => guarded(() => commits.add(() => journal.received(attemptId, file))),
    ended: (end) => guarded(() => commits.add(() => journal.ended(end))),

    pragmas: read(() => pragmas),
    close: async () => {
      if (!isClosed) {
        commits.flush();
        isClosed = true;
        db.close();
      }
    },
  };

  /** A resumed run reads its file again: the earlier reading has then had its day. */
  function isReRead(before: number, after: number): boolean {
    const source = datasets.dataset(after)?.sourcePath ?? null;
    return before !== after && source !== null && datasets.dataset(before)?.sourcePath === source;
  }
}

function setTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
