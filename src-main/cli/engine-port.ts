/** What the command line needs of the app: one run in one folder, heard of as it goes, stopped at any time. */
import type { Endpoint } from '@shared/model/endpoint';
import type { FailureKind } from '@shared/model/failure';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { DatasetFormat, JobState, Recipe, Run, RunOptions, Task } from '@shared/model/run';
import type { EnvKey } from '../fleet-env/env-keys';

export type RunSource =
  | { readonly kind: 'file'; readonly path: string; readonly format?: DatasetFormat }
  | { readonly kind: 'prompts'; readonly prompts: readonly string[] }
  /** The sample dataset that comes with the program. */
  | { readonly kind: 'sample' };

/** One job that reached its end, as a line of results.csv tells it. */
export interface JobFacts {
  readonly index: number;
  readonly row: number;
  readonly variant: number;
  readonly model: string;
  readonly status: JobState;
  /** Relative to the output folder; blank without a result. */
  readonly outputImage: string;
  readonly failure: FailureKind | null;
  readonly error: string;
  readonly endpoint: string;
  readonly attempts: number;
  readonly seconds: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly costUsd: number | null;
}

export interface RunFolderRequest {
  readonly name: string;
  readonly task: Task;
  readonly source: RunSource;
  readonly recipe: Recipe;
  readonly options: RunOptions;
  /** Absolute. */
  readonly outputDir: string;
  /** Absolute; absent: results.csv in the output folder. */
  readonly outputCsv?: string;
  /** False: everything is sent anew. */
  readonly resume: boolean;
  /** Absolute. */
  readonly imageCacheDir?: string;
  readonly fleet: { readonly endpoints: readonly Endpoint[]; readonly keys: readonly EnvKey[] };
  /** Something a person should know before or while it runs; one sentence. */
  onNote(sentence: string): void;
  /** At most a few times a second. */
  onProgress(run: Run): void;
  onJob(job: JobFacts): void;
}

export type RunEnd =
  /** `sentence`: why it ended before all jobs did. */
  | { readonly kind: 'finished'; readonly run: Run; readonly sentence?: string }
  | { readonly kind: 'refused'; readonly sentence: string };

export interface CliEngine {
  /** The catalogue with the user's own models. */
  models(): readonly CatalogueModel[];
  /** Resolves when the run has ended or was stopped, its tables written. */
  runFolder(request: RunFolderRequest): Promise<RunEnd>;
  /** Sends nothing more; what is in flight finishes and is kept. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
