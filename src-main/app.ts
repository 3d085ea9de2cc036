/**
 * The app: everything below the doors, composed into one object. The window, the command line and the service call
 * it, and only it.
 */
import { randomUUID } from 'node:crypto';
import type { Endpoint } from '@shared/model/endpoint';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { ModelChoice } from '@shared/model/run';
import { DEFAULT_SETTINGS, type Settings } from '@shared/model/settings';
import { Agent } from 'undici';
import { createAppEvents } from './app/app-events';
import { createEventHub } from './app/event-hub';
import { createFleet } from './app/fleet';
import { createImporter } from './app/importer';
import { createModels } from './app/models';
import { createOrderBook } from './app/order-book';
import { createRunJournal } from './app/run-journal';
import { createRuns } from './app/runs';
import { startDemo } from './demo/start-demo';
import { createPool } from './engine/pool/pool';
import { createScheduler } from './engine/runs/scheduler';
import { createThumbnailer } from './images/thumbnailer';
import { acquireLibrary, libraryPaths } from './library';
import { createLog, type Log } from './log';
import { createAdapters } from './providers';
import { createRedactor } from './providers/redact';
import { Secret } from './providers/secret';
import type { StoredDataset } from './store/store';
import { openStore } from './store/store-client';
import { systemClock } from './system-clock';
import { createTransportPool } from './transport/transport-pool';
import type { KeyringPort } from './vault/keyring-port';
import { openVault } from './vault/open-vault';

export interface AppOptions {
  readonly libraryDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of models.json and the sample dataset. */
  readonly resourcesDir: string;
  /** `all` on the command line: a dataset may name images anywhere the user can read. */
  readonly imageRoots: 'granted' | 'all';
  readonly logLevel?: Settings['logLevel'];
  /** Absent: the operating system's. */
  readonly keyring?: KeyringPort;
}

/** Another Brushfleet owns the library; the sentence says which and what to do. */
export class LibraryBusy extends Error {}

export type App = Awaited<ReturnType<typeof openApp>>;

/** Opens the library and everything on it. Throws LibraryBusy when another process owns it. */
export async function openApp(options: AppOptions) {
  const paths = libraryPaths(options.libraryDir);
  const claim = await acquireLibrary(options.libraryDir);
  if (claim.kind === 'busy') {
    throw new LibraryBusy(claim.sentence);
  }
  const clock = systemClock;
  const redactor = createRedactor();
  const store = await openStore({ libraryDir: options.libraryDir });
  let settings: Settings = { ...DEFAULT_SETTINGS, ...(await store.settings()) };
  const log: Log = createLog({ dir: paths.logs, level: options.logLevel ?? settings.logLevel, redactor });
  const vault = await openVault({
    libraryDir: options.libraryDir,
    env: options.env,
    ...(options.keyring === undefined ? {} : { keyring: options.keyring }),
  });
  const models = await createModels({ store, resourcesDir: options.resourcesDir });
  const pool = createPool({ clock, random: Math.random });
  const events = createEventHub(clock, () => appEvents);
  const grantedRoots = new Set<string>();

  const demo = createDemoSwitch();
  const adapters = createAdapters();
  const fleet = createFleet({
    store,
    vault,
    pool,
    clock,
    newId: randomUUID,
    onSecret: (secret) => redactor.add(secret),
    onChange: () => events.touchEndpoints(),
    demoUrl: demo.url,
    testCall,
  });
  const imageRoots = (dataset: StoredDataset): readonly string[] | 'all' =>
    options.imageRoots === 'all'
      ? 'all'
      : [...grantedRoots, ...(dataset.baseDir === null ? [] : [dataset.baseDir])];
  const orders = createOrderBook({
    store,
    embeddedDir: paths.embedded,
    roots: imageRoots,
    catalogueModel: (choice: ModelChoice): CatalogueModel | undefined => models.find(choice),
    secret: fleet.secret,
  });
  const transport = createTransportPool({
    clock,
    workers: settings.workers,
    order: async (_attempt, job, lease) => {
      const order = await orders.order(job, lease);
      return 'kind' in order ? order : { ...order, endpoint: await fleet.sendable(order.endpoint) };
    },
    onWorkerDeath: (error) => log.error('transport', `a worker ended: ${error.message}`),
  });
  const journal = createRunJournal({
    store: {
      pending: store.pending,
      nextAttemptId: store.nextAttemptId,
      sent: (attempts) => store.sent(attempts.map((attempt) => ({ ...attempt, ...fleet.names(attempt) }))),
      received: store.received,
      ended: store.ended,
    },
    planned: (runId) => runs.planned(runId),
    fetchPages: orders.fetchPages,
    catalogueModel: models.find,
    onEnded: (end) => runs.onEnded(end),
  });
  const scheduler = createScheduler({
    clock,
    random: Math.random,
    pool,
    journal,
    transport,
    onFault: (fault) => log.error('engine', String(fault)),
    onEvent: (event) => {
      runs.onSchedulerEvent(event);
      events.touchEndpoints();
    },
  });
  const runs = createRuns({
    store,
    scheduler,
    orders,
    events,
    clock,
    log,
    endpointsFor: fleet.endpointsFor,
    onWorkers: (workers) => transport.resize(workers),
    onRunOver: fleet.saveStates,
  });
  const importer = createImporter({
    store,
    embeddedDir: paths.embedded,
    pastedDir: paths.pasted,
    newId: randomUUID,
    onProgress: (datasetId) =>
      void store.dataset(datasetId).then((dataset) => dataset && events.tell({ kind: 'dataset', dataset })),
    onError: (error) => log.error('datasets', String(error)),
  });
  const thumbnailer = createThumbnailer({ cacheDir: paths.thumbnails });
  const appEvents = createAppEvents({ store, runs, fleet });

  async function testCall(endpoint: Endpoint, secret: Secret | null) {
    const limit = Math.min(endpoint.timeoutMs, 30_000);
    const dispatcher = new Agent({ headersTimeout: limit, bodyTimeout: limit });
    try {
      return await adapters[endpoint.provider].test({
        endpoint: { ...endpoint, timeoutMs: limit },
        secret,
        signal: new AbortController().signal,
        dispatcher,
        onBodySent: () => undefined,
      });
    } finally {
      await dispatcher.close();
    }
  }

  const recovered = await store.recover();
  if (recovered.unknown > 0) {
    log.warning('store', `${recovered.unknown} requests of an earlier session have no known outcome`);
  }
  await fleet.load();
  log.info('app', `library ${options.libraryDir} is open`);

  return {
    paths,
    store,
    vault,
    models,
    fleet,
    runs,
    importer,
    thumbnailer,
    events,
    log,
    redactor,
    clock,
    resourcesDir: options.resourcesDir,
    /** Folders a dataset's images may lie in. */
    imageRoots,
    /** Absolute image paths below these folders may be named by datasets. */
    grantRoot: (folder: string): void => void grantedRoots.add(folder),
    settings: (): Settings => settings,
    async saveSettings(patch: Partial<Settings>): Promise<Settings> {
      settings = { ...settings, ...patch };
      await store.saveSettings(settings);
      log.setLevel(settings.logLevel);
      return settings;
    },
    /** Requests in flight finish and are kept; then everything is closed, in the order that loses nothing. */
    async close(): Promise<void> {
      await runs.stopAll();
      events.close();
      await transport.close();
      await Promise.all([demo.close(), thumbnailer.close()]);
      vault.close();
      await store.close();
      log.info('app', 'closed');
      log.close();
      await claim.release();
    },
  };
}

/** The demo endpoint listens from its first use to the end. */
function createDemoSwitch() {
  let started: ReturnType<typeof startDemo> | null = null;
  return {
    async url(): Promise<string> {
      started ??= startDemo();
      return (await started).url;
    },
    async close(): Promise<void> {
      await (await started)?.close();
    },
  };
}
