/** Runs. */
import { basename } from 'node:path';
import { isDemoModel } from '@shared/demo';
import type { App } from '../app';
import { tileOf } from '../app/app-events';
import { resultsPath, writeTable } from '../app/tables/exporter';
import { unplacedOf } from '../app/results/lying-notes';
import { planOf, preflightOf, startRun } from '../app/runs/run-request';
import type { Calls } from './calls';
import type { Shell } from './shell';
import { jobDetail } from '../app/views';

export function runCalls(os: Calls, app: App, shell: Shell) {
  return {
    plan: os.runs.plan.handler(async ({ input }) => {
      // The window offers the demo before it was ever used; a run of it starts only after its plan.
      if (input.recipe.models.some(isDemoModel)) {
        await app.fleet.ensureDemo();
      }
      return planOf(app, input, { granted: shell.granted, unlocks: true });
    }),
    preflight: os.runs.preflight.handler(({ input, signal }) => preflightOf(app, input, signal)),
    start: os.runs.start.handler(({ input }) =>
      startRun(app, input, {
        defaultOutputDir: app.settings().outputDir || shell.defaultOutputDir,
        granted: shell.granted,
      }),
    ),
    resume: os.runs.resume.handler(({ input: { runId, ...terms } }) => app.runs.resume(runId, terms)),
    stop: os.runs.stop.handler(({ input }) => app.runs.stop(input.runId)),
    rerunJob: os.runs.rerunJob.handler(({ input }) => app.versions.rerun(input.jobId)),
    rerun: os.runs.rerun.handler(({ input }) => app.rerun(input)),
    cancel: os.runs.cancel.handler(({ input }) => app.runs.cancel(input.runId, input.which === 'all')),
    setPriority: os.runs.setPriority.handler(({ input }) =>
      app.runs.setOptions(input.runId, { priority: input.priority }),
    ),
    move: os.runs.move.handler(({ input }) => app.runs.move(input.runId, input.place)),
    rename: os.runs.rename.handler(({ input }) => app.runs.rename(input.runId, input.name)),
    setOptions: os.runs.setOptions.handler(({ input }) =>
      app.runs.setOptions(input.runId, given(input.options)),
    ),
    list: os.runs.list.handler(() => app.runs.list()),
    sessions: os.runs.sessions.handler(() => app.runs.sessions()),
    get: os.runs.get.handler(({ input }) => app.runs.listed(input.runId)),
    jobs: os.runs.jobs.handler(async ({ input }) => {
      const { state, failureKind, ...page } = input;
      const found = await app.store.jobs({
        ...page,
        ...(state === undefined ? {} : { state }),
        ...(failureKind === undefined ? {} : { failureKind }),
      });
      return { total: found.total, jobs: found.jobs.map(tileOf) };
    }),
    job: os.runs.job.handler(({ input }) => jobDetail(app, input.jobId)),
    failures: os.runs.failures.handler(async ({ input }) => [
      ...(await app.store.failureGroups(input.runId)),
    ]),
    unplaced: os.runs.unplaced.handler(async ({ input: { runId } }) => {
      await app.runs.found(runId);
      return unplacedOf(await app.lyingWhole(runId));
    }),
    showFolder: os.runs.showFolder.handler(async ({ input }) =>
      shell.openFolder((await app.runs.found(input.runId)).outputDir),
    ),
    export: os.runs.export.handler(async ({ input }) => {
      const run = await app.runs.found(input.runId);
      const dataset = await app.importer.whole(run.datasetId);
      const suggested = resultsPath('', input.format);
      const path = await shell.saveAs(suggested);
      if (path !== null) {
        await writeTable(app.store, { run, dataset, format: input.format, path });
      }
      return path === null ? null : basename(path);
    }),
  };
}

/** Without what is absent: it stays as it is. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Object.fromEntries forgets which value belongs to which name; none is changed.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
