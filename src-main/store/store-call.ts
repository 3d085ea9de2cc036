/** The store's calls as messages between the program and the store's thread. */
import { ARENA_METHODS } from './arena-store';
import { GALLERY_METHODS } from './gallery/gallery-store';
import { MEASURE_METHODS } from './measure-store';
import { PLAN_AGAIN_METHODS } from './runs/plan-again';
import { NAMED_FILE_METHODS } from './runs/named-files';
import { UPLOAD_METHODS } from './named-uploads';
import type { Store } from './store';
import { STOPPED_IMPORT_METHODS } from './stopped-imports';
import type { StoreFailure } from './store-error';
import { STUDIO_METHODS } from './studio/studio-store';
import { SESSION_METHODS } from './studio/session-store';
import { SET_ASIDE_METHODS } from './runs/set-aside';
import { HISTORY_METHODS } from './studio/text-history';
import { TEXT_METHODS } from './runs/text-store';
import { TOKEN_METHODS } from './token-store';
import { UNSENT_METHODS } from './studio/unsent-sessions';
import { UNSENT_STEM_METHODS } from './runs/unsent-stems';
import { UNFINISHED_METHODS } from './journal/unfinished-files';
import { USAGE_METHODS } from './runs/usage-store';
import { VERSION_METHODS } from './runs/version-store';

/** Not calls: ids are handed out on the caller's side, which learns of the first when the thread is ready. */
export type StoreMethod = Exclude<keyof Store, 'nextAttemptId'>;

export type StoreCall<M extends StoreMethod = StoreMethod> = {
  readonly [Name in M]: {
    readonly id: number;
    readonly method: Name;
    readonly args: Parameters<Store[Name]>;
  };
}[M];

export type FromStore =
  | { readonly kind: 'ready'; readonly nextAttemptId: number }
  | { readonly kind: 'refused'; readonly failure: StoreFailure }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: StoreFailure }
  | { readonly kind: 'note'; readonly sentence: string };

/** Every method by name: the compiler sees to it that none is missing. */
const METHODS: Readonly<Record<StoreMethod, true>> = {
  createDataset: true,
  addRows: true,
  finishDataset: true,
  setColumns: true,
  dataset: true,
  datasetFrom: true,
  datasets: true,
  rows: true,
  rowsAt: true,
  countRows: true,
  createRun: true,
  runAt: true,
  run: true,
  runs: true,
  setRunState: true,
  setRunOptions: true,
  setRunDataset: true,
  setRunName: true,
  setRunPlace: true,
  quietFolders: true,
  setQuietFolders: true,
  plannedDigest: true,
  setPlannedDigest: true,
  planJobs: true,
  recover: true,
  counts: true,
  jobs: true,
  jobsAfter: true,
  jobsById: true,
  job: true,
  attempts: true,
  requeue: true,
  cancelPending: true,
  wantRest: true,
  jobIds: true,
  adopted: true,
  failureGroups: true,
  doneResults: true,
  confirmResults: true,
  setReview: true,
  reviewCounts: true,
  reviewSum: true,
  reviewQueue: true,
  reviewAmong: true,
  result: true,
  resultTurn: true,
  endpoints: true,
  saveEndpoint: true,
  removeEndpoint: true,
  moveEndpoint: true,
  keys: true,
  saveKey: true,
  saveKeys: true,
  removeKey: true,
  removeKeys: true,
  keyStates: true,
  saveKeyStates: true,
  quotaGroups: true,
  saveQuotaGroup: true,
  removeQuotaGroup: true,
  addFleetEvents: true,
  fleetEvents: true,
  sendHistory: true,
  endpointMinutes: true,
  endpointSpend: true,
  endpointLatencies: true,
  keyFigures: true,
  spentSince: true,
  keySpentSince: true,
  usedBetween: true,
  ownModels: true,
  saveOwnModels: true,
  settings: true,
  saveSettings: true,
  pending: true,
  sent: true,
  received: true,
  ended: true,
  ...STUDIO_METHODS,
  ...MEASURE_METHODS,
  ...GALLERY_METHODS,
  ...VERSION_METHODS,
  ...ARENA_METHODS,
  ...TEXT_METHODS,
  ...HISTORY_METHODS,
  ...SESSION_METHODS,
  ...TOKEN_METHODS,
  ...NAMED_FILE_METHODS,
  ...UNSENT_METHODS,
  ...UNSENT_STEM_METHODS,
  ...UPLOAD_METHODS,
  ...UNFINISHED_METHODS,
  ...PLAN_AGAIN_METHODS,
  ...SET_ASIDE_METHODS,
  ...STOPPED_IMPORT_METHODS,
  ...USAGE_METHODS,
  pragmas: true,
  close: true,
};

// Object.keys forgets the keys' type; they are those written above.
export const STORE_METHODS = Object.keys(METHODS) as readonly StoreMethod[];
