/** What a command line asks of one folder, what it hears meanwhile, and what it is told at the end. */
import type { FailureKind } from '@shared/model/failure';
import type { PreflightReport, Plan } from '@shared/model/plan';
import type { DatasetFormat, JobState, Recipe, Run, RunOptions, Task } from '@shared/model/run';

export type RunSource =
  | { readonly kind: 'file'; readonly path: string; readonly format?: DatasetFormat | undefined }
  | { readonly kind: 'prompts'; readonly prompts: readonly string[] }
  /** The sample dataset that comes with the program. */
  | { readonly kind: 'sample' };

export interface FolderPlan {
  readonly name: string;
  readonly task: Task;
  readonly source: RunSource;
  readonly recipe: Recipe;
  readonly options: RunOptions;
  /** Absolute. */
  readonly outputDir: string;
  /** Absolute; absent: results.csv in the output folder. */
  readonly outputCsv?: string | undefined;
  /** False: everything is sent anew. */
  readonly resume: boolean;
  /** Whole pictures in the folder that have no record are taken as done; false: they are a reason to refuse. */
  readonly adopt: boolean;
  /** Absolute. */
  readonly imageCacheDir?: string | undefined;
  /** Absolute; of a text run: where its answers go, a line for each input (answer-lines.ts). */
  readonly answersFile?: string | undefined;
}

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
  /** What a text job was answered. */
  readonly response?: string | undefined;
}

export interface FolderRunHooks {
  /** Something a person should know before or while it runs; one sentence. */
  onNote(sentence: string): void;
  /** At most a few times a second. */
  onProgress(run: Run): void;
  onJob(job: JobFacts): void;
}

export interface FinishedRun {
  readonly kind: 'finished';
  readonly run: Run;
  /** Why it ended before all jobs did. */
  readonly sentence?: string | undefined;
  /** Absent: every chosen row of the input could be read. */
  readonly unread?: UnreadInput | undefined;
  /** Why the file of its answers was not written, and how to have them; absent: it was, or nobody asked for it. */
  readonly answersProblem?: string | undefined;
}

/** Rows that nothing was sent for, since they could not be read. */
export interface UnreadInput {
  readonly count: number;
  /** `line 5: ` and what is wrong there, of the first of them. */
  readonly reasons: readonly string[];
}

export interface RefusedRun {
  readonly kind: 'refused';
  readonly sentence: string;
  /** Nothing is wrong: somebody stopped it before there was a run to tell of. */
  readonly isStopped?: true | undefined;
}

export type RunEnd = FinishedRun | RefusedRun;

export interface FolderCheckHooks {
  onNote(sentence: string): void;
  /** At most ten times a second, and once at the end. */
  onReport(report: PreflightReport): void;
}

export type CheckEnd =
  | {
      readonly kind: 'checked';
      /** What the run would do: how many pictures, what they may cost, how long they may take. */
      readonly plan: Pick<Plan, 'jobs' | 'costUsd' | 'seconds' | 'blockers'>;
      readonly report: PreflightReport;
    }
  | RefusedRun;

/** Whose endpoints and keys serve it, where they were lent for it alone. */
export interface Borrower {
  readonly name: string;
  readonly endpointIds: readonly string[];
}
