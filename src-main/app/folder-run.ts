/**
 * One run in one folder, as a command line asks for it: its file is imported, its run made or gone on with, carried out
 * and told of as it goes. Of this process's own command line, or of one that shares its library.
 */
import { join } from 'node:path';
import type { RunRequest } from '@shared/contract';
import type { PreflightReport } from '@shared/model/plan';
import type { Plan } from '@shared/model/plan';
import type { FailureKind } from '@shared/model/failure';
import type { DatasetFormat, JobState, Recipe, RowProblem, Run, RunOptions, Task } from '@shared/model/run';
import type { App } from '../app';
import { DatasetError } from '../datasets/dataset-source';
import { Refusal } from '../refusal';
import type { StoredDataset } from '../store/store';
import { existingOutput } from './existing-output';
import { rowFilter } from './planner';
import type { FinishedJob } from './results-log';
import { planOf, preflightOf } from './run-request';
import { setUpRun } from './run-setup';

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
}

export interface RefusedRun {
  readonly kind: 'refused';
  readonly sentence: string;
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

const NOTHING_CHECKED: PreflightReport = { checked: 0, total: 0, inputBytes: 0, problems: [], done: false };

export class FolderRun {
  readonly #app: App;
  readonly #borrower: Borrower | undefined;
  readonly #stopped = new AbortController();
  #runId: number | null = null;

  constructor(app: App, borrower?: Borrower) {
    this.#app = app;
    this.#borrower = borrower;
  }

  /** Resolves when the run has ended or was stopped, its tables written. */
  run(plan: FolderPlan, hooks: FolderRunHooks): Promise<RunEnd> {
    return orRefused(() => this.#run(plan, hooks));
  }

  /** What lies in the folder, what the run would do, and every row read without sending. `stop` ends it early. */
  check(plan: FolderPlan, hooks: FolderCheckHooks): Promise<CheckEnd> {
    return orRefused(() => this.#check(plan, hooks));
  }

  /** Sends nothing more; what is in flight finishes and is kept. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#runId !== null) {
      await this.#app.runs.stop(this.#runId);
    }
  }

  async #run(plan: FolderPlan, hooks: FolderRunHooks): Promise<RunEnd> {
    const { runs, store } = this.#app;
    const dataset = await this.#dataset(plan);
    await this.#refuseUnderWay(plan);
    const { run, notes, planned, recheck } = await setUpRun(store, {
      name: plan.name,
      dataset,
      recipe: plan.recipe,
      options: plan.options,
      outputDir: plan.outputDir,
      mode: plan.resume ? 'resume' : 'anew',
      adopt: plan.adopt,
    });
    [...problemNotes(dataset), ...notes].forEach((note) => hooks.onNote(note));
    const unsubscribe = this.#app.events.subscribe((event) => {
      if (event.kind === 'run' && event.run.id === run.id) {
        hooks.onProgress(event.run);
      }
    });
    try {
      // It may have been stopped while the file was being read: then nothing is sent at all.
      if (!this.#stopped.signal.aborted) {
        this.#runId = run.id;
        await runs.start(run, {
          imageCacheDir: plan.imageCacheDir ?? null,
          waitForQuota: 'minutes',
          planned,
          recheck,
          includes: rowFilter(plan.options),
          onNote: (sentence) => hooks.onNote(sentence),
          onJobs: (jobs) => jobs.forEach((job) => hooks.onJob(factsOf(job))),
          ...(this.#borrower === undefined ? {} : { borrower: this.#borrower }),
          ...(plan.outputCsv === undefined ? {} : { csvPath: plan.outputCsv }),
        });
        await (this.#stopped.signal.aborted ? runs.stop(run.id) : runs.over(run.id));
      }
    } finally {
      unsubscribe();
    }
    const ended = await runs.view(await runs.found(run.id));
    hooks.onProgress(ended);
    const isTold = this.#stopped.signal.aborted || ended.state.kind !== 'paused';
    return { kind: 'finished', run: ended, ...(isTold ? {} : { sentence: ended.state.reason }) };
  }

  async #refuseUnderWay({ outputDir }: FolderPlan): Promise<void> {
    const run = await this.#app.store.runAt(outputDir);
    if (run !== null && this.#app.runs.isActive(run.id)) {
      throw new Refusal(
        'BAD_INPUT',
        `The run in ${outputDir} is under way already: wait for it, or pause it first (brushfleet runs pause ${run.id}).`,
      );
    }
  }

  async #check(plan: FolderPlan, hooks: FolderCheckHooks): Promise<CheckEnd> {
    const dataset = await this.#dataset(plan);
    problemNotes(dataset).forEach((note) => hooks.onNote(note));
    const { name, recipe, options } = plan;
    const request: RunRequest = { name, datasetId: dataset.id, recipe, options };
    const planned = await planOf(this.#app, request, { granted: () => plan.outputDir });
    const folder = plan.resume ? await folderBlocker(this.#app, plan, dataset) : null;
    let report = NOTHING_CHECKED;
    for await (const one of preflightOf(this.#app, request, this.#stopped.signal)) {
      report = one;
      hooks.onReport(one);
    }
    const blockers = folder === null ? planned.blockers : [...planned.blockers, folder];
    return { kind: 'checked', plan: { ...planned, blockers }, report };
  }

  async #dataset({ source, name }: FolderPlan): Promise<StoredDataset> {
    const { importer, resourcesDir } = this.#app;
    switch (source.kind) {
      case 'prompts':
        return importer.prompts(name, source.prompts);
      case 'sample':
        return (await importer.start({ path: join(resourcesDir, 'sample', 'sample.csv'), name })).whole;
      case 'file': {
        const { path, format } = source;
        return (
          await importer.start({ path, name, reuse: true, ...(format === undefined ? {} : { format }) })
        ).whole;
      }
    }
  }
}

/** What in the output folder keeps the run from starting; null: nothing does. */
async function folderBlocker(
  { store }: App,
  { recipe, options, outputDir, adopt }: FolderPlan,
  dataset: StoredDataset,
): Promise<string | null> {
  const found = await existingOutput(store, { plan: { recipe, options, datasetId: dataset.id }, outputDir });
  if (found?.kind === 'run' && found.changes.length > 0) {
    return `${outputDir} holds a run with another recipe: ${found.changes.join('; ')}.`;
  }
  if (found?.kind === 'pictures' && !adopt) {
    const torn = found.torn === 0 ? '' : `, and ${found.torn} that are torn`;
    return `${outputDir} holds ${found.whole} whole pictures without a record${torn}: --adopt takes the whole ones as done, --no_resume sends everything anew.`;
  }
  return null;
}

/** What cannot be carried out is an answer, not an error. */
async function orRefused<T>(work: () => Promise<T>): Promise<T | RefusedRun> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || error instanceof DatasetError) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

/** The first few in full; results.csv and the window have the rest. */
function problemNotes({ name, problems }: StoredDataset): readonly string[] {
  const shown = problems
    .slice(0, 5)
    .map((problem: RowProblem) => `${name}, line ${problem.line}: ${problem.message}`);
  const rest = problems.length - shown.length;
  return rest > 0 ? [...shown, `${name}: ${rest} more remarks like these.`] : shown;
}

function factsOf({ job }: FinishedJob): JobFacts {
  return {
    index: job.index,
    row: job.row,
    variant: job.variant,
    model: job.model,
    status: job.state,
    outputImage: job.result?.fileName ?? '',
    failure: job.failure?.kind ?? null,
    error: job.failure?.message ?? '',
    endpoint: job.endpointName ?? '',
    attempts: job.attempts,
    seconds: job.seconds,
    width: job.result?.width ?? null,
    height: job.result?.height ?? null,
    costUsd: job.costUsd,
  };
}
