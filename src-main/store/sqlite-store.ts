/** The store on its one connection, in the thread that calls it. In the app that is the store's own worker. */
import { libraryPaths } from '../library';
import type { AttemptEnd, AttemptStart, ReceivedFile } from '../engine/ports';
import { type Access, createAccess } from './access';
import { arenaCalls } from './arena-store';
import type { Db, DriverName } from './database/driver';
import { backUp, backupPath } from './database/backup';
import { quickCheckFile } from './database/database-check';
import { createDatasetTable } from './dataset-table';
import { createDoneResults } from './runs/done-results';
import { createFleetLog } from './fleet-log';
import { createFleetTable } from './fleet-table';
import { galleryCalls } from './gallery/gallery-store';
import { createGroupCommit } from './journal/group-commit';
import { createJobPages, type JobQuery, type JobWalk } from './runs/job-pages';
import { createJobIds, type JobIds } from './runs/job-ids';
import { createJobPlan } from './runs/job-plan';
import { createJournalTable, type JournalTable } from './journal/journal-table';
import type { Note } from './database/json-column';
import { measureCalls } from './measure-store';
import { namedFileCalls } from './runs/named-files';
import { uploadCalls } from './named-uploads';
import { makeLogRoom } from './journal/log-room';
import { otherReadingCalls } from './runs/other-reading';
import { planAgainCalls } from './runs/plan-again';
import { stoppedImportCalls } from './stopped-imports';
import { setAsideCalls } from './runs/set-aside';
import { CHECKPOINT_PAGES, openDatabase, type OpenedDatabase } from './database/open-database';
import { createRecovery } from './journal/recovery';
import { createReviewTable } from './review-table';
import { createRunTable } from './runs/run-table';
import { createRunTally, type RunTally } from './runs/run-tally';
import { createSendHistory } from './journal/send-history';
import { createSentFigures } from './journal/sent-figures';
import { type CheckAside, createSoundness } from './database/soundness';
import type { Store, StoredKey } from './store';
import { studioCalls } from './studio/studio-store';
import { sessionCalls } from './studio/session-store';
import { historyCalls } from './studio/text-history';
import { textCalls } from './runs/text-store';
import { tokenCalls } from './token-store';
import { unsentCalls } from './studio/unsent-sessions';
import { unsentStemCalls } from './runs/unsent-stems';
import { unfinishedCalls } from './journal/unfinished-files';
import { usageCalls } from './runs/usage-store';
import { versionCalls } from './runs/version-store';

const MAX_WAIT_MS = 10;
const MAX_WRITES = 64;

export interface OpenStoreOptions {
  /** Made, mode 0700, when it is not there. */
  readonly libraryDir: string;
  /** Which SQLite; for tests. Default: what the runtime has. */
  readonly driver?: DriverName | undefined;
  /** `whole`: all of the database is read before it is used. Default: when it is due, and large ones beside the work. */
  readonly check?: 'as needed' | 'whole' | undefined;
  /** Hears of records that cannot be read, for the log. */
  readonly onNote?: Note;
}

export interface InProcessOptions extends OpenStoreOptions {
  readonly wallNow?: () => number;
  /** Runs `callback` once after `delayMs`; returns its undo. */
  readonly setTimer?: (delayMs: number, callback: () => void) => () => void;
  /** Runs `callback` once all calls that have arrived by now were taken; default: at once. */
  readonly soon?: (callback: () => void) => void;
  /** How a large database is read while it is in use. */
  readonly checkAside?: CheckAside;
}

/** Throws StoreError when the database cannot be opened as it must be. */
export function openStoreInProcess(options: InProcessOptions): Store {
  const { database } = libraryPaths(options.libraryDir);
  const { driver, check, wallNow } = options;
  return openDatabase(database, { driver, check, wallNow }, (opened) => storeOn(opened, database, options));
}

function storeOn(
  { db, pragmas, isCheckDue }: OpenedDatabase,
  database: string,
  options: InProcessOptions,
): Store {
  const { driver, wallNow = Date.now } = options;
  const note = options.onNote ?? (() => undefined);
  const tally = createRunTally(db);
  const soon = options.soon ?? ((callback: () => void) => callback());
  const commits = createGroupCommit({
    maxWaitMs: MAX_WAIT_MS,
    maxWrites: MAX_WRITES,
    transaction: tally.transaction,
    setTimer: options.setTimer ?? setTimer,
    soon,
    now: () => performance.now(),
  });
  const checkAside: CheckAside =
    options.checkAside ?? ((file) => Promise.resolve(quickCheckFile(file, driver)));
  const settle = commits.flush;
  const soundness = createSoundness({ db, database, isCheckDue, checkAside, wallNow, note, settle });
  const access = createAccess({ commits, tally, soundness, database });
  const journal = createJournalTable(db, tally);
  const tables = { db, tally, jobIds: createJobIds(db), journal, wallNow, note };
  const calls = {
    ...datasetCalls(tables, access),
    ...runCalls(tables, access),
    ...otherReadingCalls(tables, access, soon),
    ...journalCalls(tables, access, commits),
    ...fleetCalls(tables, access),
    ...studioCalls(tables, access),
    ...measureCalls(tables, access),
    ...galleryCalls(tables, access),
    ...versionCalls(tables, access),
    ...arenaCalls(tables, access),
    ...textCalls(tables, access),
    ...historyCalls(tables, access),
    ...sessionCalls(tables, access, commits),
    ...tokenCalls(tables, access),
    ...namedFileCalls(tables, access),
    ...unsentCalls(tables, access),
    ...uploadCalls(tables, access),
    ...unfinishedCalls(tables, access),
    ...planAgainCalls(tables, access),
    ...setAsideCalls(tables, access),
    ...stoppedImportCalls(tables, access),
    ...unsentStemCalls(tables, access),
    ...usageCalls(tables, access),
  };
  // Last: a library that turns out to be damaged while its calls are prepared leaves no timer behind.
  const endLogRoom = makeLogRoom({
    database,
    pages: CHECKPOINT_PAGES,
    setTimer: options.setTimer ?? setTimer,
  });
  return {
    ...calls,
    pragmas: access.read(() => pragmas),
    close: async () => {
      if (access.close()) {
        soundness.end();
        endLogRoom();
        db.close();
        if (soundness.isKnownSound()) {
          copyOf(database, note);
        }
      }
    },
  };
}

/** That a copy could not be made must not look as if the library could not be closed. */
function copyOf(database: string, note: Note): void {
  try {
    backUp(database);
  } catch (error) {
    note(
      `The database could not be copied to ${backupPath(database)} (${String(error)}): free some space there.`,
    );
  }
}

export interface Tables {
  readonly db: Db;
  readonly tally: RunTally;
  readonly jobIds: JobIds;
  readonly journal: JournalTable;
  readonly wallNow: () => number;
  readonly note: Note;
}

type Commits = ReturnType<typeof createGroupCommit>;

function datasetCalls({ db, wallNow, note }: Tables, { read, write }: Access) {
  const datasets = createDatasetTable(db, { wallNow, note });
  return {
    createDataset: write(datasets.createDataset),
    addRows: write(datasets.addRows),
    finishDataset: write(datasets.finishDataset),
    setColumns: write(datasets.setColumns),
    dataset: read(datasets.dataset),
    datasetFrom: read(datasets.datasetFrom),
    datasets: read(datasets.datasets),
    rows: read(datasets.rows),
    rowsAt: read(datasets.rowsAt),
    countRows: read(datasets.countRows),
  };
}

/** Runs and their jobs. */
function runCalls({ db, tally, jobIds, journal, wallNow, note }: Tables, { read, write }: Access) {
  const datasets = createDatasetTable(db, { wallNow, note });
  const runs = createRunTable(db, { wallNow, note });
  const plan = createJobPlan(db, tally, jobIds);
  const pages = createJobPages(db, runs);
  const reviews = createReviewTable(db);
  const results = createDoneResults(db);
  const { recover } = createRecovery({ db, tally, wallNow, note, ended: journal.ended });

  return {
    createRun: write(runs.createRun),
    runAt: read(runs.runAt),
    run: read(runs.run),
    runs: read(runs.runs),
    setRunState: write(runs.setRunState),
    setRunOptions: write(runs.setRunOptions),
    setRunName: write(runs.setRunName),
    setRunPlace: write(runs.setRunPlace),
    quietFolders: read(runs.quietFolders),
    setQuietFolders: write(runs.setQuietFolders),
    plannedDigest: read(runs.plannedDigest),
    setPlannedDigest: write(runs.setPlannedDigest),
    planJobs: write(plan.planJobs),
    recover: write((mark?: string) => {
      datasets.endCutOffImports();
      runs.pauseCutOff();
      return recover(mark ?? '');
    }),
    counts: read(runs.counts),

    jobs: read((query: JobQuery) => {
      plan.settlePositions(query.runId);
      return pages.jobs(query);
    }),
    jobsAfter: read((walk: JobWalk) => {
      plan.settlePositions(walk.runId);
      return pages.jobsAfter(walk);
    }),
    jobsById: read(pages.jobsById),
    job: read(pages.job),
    attempts: read(pages.attempts),
    requeue: write(plan.requeue),
    cancelPending: write(plan.cancelPending),
    wantRest: write(plan.wantRest),
    jobIds: read(plan.jobIds),
    adopted: write(journal.adopted),
    failureGroups: read(pages.failureGroups),
    doneResults: read((runId: number, afterPosition: number, limit: number) => {
      plan.settlePositions(runId);
      return results.doneResults(runId, afterPosition, limit);
    }),
    confirmResults: write(results.confirmResults),
    setReview: write(reviews.setReview),
    reviewCounts: read(reviews.reviewCounts),
    reviewSum: read(reviews.reviewSum),
    reviewQueue: read(reviews.reviewQueue),
    reviewAmong: read(reviews.reviewAmong),
    result: read(pages.result),
    resultTurn: read(pages.resultTurn),
  };
}

/** The attempts, as they happen. */
function journalCalls({ db, tally, jobIds, journal }: Tables, { read, guarded }: Access, commits: Commits) {
  const plan = createJobPlan(db, tally, jobIds);
  let lastAttemptId = journal.lastAttemptId();
  return {
    pending: read((runId: number, afterId: number, limit: number) => {
      plan.settlePositions(runId);
      return journal.pending(runId, afterId, limit);
    }),
    nextAttemptId() {
      lastAttemptId += 1;
      return lastAttemptId;
    },
    sent: (attempts: readonly AttemptStart[]) => guarded(() => commits.now(() => journal.sent(attempts))),
    received: (attemptId: number, file: ReceivedFile) =>
      guarded(() => commits.add(() => journal.received(attemptId, file))),
    ended: (end: AttemptEnd) => guarded(() => commits.add(() => journal.ended(end))),
  };
}

/** Endpoints, keys, their groups, states and log; what was sent; the user's models and settings. */
function fleetCalls({ db, note }: Tables, { read, write }: Access) {
  const fleet = createFleetTable(db, note);
  const log = createFleetLog(db, note);
  const figures = createSentFigures(db);
  return {
    endpoints: read(fleet.endpoints),
    saveEndpoint: write(fleet.saveEndpoint),
    removeEndpoint: write(fleet.removeEndpoint),
    moveEndpoint: write(fleet.moveEndpoint),
    keys: read(fleet.keys),
    saveKey: write(fleet.saveKey),
    saveKeys: write((all: readonly StoredKey[]) => all.forEach(fleet.saveKey)),
    removeKey: write(fleet.removeKey),
    removeKeys: write((ids: readonly string[]) => ids.forEach(fleet.removeKey)),
    keyStates: read(log.keyStates),
    saveKeyStates: write(log.saveKeyStates),
    quotaGroups: read(fleet.quotaGroups),
    saveQuotaGroup: write(fleet.saveQuotaGroup),
    removeQuotaGroup: write(fleet.removeQuotaGroup),
    addFleetEvents: write(log.addFleetEvents),
    fleetEvents: read(log.fleetEvents),
    sendHistory: read(createSendHistory(db)),
    endpointMinutes: read(figures.endpointMinutes),
    endpointSpend: read(figures.endpointSpend),
    endpointLatencies: read(figures.endpointLatencies),
    keyFigures: read(figures.keyFigures),
    spentSince: read(figures.spentSince),
    keySpentSince: read(figures.keySpentSince),
    usedBetween: read(figures.usedBetween),
    ownModels: read(fleet.ownModels),
    saveOwnModels: write(fleet.saveOwnModels),
    settings: read(fleet.settings),
    saveSettings: write(fleet.saveSettings),
  };
}

function setTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
