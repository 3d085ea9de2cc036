/** What the command line needs of the app: one run in one folder, heard of as it goes, stopped at any time. */
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Endpoint } from '@shared/model/endpoint';
import type { CheckEnd, FolderCheckHooks, FolderPlan, FolderRunHooks, RunEnd } from '../app/runs/folder-plan';
import type { EnvKey } from '../fleet-env/env-keys';
import type { Refused } from './cli-request';
import type { LibraryLook } from './run-fleet';

export type {
  CheckEnd,
  FinishedRun,
  JobFacts,
  RefusedRun,
  RunEnd,
  UnreadInput,
} from '../app/runs/folder-plan';

/** The endpoints and keys that serve a run: the environment's. */
export interface EnvFleet {
  readonly endpoints: readonly Endpoint[];
  readonly keys: readonly EnvKey[];
}

export interface RunFolderRequest extends FolderPlan, FolderRunHooks {
  /** Null: the library's own serve it. */
  readonly fleet: EnvFleet | null;
}

/** What is to be checked: the request of the run itself, which is neither made nor sent. */
export interface CheckRequest extends FolderPlan, FolderCheckHooks {
  readonly fleet: EnvFleet | null;
}

export interface CliEngine {
  /** The catalogue with the user's own models. */
  models(): readonly CatalogueModel[];
  /** The library's own endpoints and keys; refused where whoever has the library open works with others. */
  library(): Promise<LibraryLook | Refused>;
  /** Resolves when the run has ended or was stopped, its tables written. */
  runFolder(request: RunFolderRequest): Promise<RunEnd>;
  /** Reads every row as far as it can be checked without sending. `stop` ends it early. */
  checkFolder(request: CheckRequest): Promise<CheckEnd>;
  /** Sends nothing more; what is in flight finishes and is kept. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
