/**
 * The app: everything below the doors, composed into one object. The window, the command line and the service call
 * it, and only it.
 */
import { randomUUID } from 'node:crypto';
import { DEFAULT_SETTINGS, type Settings } from '@shared/model/settings';
import { createAppEvents } from './app/app-events';
import { createEventHub, type EventHub } from './app/event-hub';
import { createFleetParts } from './app/fleet-parts';
import { type Foundation, type FoundationOptions, layFoundation } from './app/foundation';
import { createImporter, type Importer } from './app/importer';
import { buildMachinery } from './app/machinery';
import { createPool } from './engine/pool/pool';
import type { StartDecoder } from './images/decoder-host';
import { createThumbnailer } from './images/thumbnailer';
import type { StoredDataset } from './store/store';
import { systemClock } from './system-clock';
import { boundHeaps } from './heap-bounds';

export { LibraryBusy } from './app/foundation';

export interface AppOptions extends FoundationOptions {
  /** `all` on the command line: a dataset may name images anywhere the user can read. */
  readonly imageRoots: 'granted' | 'all';
  /** Where previews are decoded; absent: in a thread. */
  readonly startDecoder?: StartDecoder;
}

export type App = Awaited<ReturnType<typeof openApp>>;

/** Opens the library and everything on it. Throws LibraryBusy when another process owns it. */
export async function openApp(options: AppOptions) {
  boundHeaps();
  const clock = systemClock;
  const foundation = await layFoundation(options);
  const { paths, store, log, vault, models, redactor } = foundation;
  const pool = createPool({ clock, random: Math.random });
  const events = createEventHub(clock, () => appEvents);
  const settings = await createSettings(foundation);
  const ground = { foundation, clock, pool, events };
  const parts = createFleetParts({ ...ground, poolSettings: () => settings.get().pool });
  const { fleet, metrics } = parts;
  const images = createImageRoots(options.imageRoots);
  const { workers } = settings.get();
  const machinery = buildMachinery({
    ...ground,
    fleet,
    metrics,
    workers,
    dayCaps: () => settings.get().dayCaps,
    imageRoots: images.of,
  });
  const importer = importerOn(foundation, events);
  const thumbnailer = createThumbnailer({
    cacheDir: paths.thumbnails,
    ...(options.startDecoder === undefined ? {} : { start: options.startDecoder }),
  });
  const { runs } = machinery;
  const appEvents = createAppEvents({ store, runs, fleet });
  await recover(foundation);
  await machinery.load();
  await parts.load();
  log.info('app', `library ${options.libraryDir} is open`);

  return {
    paths,
    store,
    vault,
    models,
    fleet,
    runs,
    warm: machinery.warm,
    importer,
    thumbnailer,
    events,
    log,
    redactor,
    clock,
    resourcesDir: options.resourcesDir,
    /** Folders a dataset's images may lie in. */
    imageRoots: images.of,
    /** Absolute image paths below this folder may be named by datasets. */
    grantRoot: images.grant,
    settings: settings.get,
    async saveSettings(patch: Partial<Settings>): Promise<Settings> {
      const saved = await settings.save(patch);
      fleet.applySettings();
      return saved;
    },
    /** Changes of state of keys and endpoints, newest first. */
    fleetEvents: store.fleetEvents,
    /** Requests in flight finish and are kept; then everything is closed, in the order that loses nothing. */
    async close(): Promise<void> {
      await machinery.close();
      await parts.close();
      events.close();
      await thumbnailer.close();
      await foundation.close();
    },
  };
}

async function recover({ store, log }: Foundation): Promise<void> {
  const { unknown } = await store.recover();
  if (unknown > 0) {
    log.warning('store', `${unknown} requests of an earlier session have no known outcome`);
  }
}

async function createSettings({ store, log }: Foundation) {
  let settings: Settings = { ...DEFAULT_SETTINGS, ...(await store.settings()) };
  return {
    get: (): Settings => settings,
    async save(patch: Partial<Settings>): Promise<Settings> {
      settings = { ...settings, ...patch };
      await store.saveSettings(settings);
      log.setLevel(settings.logLevel);
      return settings;
    },
  };
}

/** Beside its own folder, a dataset may name images below folders the user has granted. */
function createImageRoots(rule: AppOptions['imageRoots']) {
  const granted = new Set<string>();
  return {
    of: ({ baseDir }: StoredDataset): readonly string[] | 'all' =>
      rule === 'all' ? 'all' : [...granted, ...(baseDir === null ? [] : [baseDir])],
    grant: (folder: string): void => void granted.add(folder),
  };
}

function importerOn({ store, paths, log }: Foundation, events: EventHub): Importer {
  async function tell(datasetId: number): Promise<void> {
    const dataset = await store.dataset(datasetId);
    if (dataset !== null) {
      events.tell({ kind: 'dataset', dataset });
    }
  }
  return createImporter({
    store,
    embeddedDir: paths.embedded,
    pastedDir: paths.pasted,
    newId: randomUUID,
    onProgress: (datasetId) => void tell(datasetId).catch((error) => log.error('datasets', String(error))),
    onError: (error) => log.error('datasets', String(error)),
  });
}
