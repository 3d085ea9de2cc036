/**
 * One run in one folder, as a command line asks for it: its file is imported, its run made or gone on with, carried out
 * and told of as it goes. Of this process's own command line, or of one that shares its library.
 */
import { join } from 'node:path';
import type { RunRequest } from '@shared/contract';
import type { PreflightReport } from '@shared/model/plan';
import { isUnderWay, type RowProblem, type Run } from '@shared/model/run';
import type { App } from '../../app';
import { DatasetError } from '../../datasets/dataset-source';
import { Refusal } from '../../refusal';
import type { StoredDataset, StoredRun } from '../../store/store';
import { refuseOthersAnswers, writeAnswersFile } from '../tables/answers-file';
import { existingOutput } from '../results/existing-output';
import type {
  Borrower,
  CheckEnd,
  FolderCheckHooks,
  FolderPlan,
  FolderRunHooks,
  JobFacts,
  RefusedRun,
  RunEnd,
} from './folder-plan';
import { inFolder, refuseUnderWay } from '../folders/folder-turns';
import { ImportStopped } from '../datasets/importer';
import { lyingNotes, unplacedOf } from '../results/lying-notes';
import { refuseNoRow } from '../planning/no-row-chosen';
import { rowFilter } from '../planning/planner';
import type { Preparation } from '../planning/preparing';
import type { FinishedJob } from '../tables/results-log';
import { planOf, preflightOf } from './run-request';
import { setUpRun } from './run-setup';
import type { StartExtras } from './run-start';
import { refuseTableOverInput } from '../tables/table-over-input';
import { unreadInput, unreadProblems, type UnreadRows, unreadRows } from '../datasets/unread-rows';

interface Begun {
  readonly run: StoredRun;
  readonly dataset: StoredDataset;
  readonly unsubscribe: () => void;
}

interface WrittenAnswers {
  readonly unread?: number;
  readonly problem?: string;
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
    const { run, dataset, unsubscribe } = await this.#prepare(plan, hooks);
    const { ended, written } = await this.#ended(run.id, plan).finally(unsubscribe);
    const unread = await this.#unread(plan, dataset);
    hooks.onProgress(ended);
    const isTold = this.#stopped.signal.aborted || ended.state.kind !== 'paused';
    return {
      kind: 'finished',
      run: ended,
      ...unreadInput(unread, written.unread ?? 0),
      ...(written.problem === undefined ? {} : { answersProblem: written.problem }),
      ...(isTold ? {} : { sentence: ended.state.reason }),
    };
  }

  /** One that is under way again has not ended: somebody has jobs of it sent again, or went on with it at once. */
  async #ended(
    runId: number,
    plan: FolderPlan,
  ): Promise<{ readonly ended: Run; readonly written: WrittenAnswers }> {
    const { runs } = this.#app;
    for (;;) {
      await (this.#stopped.signal.aborted ? runs.stop(runId) : runs.still(runId));
      const written = await this.#writeAnswers(runId, plan);
      const ended = await runs.view(await runs.found(runId));
      if (this.#stopped.signal.aborted || !isUnderWay(ended)) {
        return { ended, written };
      }
    }
  }

  /** The answers are paid for and in the library: that they cannot be written down here does not refuse their run. */
  async #writeAnswers(runId: number, { answersFile }: FolderPlan): Promise<WrittenAnswers> {
    try {
      return await writeAnswersFile(this.#app, runId, answersFile);
    } catch (error) {
      if (error instanceof Refusal) {
        const way = `brushfleet runs export ${runId} --format jsonl --output FILE`;
        return { problem: `${error.message} The answers are in the library: ${way} writes them elsewhere.` };
      }
      throw error;
    }
  }

  async #prepare(plan: FolderPlan, hooks: FolderRunHooks): Promise<Begun> {
    const { runs, store } = this.#app;
    const preparation = runs.prepare();
    try {
      const before = plan.resume ? await store.runAt(plan.outputDir) : null;
      if (before !== null) {
        preparation.of(before.id);
      }
      const dataset = await this.#dataset(plan, () => this.#isHalted(preparation));
      await refuseNoRow(store, dataset, plan.options);
      return await inFolder(store, plan.outputDir, () => this.#begin(plan, hooks, { dataset, preparation }));
    } finally {
      preparation.end();
    }
  }

  #isHalted(preparation: Preparation): boolean {
    return preparation.halt() !== null || this.#stopped.signal.aborted;
  }

  /** Its run is under way, unless somebody stopped it before. */
  async #begin(
    plan: FolderPlan,
    hooks: FolderRunHooks,
    { dataset, preparation }: { readonly dataset: StoredDataset; readonly preparation: Preparation },
  ): Promise<Begun> {
    const { runs, store, events } = this.#app;
    await this.#settle(plan, hooks);
    await refuseOthersAnswers(store, plan);
    const { run, notes, ...begun } = await setUpRun(store, {
      name: plan.name,
      dataset,
      recipe: plan.recipe,
      options: plan.options,
      outputDir: plan.outputDir,
      mode: plan.resume ? 'resume' : 'anew',
      adopt: plan.adopt,
      csvPath: plan.outputCsv,
      clock: this.#app.clock,
      onRun: preparation.of,
      isHalted: () => this.#isHalted(preparation),
    });
    if (plan.answersFile !== undefined) {
      await store.setAnswersFile(run.id, plan.answersFile);
    }
    [...problemNotes(dataset), ...notes].forEach((note) => hooks.onNote(note));
    const unsubscribe = events.subscribe((event) => {
      if (event.kind === 'run' && event.run.id === run.id) {
        hooks.onProgress(event.run);
      }
    });
    try {
      // It may have been stopped while the file was being read: then nothing is sent at all.
      if (!this.#stopped.signal.aborted) {
        this.#runId = run.id;
        await runs.start(run, { ...this.#extras(plan, hooks), ...begun, preparation });
      }
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return { run, dataset, unsubscribe };
  }

  #extras(plan: FolderPlan, hooks: FolderRunHooks): StartExtras {
    return {
      imageCacheDir: plan.imageCacheDir ?? null,
      // Who works on a command line may name any file that its user can read, whosever keys serve it.
      roots: 'all',
      waitForQuota: 'minutes',
      includes: rowFilter(plan.options),
      writesAnswers: true,
      onNote: (sentence) => hooks.onNote(sentence),
      onJobs: (jobs) => jobs.forEach((job) => hooks.onJob(factsOf(job))),
      ...(this.#borrower === undefined ? {} : { borrower: this.#borrower }),
      ...(plan.outputCsv === undefined ? {} : { csvPath: plan.outputCsv }),
    };
  }

  #unread({ options }: FolderPlan, dataset: StoredDataset): Promise<UnreadRows> {
    return unreadRows(this.#app.store, dataset, rowFilter(options));
  }

  /** Results that wait for their place in the folder get it: they were paid for, and are not asked for again. */
  async #settle({ outputDir }: FolderPlan, hooks: Pick<FolderRunHooks, 'onNote'>): Promise<void> {
    const run = await refuseUnderWay(
      this.#app,
      outputDir,
      (runId) => `wait for it, or pause it first (brushfleet runs pause ${runId})`,
    );
    if (run !== null) {
      await this.#app.runs.settle(run.id);
      lyingNotes(unplacedOf(await this.#app.lyingWhole(run.id))).forEach((note) => hooks.onNote(note));
    }
  }

  async #check(plan: FolderPlan, hooks: FolderCheckHooks): Promise<CheckEnd> {
    const dataset = await this.#dataset(plan, () => this.#stopped.signal.aborted);
    problemNotes(dataset).forEach((note) => hooks.onNote(note));
    const { name, recipe, options } = plan;
    const request: RunRequest = { name, datasetId: dataset.id, recipe, options };
    const planned = await planOf(this.#app, request, {
      granted: () => plan.outputDir,
      borrower: this.#borrower,
    });
    const folder = plan.resume ? await folderBlocker(this.#app, plan, dataset) : null;
    let report = NOTHING_CHECKED;
    const unread = unreadProblems(await this.#unread(plan, dataset));
    for await (const one of preflightOf(this.#app, request, this.#stopped.signal)) {
      report = { ...one, problems: [...unread, ...one.problems] };
      hooks.onReport(report);
    }
    const blockers = folder === null ? planned.blockers : [...planned.blockers, folder];
    return { kind: 'checked', plan: { ...planned, blockers }, report };
  }

  /** Rejects with an ImportStopped once `isHalted`: what the run was before, it is still. */
  async #dataset(plan: FolderPlan, isHalted: () => boolean): Promise<StoredDataset> {
    const { source, name } = plan;
    const { importer, resourcesDir } = this.#app;
    await refuseTableOverInput(plan);
    switch (source.kind) {
      case 'prompts':
        return importer.prompts(name, source.prompts);
      case 'sample':
        return (await importer.start({ path: join(resourcesDir, 'sample', 'sample.csv'), name })).whole;
      case 'file': {
        const { path, format } = source;
        const asked = { path, name, reuse: true, isHalted, ...(format === undefined ? {} : { format }) };
        return (await importer.start(asked)).whole;
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
    const { whole } = found;
    const torn =
      found.torn === 0 ? '' : `, and ${found.torn} incomplete ${found.torn === 1 ? 'one' : 'ones'}`;
    return `${outputDir} holds ${whole} intact ${whole === 1 ? 'picture' : 'pictures'} without a record${torn}: --adopt counts the intact ones as done, --no_resume sends everything again.`;
  }
  return null;
}

/** What cannot be carried out is an answer, not an error. */
async function orRefused<T>(work: () => Promise<T>): Promise<T | RefusedRun> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImportStopped) {
      return { kind: 'refused', sentence: error.message, isStopped: true };
    }
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

function factsOf({ job, answer }: FinishedJob): JobFacts {
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
    ...(job.state === 'done' && answer !== undefined && answer !== null ? { response: answer.text } : {}),
  };
}
