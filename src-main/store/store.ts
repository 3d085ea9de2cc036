/**
 * What the rest of the program knows of the database. The implementation runs in a worker thread of its own; every
 * call crosses to it and comes back as a promise. Only this folder knows SQL.
 */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint, FleetEvent, KeyLimits, KeyState, KeyTier, QuotaGroup } from '@shared/model/endpoint';
import type { Failure, FailureKind } from '@shared/model/failure';
import type {
  Attempt,
  Counts,
  Dataset,
  DatasetFormat,
  JobTile,
  ModelChoice,
  Recipe,
  Result,
  RowProblem,
  RunOptions,
  RunOrigin,
  RunState,
} from '@shared/model/run';
import type { Review, ReviewCounts, ReviewFilter, ReviewSum } from '@shared/model/review';
import type { RowRange } from '@shared/row-filter';
import type { Settings } from '@shared/model/settings';
import type { KeyUsage } from '@shared/model/usage';
import type { Journal, ReceivedFile, SendHistory } from '../engine/ports';
import type { ArenaStore } from './arena-store';
import type { GalleryStore } from './gallery/gallery-store';
import type { MaybeCharged } from './journal/maybe-charged';
import type { MeasureStore } from './measure-store';
import type { NamedFiles } from './runs/named-files';
import type { NamedUploads } from './named-uploads';
import type { ReviewHow, ReviewSet } from './review-table';
import type { FailureExample, JobQuery, JobWalk } from './runs/job-pages';
import type { StoppedImports } from './stopped-imports';
import type { StudioStore } from './studio/studio-store';
import type { SessionStore } from './studio/session-store';
import type { SetAsideStore } from './runs/set-aside';
import type { TextHistory } from './studio/text-history';
import type { TextStore } from './runs/text-store';
import type { TokenStore } from './token-store';
import type { UnsentSessions } from './studio/unsent-sessions';
import type { UnsentStems } from './runs/unsent-stems';
import type { PlanAgainStore } from './runs/plan-again';
import type { UnfinishedStore } from './journal/unfinished-files';
import type { UsageStore } from './runs/usage-store';
import type { VersionStore } from './runs/version-store';

/** One imported line. `images` are references as the file gave them (path, URL, data URL, or `embedded:` id). */
export interface StoredRow {
  readonly row: number;
  readonly index: number;
  readonly fields: Readonly<Record<string, string>>;
}

export interface NewDataset {
  readonly name: string;
  readonly format: DatasetFormat;
  /** Absolute path of the file or folder; null for pasted prompts. */
  readonly sourcePath: string | null;
  /** Relative image paths of its rows resolve here. */
  readonly baseDir: string | null;
}

export interface StoredDataset extends Dataset {
  readonly sourcePath: string | null;
  readonly baseDir: string | null;
  readonly createdAt: number;
}

export interface NewRun {
  readonly name: string;
  readonly datasetId: number;
  readonly recipe: Recipe;
  readonly options: RunOptions;
  /** Absolute; a run is its output folder: unique among runs that were not replaced. */
  readonly outputDir: string;
  /** Absent: dataset. */
  readonly origin?: RunOrigin;
}

/** What attempts cost, as far as it is known, and the prices of those that may have been charged as much beside it. */
export interface Spent {
  readonly costUsd: number;
  readonly maybeUsd: number;
}

/** Paths below an output folder (the empty one is the folder itself), with milliseconds since 1970. */
export type FolderTimes = readonly (readonly [path: string, changedAt: number])[];

export interface StoredRun {
  readonly id: number;
  readonly name: string;
  readonly origin: RunOrigin;
  readonly datasetId: number;
  readonly recipe: Recipe;
  readonly options: RunOptions;
  readonly outputDir: string;
  readonly createdAt: number;
  readonly state: RunState;
  readonly counts: Counts;
  /** Of the cancelled jobs, those whose results were deleted for good: only who chooses them has them sent again. */
  readonly emptied: number;
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  readonly costUsd: number;
  /** Beside that. */
  readonly maybeCharged: MaybeCharged;
  /** Attempts that were sent. */
  readonly requests: number;
  /** Its place in the queue, ascending. */
  readonly place: number;
  /** It was cancelled, and nobody has asked for those rows since: what its planning adds is cancelled (rest-cancelled.ts). */
  readonly isRestCancelled: boolean;
}

/** Jobs to send again; `message`: of failures with exactly this text. */
export type Requeue =
  | { readonly kind: 'failed'; readonly failureKind?: FailureKind; readonly message?: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'all' }
  | { readonly kind: 'jobs'; readonly jobIds: readonly number[] };

/** A job to be planned. Jobs of one run are told apart by (row, model, variant). */
export interface NewJob {
  readonly position: number;
  readonly row: number;
  readonly index: number;
  readonly variant: number;
  readonly model: ModelChoice;
  /** File name below the output folder without extension, e.g. `000012_01`. */
  readonly stem: string;
  /** Digest of what the row asks for; a resumed run redoes a done job whose digest changed. */
  readonly digest: string;
}

/** What became of the jobs of a plan; those that were there and ask for the same are not counted. */
export interface PlanCounts {
  /** Jobs. */
  readonly added: number;
  /** Rows of which something was sent, and goes again, because they ask for something else. */
  readonly changed: number;
  /** Jobs with an unknown outcome whose row asks for something else: they may have been charged, and stay unknown. */
  readonly unsure: number;
}

/** Everything the transport and the exports need of a job. */
export interface StoredJob extends JobTile {
  readonly stem: string;
  readonly provider: ModelChoice['provider'];
  readonly retriesUsed: number;
  readonly failure: Failure | null;
  readonly result: Result | null;
  readonly attempts: number;
  readonly endpointName: string | null;
  readonly seconds: number | null;
  readonly costUsd: number | null;
  readonly review: Review | null;
  /** Deleted by the user; its file is still there. */
  readonly isTrashed?: true;
  /** What is asked of this job alone, word for word; null: as the run's recipe has it. */
  readonly instruction: string | null;
}

export interface StoredKey {
  readonly id: string;
  readonly label: string;
  readonly tail: string;
  readonly endpointIds: readonly string[];
  readonly paused: boolean;
  readonly limits?: KeyLimits | undefined;
  readonly groupId?: string | undefined;
  readonly tier?: KeyTier | undefined;
  readonly account?: string | undefined;
  /** Keyed hash of the secret, to find equal keys; never the secret. */
  readonly fingerprint: string;
}

/** An event before the library has given it its number. */
export type NewFleetEvent = FleetEvent extends infer Event
  ? Event extends FleetEvent
    ? Omit<Event, 'id'>
    : never
  : never;

/** Attempts that ended within one minute. */
export interface EndpointMinute {
  readonly endpointId: string;
  /** Wall clock, of its start. */
  readonly minute: number;
  readonly ok: number;
  readonly failed: number;
}

export interface EndpointLatency {
  readonly endpointId: string;
  readonly keyId: string | null;
  readonly tookMs: number;
}

/** What one key did at one endpoint. */
export interface KeyFigures {
  readonly endpointId: string;
  readonly keyId: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly costUsd: number;
}

/** What a done job's file must be. */
export interface DoneResult {
  readonly jobId: number;
  readonly position: number;
  readonly resultId: number | null;
  /** Null: the job is done and has no result, which only damage explains. */
  readonly file: {
    readonly fileName: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    /** Wall clock, milliseconds: the file had this hash then; null: nobody knows when. */
    readonly wholeAt: number | null;
  } | null;
}

export interface Store
  extends Journal,
    StudioStore,
    MeasureStore,
    GalleryStore,
    VersionStore,
    ArenaStore,
    TextStore,
    TextHistory,
    SessionStore,
    TokenStore,
    NamedFiles,
    UnsentSessions,
    NamedUploads,
    UnfinishedStore,
    PlanAgainStore,
    SetAsideStore,
    StoppedImports,
    UnsentStems,
    UsageStore {
  // datasets
  createDataset(dataset: NewDataset): Promise<StoredDataset>;
  addRows(datasetId: number, rows: readonly StoredRow[]): Promise<void>;
  /** Sets columns and problems and ends the import; `sourceMark` tells this state of the file from any other. */
  finishDataset(
    datasetId: number,
    columns: readonly string[],
    problems: readonly RowProblem[],
    sourceMark?: string | null,
  ): Promise<StoredDataset>;
  setColumns(datasetId: number, columns: readonly string[]): Promise<void>;
  dataset(datasetId: number): Promise<StoredDataset | null>;
  /** The newest whole reading of that file in that state. */
  datasetFrom(sourcePath: string, sourceMark: string): Promise<StoredDataset | null>;
  datasets(): Promise<readonly StoredDataset[]>;
  /** `fromRow` counts the stored rows: where the file had rows that could not be used, numbers jump and places do not. */
  rows(datasetId: number, fromRow: number, limit: number): Promise<readonly StoredRow[]>;
  /** The named rows, in the order asked for; rows that do not exist are left out. */
  rowsAt(datasetId: number, rows: readonly number[]): Promise<readonly StoredRow[]>;
  /** How many stored rows have a number in one of these ranges, which do not overlap. */
  countRows(datasetId: number, ranges: readonly RowRange[]): Promise<number>;

  // runs
  createRun(run: NewRun): Promise<StoredRun>;
  /** The run that owns an output folder. */
  runAt(outputDir: string): Promise<StoredRun | null>;
  run(runId: number): Promise<StoredRun | null>;
  runs(): Promise<readonly StoredRun[]>;
  setRunState(runId: number, state: RunState): Promise<void>;
  setRunOptions(runId: number, options: RunOptions): Promise<void>;
  /** Moves the run to a re-read dataset (a resume re-imports its file). */
  setRunDataset(runId: number, datasetId: number): Promise<void>;
  setRunName(runId: number, name: string): Promise<void>;
  setRunPlace(runId: number, place: number): Promise<void>;
  /** When its folders had last changed as the run came to a stand; null: it is not known. */
  quietFolders(runId: number): Promise<FolderTimes | null>;
  setQuietFolders(runId: number, times: FolderTimes | null): Promise<void>;
  /** What the run's jobs were wholly planned for; null: not all are planned. */
  plannedDigest(runId: number): Promise<string | null>;
  setPlannedDigest(runId: number, digest: string | null): Promise<void>;
  /**
   * Adds jobs. One that exists already keeps its state if its digest is the same; if the digest changed it becomes
   * pending, its old result set aside; one whose outcome nobody knows stays as it is. One that was left out is back.
   * Where the rest of the run is cancelled, what would become pending is that.
   */
  planJobs(runId: number, jobs: readonly NewJob[]): Promise<PlanCounts>;
  /**
   * After a restart: `leased` becomes pending, `sent` without an outcome becomes `unknown`, save where the result's file
   * is found whole by its journalled hash: that job is done. Runs that were under way are paused. Answers how many.
   * `mark`: of the library, in the names of its temporary files; absent: it has none.
   */
  recover(mark?: string): Promise<{ unknown: number; released: number }>;
  counts(runId: number): Promise<Counts>;

  // jobs
  jobs(query: JobQuery): Promise<{ total: number; jobs: readonly StoredJob[] }>;
  jobsAfter(walk: JobWalk): Promise<readonly StoredJob[]>;
  jobsById(jobIds: readonly number[]): Promise<readonly StoredJob[]>;
  job(jobId: number): Promise<StoredJob | null>;
  attempts(jobId: number): Promise<readonly Attempt[]>;
  /** Makes jobs of a run pending again, with those that were cancelled what is not planned; answers how many. */
  requeue(runId: number, which: Requeue): Promise<number>;
  /** Pending jobs become `cancelled`, and what is not planned yet with them; answers how many. */
  cancelPending(runId: number): Promise<number>;
  /** What planning adds is pending again, though the run was cancelled: somebody asks for all of it. */
  wantRest(runId: number): Promise<void>;
  /** Ids of the jobs of a set, ascending, after `afterId`. */
  jobIds(runId: number, which: Requeue, afterId: number, limit: number): Promise<readonly number[]>;
  /** Jobs that are pending become done with files that were found: no attempt made them, and they cost nothing. */
  adopted(
    runId: number,
    files: readonly { readonly jobId: number; readonly file: ReceivedFile }[],
  ): Promise<number>;
  failureGroups(runId: number): Promise<
    readonly {
      kind: FailureKind;
      message: string;
      count: number;
      /** Of the first 5 rows, the first job each. */
      examples: FailureExample[];
    }[]
  >;
  /** Results of done jobs with a position above `afterPosition` (-1: from the first), in order. */
  doneResults(runId: number, afterPosition: number, limit: number): Promise<readonly DoneResult[]>;
  /** Their files were compared with their hash at that moment, and are whole. */
  confirmResults(seen: readonly { readonly resultId: number; readonly wholeAt: number }[]): Promise<void>;
  // reviews
  /** Answers what was said before. Rejects with NOT_FOUND when the job shows another result by now. */
  setReview(jobId: number, resultId: number, review: Review | null): Promise<Review | null>;
  reviewCounts(runId: number): Promise<ReviewCounts>;
  /** The same with what looks suspicious; of the done jobs among these, where they are named. */
  reviewSum(of: ReviewSet): Promise<ReviewSum>;
  /** Ids of done jobs in the order of the run, or the most suspicious first. */
  reviewQueue(runId: number, filter: ReviewFilter, how?: ReviewHow): Promise<readonly number[]>;
  /** Those of these jobs that are done and meant, in the order they are named in, or the most suspicious first. */
  reviewAmong(jobIds: readonly number[], filter: ReviewFilter, how?: ReviewHow): Promise<readonly number[]>;
  /** The model's own turn that brought it; null where none was kept. */
  resultTurn(resultId: number): Promise<string | null>;
  /** A result with where its file is. */
  result(resultId: number): Promise<{ result: Result; path: string; jobId: number } | null>;

  // fleet and settings
  endpoints(): Promise<readonly Endpoint[]>;
  saveEndpoint(endpoint: Endpoint): Promise<void>;
  removeEndpoint(endpointId: string): Promise<void>;
  /** Puts it at a place among all, counted from 0. */
  moveEndpoint(endpointId: string, place: number): Promise<void>;
  keys(): Promise<readonly StoredKey[]>;
  saveKey(key: StoredKey): Promise<void>;
  /** All or none. */
  saveKeys(keys: readonly StoredKey[]): Promise<void>;
  /** Its state goes with it. */
  removeKey(keyId: string): Promise<void>;
  /** All or none. */
  removeKeys(keyIds: readonly string[]): Promise<void>;
  /** Of stored keys and of keys of the environment. */
  keyStates(): Promise<ReadonlyMap<string, KeyState>>;
  saveKeyStates(states: ReadonlyMap<string, KeyState>): Promise<void>;
  quotaGroups(): Promise<readonly QuotaGroup[]>;
  saveQuotaGroup(group: QuotaGroup): Promise<void>;
  /** Its keys stand for themselves again. */
  removeQuotaGroup(groupId: string): Promise<void>;
  /** Answers them with their numbers; only the newest few thousand are kept. */
  addFleetEvents(events: readonly NewFleetEvent[]): Promise<readonly FleetEvent[]>;
  /** Newest first. */
  fleetEvents(limit: number): Promise<readonly FleetEvent[]>;

  // what was sent; moments by the wall clock
  /** What limits go on from after a restart; buckets from `dayStart` on. */
  sendHistory(now: number, dayStart: number): Promise<SendHistory>;
  endpointMinutes(since: number): Promise<readonly EndpointMinute[]>;
  endpointSpend(since: number): Promise<readonly { endpointId: string; costUsd: number }[]>;
  /** Of the newest successful attempts of the last day (its last 20,000), oldest first. */
  endpointLatencies(now: number, perEndpoint: number): Promise<readonly EndpointLatency[]>;
  /** Of attempts that ended since then. */
  keyFigures(since: number): Promise<readonly KeyFigures[]>;
  /** Moments count from the start of their quarter of an hour. */
  spentSince(since: number): Promise<Spent & { readonly requests: number }>;
  /** Of attempts sent since then; keys that cost nothing are left out. */
  keySpentSince(since: number): Promise<readonly (Spent & { readonly keyId: string })[]>;
  /** What was sent from `from` until before `to`; moments count from the start of their quarter of an hour. */
  usedBetween(from: number, to: number): Promise<readonly KeyUsage[]>;
  ownModels(): Promise<readonly CatalogueModel[]>;
  saveOwnModels(models: readonly CatalogueModel[]): Promise<void>;
  settings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<void>;
  /** What the driver really does, read back: for tests and the log. */
  pragmas(): Promise<{ journalMode: string; synchronous: number; driver: string; sqliteVersion: string }>;
  /** Commits what waits and ends the thread. */
  close(): Promise<void>;
}
