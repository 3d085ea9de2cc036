/** The engine port over the app. */
import { join } from 'node:path';
import type { Run, RowProblem } from '@shared/model/run';
import { type App, type AppOptions, LibraryBusy, openApp } from '../app';
import type { FinishedJob } from '../app/results-log';
import { rowFilter } from '../app/planner';
import { setUpRun } from '../app/run-setup';
import { DatasetError } from '../datasets/dataset-source';
import { Refusal } from '../refusal';
import type { StoredDataset } from '../store/store';
import type { CliEngine, JobFacts, RunEnd, RunFolderRequest } from './engine-port';
import type { OpenedEngine } from './main';

export async function openAppEngine(options: AppOptions): Promise<OpenedEngine> {
  try {
    return { kind: 'ok', engine: new AppEngine(await openApp(options)) };
  } catch (error) {
    if (error instanceof LibraryBusy) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

class AppEngine implements CliEngine {
  readonly #app: App;
  #runId: number | null = null;
  #isStopping = false;

  constructor(app: App) {
    this.#app = app;
  }

  models(): ReturnType<CliEngine['models']> {
    return this.#app.models.list();
  }

  async runFolder(request: RunFolderRequest): Promise<RunEnd> {
    try {
      return await this.#run(request);
    } catch (error) {
      if (error instanceof Refusal || error instanceof DatasetError) {
        return { kind: 'refused', sentence: error.message };
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#runId !== null) {
      await this.#app.runs.stop(this.#runId);
    }
  }

  close(): Promise<void> {
    return this.#app.close();
  }

  async #run(request: RunFolderRequest): Promise<RunEnd> {
    const { runs, fleet, store } = this.#app;
    await fleet.give(request.fleet);
    const dataset = await this.#dataset(request);
    const { run, notes, planned } = await setUpRun(store, {
      name: request.name,
      dataset,
      recipe: request.recipe,
      options: request.options,
      outputDir: request.outputDir,
      mode: request.resume ? 'resume' : 'anew',
    });
    for (const note of [...problemNotes(dataset), ...notes]) {
      request.onNote(note);
    }
    const unsubscribe = this.#app.events.subscribe((event) => {
      if (event.kind === 'run' && event.run.id === run.id) {
        request.onProgress(event.run);
      }
    });
    try {
      // Ctrl-C may have come while the file was being read: then nothing is sent at all.
      if (!this.#isStopping) {
        this.#runId = run.id;
        await runs.start(run, {
          imageCacheDir: request.imageCacheDir ?? null,
          waitForQuota: 'minutes',
          planned,
          includes: rowFilter(request.options),
          onJobs: (jobs) => jobs.forEach((job) => request.onJob(factsOf(job))),
          ...(request.outputCsv === undefined ? {} : { csvPath: request.outputCsv }),
        });
        await (this.#isStopping ? runs.stop(run.id) : runs.over(run.id));
      }
    } finally {
      unsubscribe();
    }
    const ended = await runs.view(await runs.found(run.id));
    request.onProgress(ended);
    return this.#isStopping
      ? { kind: 'finished', run: ended }
      : { kind: 'finished', run: ended, ...pauseSentence(ended) };
  }

  async #dataset({ source, name }: RunFolderRequest): Promise<StoredDataset> {
    const { importer, resourcesDir } = this.#app;
    switch (source.kind) {
      case 'prompts':
        return importer.prompts(name, source.prompts);
      case 'sample':
        return (await importer.start({ path: join(resourcesDir, 'sample', 'sample.csv'), name })).whole;
      case 'file': {
        const { path, format } = source;
        return (await importer.start(format === undefined ? { path, name } : { path, name, format })).whole;
      }
    }
  }
}

function pauseSentence(run: Run): { sentence?: string } {
  return run.state.kind === 'paused' ? { sentence: run.state.reason } : {};
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
