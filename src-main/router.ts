/** The contract over the app: thin by intention. Every door that serves calls serves this router. */
import { copyFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { EventPublisher, implement, ORPCError } from '@orpc/server';
import { SAMPLE_NAME } from '@shared/demo';
import { type AppEvent, contract, type Grant } from '@shared/contract';
import type { Settings } from '@shared/model/settings';
import type { App } from './app';
import { tileOf } from './app/app-events';
import { startRun, planOf } from './app/run-request';
import { rowViews, jobDetail } from './app/views';
import { resultsPath, writeTable } from './app/exporter';
import { importEnvFile } from './app/env-import';
import { DatasetError } from './datasets/dataset-source';
import { Secret } from './providers/secret';
import { Refusal } from './refusal';
import { VaultClosed } from './vault/vault';

/** What only a desktop can do. */
export interface Shell {
  readonly version: string;
  readonly defaultOutputDir: string;
  theme(): 'light' | 'dark' | 'system';
  setTheme(theme: 'light' | 'dark' | 'system'): void;
  openFolder(path: string): Promise<void>;
  showFile(path: string): Promise<void>;
  /** False when the link is not one of ours. */
  openLink(url: string): Promise<boolean>;
  pick(purpose: 'dataset' | 'imageFolder' | 'outputFolder' | 'envFile'): Promise<Grant | null>;
  /** Asks where to save; null on cancel. */
  saveAs(suggestedName: string): Promise<string | null>;
  /** The path behind a token the user's own hand produced. */
  granted(token: string): string;
}

export type AppRouter = ReturnType<typeof createRouter>;

export function createRouter(app: App, shell: Shell) {
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw refusalOf(error, app);
    }
  });

  return os.router({
    system: {
      info: os.system.info.handler(async () => ({
        version: shell.version,
        libraryDir: app.paths.root,
        defaultOutputDir: app.settings().outputDir || shell.defaultOutputDir,
        platform: process.platform,
        firstRun: (await app.store.runs()).length === 0 && (await app.store.keys()).length === 0,
        vault: app.vault.status(),
        theme: shell.theme(),
      })),
      events: os.system.events.handler(({ signal }) => eventsOf(app, signal)),
      setTheme: os.system.setTheme.handler(({ input }) => shell.setTheme(input.theme)),
      openLogs: os.system.openLogs.handler(() => shell.openFolder(app.paths.logs)),
      openLink: os.system.openLink.handler(async ({ input }) => {
        if (!(await shell.openLink(input.url))) {
          throw new Refusal('BAD_INPUT', `${input.url} is not a page Brushfleet opens.`);
        }
      }),
      report: os.system.report.handler(({ input }) => app.log.warning('window', input.message)),
    },
    settings: {
      get: os.settings.get.handler(() => app.settings()),
      set: os.settings.set.handler(({ input }) => app.saveSettings(checkedSettings(input))),
    },
    files: { pick: os.files.pick.handler(({ input }) => shell.pick(input.purpose)) },
    datasets: {
      open: os.datasets.open.handler(async ({ input }) => {
        const { dataset } = await app.importer.start({ path: shell.granted(input.grant) });
        return dataset;
      }),
      fromPrompts: os.datasets.fromPrompts.handler(({ input }) =>
        app.importer.prompts(input.name, input.prompts.split('\n')),
      ),
      fromImages: os.datasets.fromImages.handler(async ({ input }) =>
        app.importer.images(
          input.name,
          await Promise.all(
            input.images.map(async (file) => ({
              name: file.name,
              bytes: new Uint8Array(await file.arrayBuffer()),
            })),
          ),
        ),
      ),
      sample: os.datasets.sample.handler(async () => {
        await app.fleet.ensureDemo();
        const { dataset } = await app.importer.start({
          path: join(app.resourcesDir, 'sample', 'sample.csv'),
          name: SAMPLE_NAME,
        });
        return dataset;
      }),
      list: os.datasets.list.handler(async () => [...(await app.store.datasets())]),
      rows: os.datasets.rows.handler(({ input }) => rowViews(app.store, input)),
    },
    models: {
      list: os.models.list.handler(() => app.models.list()),
      add: os.models.add.handler(({ input }) => app.models.add(input)),
      remove: os.models.remove.handler(({ input }) => app.models.remove(input.provider, input.id)),
    },
    runs: {
      plan: os.runs.plan.handler(({ input }) => planOf(app, input)),
      start: os.runs.start.handler(({ input }) =>
        startRun(app, input, {
          defaultOutputDir: app.settings().outputDir || shell.defaultOutputDir,
          granted: shell.granted,
        }),
      ),
      resume: os.runs.resume.handler(({ input }) => app.runs.resume(input.runId, input.resendUnknown)),
      stop: os.runs.stop.handler(({ input }) => app.runs.stop(input.runId)),
      rerunFailed: os.runs.rerunFailed.handler(({ input }) => app.runs.rerunFailed(input.runId, input.kind)),
      rerunJob: os.runs.rerunJob.handler(({ input }) => app.runs.rerunJob(input.jobId)),
      list: os.runs.list.handler(() => app.runs.list()),
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
    },
    results: {
      gallery: os.results.gallery.handler(async ({ input }) => {
        const page = await app.store.gallery(input.offset, input.limit);
        return { total: page.total, jobs: [...page.jobs] };
      }),
      showInFolder: os.results.showInFolder.handler(async ({ input }) =>
        shell.showFile((await resultOf(app, input.resultId)).path),
      ),
      saveAs: os.results.saveAs.handler(async ({ input }) => {
        const { path: from, result } = await resultOf(app, input.resultId);
        const to = await shell.saveAs(result.fileName.split('/').at(-1) ?? result.fileName);
        if (to !== null) {
          await copyFile(from, to);
        }
        return to === null ? null : basename(to);
      }),
    },
    endpoints: {
      list: os.endpoints.list.handler(() => [...app.fleet.views()]),
      add: os.endpoints.add.handler(({ input }) =>
        app.fleet.save({ ...input, id: globalThis.crypto.randomUUID(), demo: false }),
      ),
      update: os.endpoints.update.handler(({ input }) =>
        app.fleet.save({ ...input, demo: app.fleet.view(input.id).endpoint.demo }),
      ),
      remove: os.endpoints.remove.handler(({ input }) => app.fleet.removeEndpoint(input.endpointId)),
      test: os.endpoints.test.handler(({ input }) => app.fleet.test(input.endpointId, input.keyId)),
    },
    keys: {
      add: os.keys.add.handler(({ input }) =>
        app.fleet.addKeys(
          input.endpointId,
          input.keys.map((key) => ({ label: key.label, secret: new Secret(key.secret.trim()) })),
        ),
      ),
      rename: os.keys.rename.handler(({ input }) => app.fleet.renameKey(input.keyId, input.label)),
      setPaused: os.keys.setPaused.handler(({ input }) => app.fleet.setPaused(input.keyId, input.paused)),
      remove: os.keys.remove.handler(({ input }) => app.fleet.removeKey(input.keyId)),
      importEnv: os.keys.importEnv.handler(({ input }) => importEnvFile(app, shell.granted(input.grant))),
    },
    vault: {
      status: os.vault.status.handler(() => app.vault.status()),
      choose: os.vault.choose.handler(async ({ input }) => {
        const vault = await app.vault.choose(
          input.kind === 'session' ? input : { kind: 'passphrase', passphrase: new Secret(input.passphrase) },
        );
        app.events.tell({ kind: 'vault', vault });
        return vault;
      }),
      unlock: os.vault.unlock.handler(async ({ input }) => {
        if (!(await app.vault.unlock(new Secret(input.passphrase)))) {
          throw new Refusal('BAD_INPUT', 'That is not the passphrase of this vault.', 'passphrase');
        }
        await app.fleet.load();
        app.events.tell({ kind: 'vault', vault: app.vault.status() });
        return app.vault.status();
      }),
    },
  });
}

/** Refusals cross as data; anything else is a bug: the page learns only that, the log learns all. */
function refusalOf(error: unknown, app: App): unknown {
  if (error instanceof Refusal) {
    return new ORPCError(error.code, {
      message: error.message,
      defined: true,
      ...(error.code === 'BAD_INPUT'
        ? { data: error.field === undefined ? undefined : { field: error.field } }
        : {}),
    });
  }
  if (error instanceof DatasetError) {
    return new ORPCError('BAD_INPUT', { message: error.message, defined: true });
  }
  if (error instanceof VaultClosed) {
    return new ORPCError('VAULT', { message: error.message, defined: true, data: error.status });
  }
  if (error instanceof ORPCError) {
    return error;
  }
  app.log.error('router', error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'Something went wrong inside Brushfleet; the log has it.',
  });
}

async function* eventsOf(app: App, signal: AbortSignal | undefined): AsyncGenerator<AppEvent> {
  const publisher = new EventPublisher<{ event: AppEvent }>({ maxBufferedEvents: 10_000 });
  const unsubscribe = app.events.subscribe((event) => publisher.publish('event', event));
  try {
    yield* publisher.subscribe('event', signal === undefined ? {} : { signal });
  } finally {
    unsubscribe();
  }
}

async function resultOf(app: App, resultId: number): ReturnType<NonNullType> {
  const found = await app.store.result(resultId);
  if (found === null) {
    throw new Refusal('NOT_FOUND', 'That result is no longer in the library.');
  }
  return found;
}
type NonNullType = () => Promise<NonNullable<Awaited<ReturnType<App['store']['result']>>>>;

/** A relative folder would depend on where the program was started. */
function checkedSettings(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Partial<Settings> {
  const { outputDir } = patch;
  if (outputDir !== undefined && outputDir !== '' && (!isAbsolute(outputDir) || outputDir.includes('\0'))) {
    throw new Refusal(
      'BAD_INPUT',
      `"${outputDir}" is no whole path of a folder: write it from its beginning, or leave it blank.`,
      'outputDir',
    );
  }
  return definedOf(patch);
}

/** Drops the keys that were not given, which a patch must not overwrite. */
function definedOf<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
