/**
 * The app: everything below the doors, composed into one object. The window, the command line and the service call
 * it, and only it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { highestCost } from '@shared/cost';
import type { RerunRequest } from '@shared/contract';
import type { ModelChoice, Recipe, Run } from '@shared/model/run';
import type { Settings } from '@shared/model/settings';
import { createPayers } from './app/access/payers';
import { stopsRevoked } from './app/access/revoked-runs';
import { textsByPayer } from './app/access/paid-texts';
import { createTokens } from './app/access/tokens';
import { createAppEvents } from './app/app-events';
import { createArenas } from './app/arena/arenas';
import { createDatasetRoots } from './app/datasets/dataset-roots';
import { createEventHub } from './app/event-hub';
import { createFleetParts } from './app/fleet/fleet-parts';
import { createUsage } from './app/fleet/usage';
import { type Foundation, type FoundationOptions, layFoundation } from './app/foundation';
import { adoptWhole, type FoundWholeOptions, lyingWhole } from './app/results/found-whole';
import { createGallery } from './app/gallery/gallery';
import { importerOn } from './app/datasets/build-importer';
import { createSettings } from './app/kept-settings';
import { LOCAL_ZONE } from './app/local-zone';
import { buildMachinery } from './app/machinery';
import { buildChangeMaps, buildMeasuring } from './app/measures/build-measuring';
import { createPictures } from './app/pictures/pictures';
import { rerun } from './app/runs/rerun';
import { SESSION_RECIPE } from './app/sessions/session-run';
import { createSessions } from './app/sessions/sessions';
import { freshFolderBeside, startBlockers } from './app/runs/run-request';
import { buildStudio } from './app/studio/build-studio';
import { studioLab } from './app/studio/lab';
import type { TextParts } from './app/text/text-parts';
import { createTexts } from './app/text/texts';
import { createWatchers } from './app/watchers';
import { createUnpriced } from './app/planning/unpriced';
import { createVersions } from './app/results/versions';
import { createPool } from './engine/pool/pool';
import type { StartDemo } from './demo/start-demo';
import { createBoundedFolder } from './images/bounded-folder';
import type { StartDecoder } from './images/thumbnail-job';
import type { StartLab } from './images/lab/lab-orders';
import { createPictureLab } from './images/lab/picture-lab';
import { createThumbnailer, PREVIEW_BOUNDS } from './images/thumbnailer';
import { systemClock } from './system-clock';
import { boundHeaps } from './heap-bounds';

export { LibraryBusy } from './app/foundation';

export interface AppOptions extends FoundationOptions {
  /** `all` on the command line: a dataset may name images anywhere the user can read. */
  readonly imageRoots: 'granted' | 'all';
  /** Where previews are decoded; absent: in a thread. */
  readonly startDecoder?: StartDecoder;
  /** Where pictures are measured and composited; absent: in threads. */
  readonly startLab?: StartLab;
  /** Where the demo paints; absent: in a thread. */
  readonly startDemo?: StartDemo;
  /** Results are measured as they land, and those of before at the start; absent: left for a door that shows them. */
  readonly measures?: boolean;
}

export type App = Awaited<ReturnType<typeof openApp>>;

/** Opens the library and everything on it. Throws LibraryBusy when another process owns it. */
export async function openApp(options: AppOptions) {
  boundHeaps();
  const clock = systemClock;
  const laid = await layFoundation(options);
  const priceOf = (model: ModelChoice, recipe: Recipe): number | null =>
    highestCost(laid.models.find(model), recipe);
  const tokens = await createTokens({
    store: laid.store,
    clock,
    randomBytes,
    newId: randomUUID,
    onSecret: laid.redactor.add,
    onError: (error) => laid.log.error('service', String(error)),
  });
  const payers = createPayers({ payer: tokens.holder, sessionOf: tokens.ofRun, price: priceOf });
  const foundation: Foundation = { ...laid, store: payers.noting(laid.store) };
  const { paths, store, log, vault, models, redactor } = foundation;
  const pool = createPool({ clock, random: Math.random });
  // What it tells is read from the runs, which tell it what changed: nobody listens before both are there.
  const events = createEventHub(clock, () => appEvents);
  const watchers = createWatchers();
  const settings = await createSettings(foundation);
  const ground = { foundation, clock, pool, events };
  const parts = createFleetParts({
    ...ground,
    startDemo: options.startDemo,
    poolSettings: () => settings.get().pool,
  });
  const { fleet, metrics } = parts;
  const images = createDatasetRoots(options.imageRoots);
  const { workers } = settings.get();
  const machinery = buildMachinery({
    ...ground,
    fleet,
    metrics,
    workers,
    dayCaps: () => settings.get().dayCaps,
    adoptWhole: (runId) => adoptWhole(foundWholeIn(foundation), runId),
    payers,
    imageRoots: images.of,
    watchers: {
      ...watchers,
      // A turn of the scheduler serves all runs, whoever's call it was taken in.
      onOver: (runId, state) => payers.scope.outside(() => watchers.onOver(runId, state)),
    },
  });
  const importer = importerOn(foundation, events);
  const { previews, thumbnailer, ...previewing } = openPreviews(foundation, options.startDecoder);
  const { runs } = machinery;
  const unpriced = createUnpriced({
    price: priceOf,
    dayCaps: () => settings.get().dayCaps,
    payer: tokens.holder,
    fleet: fleet.stored,
    lentKeys: fleet.lentKeys,
  });
  const sessions = createSessions({
    store,
    unpriced: (model, { runId, payer, ...inForce }) =>
      unpriced(model, SESSION_RECIPE, { ...inForce, payer: payer ?? tokens.ofRun(runId) }),
    runs,
    arrivals: machinery.arrivals,
    orders: machinery.orders,
    folder: paths.sessions,
    endpointsFor: (model) => fleet.endpointsFor([model]),
    retryDelayMs: () => settings.get().retryDelayMs,
    wallNow: clock.wallNow,
    onError: (error) => log.error('sessions', String(error)),
  });
  watchers.join(sessions);
  const textParts: TextParts = {
    store,
    sessions,
    log,
    settings: settings.get,
    ensureDemo: () => fleet.ensureDemo(),
    lendRoots: images.lend,
  };
  const texts = createTexts(textParts);
  const lab = createPictureLab(options.startLab === undefined ? {} : { start: options.startLab });
  const measuring = buildMeasuring({
    ...ground,
    lab,
    isOn: () => options.measures === true && settings.get().measureResults,
    imageRoots: images.of,
  });
  watchers.join({ onEnded: measuring.onEnded, onOver: measuring.catchUp });
  const changeMaps = buildChangeMaps({ foundation, lab, files: previews, imageRoots: images.of });
  const studio = buildStudio({
    ...ground,
    fleet,
    runs,
    importer,
    images,
    lab: studioLab(lab),
    payers: payers.scope,
    unpriced,
    settings: settings.get,
  });
  watchers.join(studio);
  const pictures = createPictures({
    store,
    studio,
    paths,
    clock,
    log,
    startDecoder: options.startDecoder,
    files: previews,
    rulesOf: (dataset) => ({
      baseDir: dataset.baseDir ?? '',
      roots: images.of(dataset),
      embeddedDir: paths.embedded,
    }),
  });
  const again = (request: RerunRequest): Promise<Run> =>
    rerun(
      {
        store,
        runs,
        freshFolder: freshFolderBeside,
        async blockersOf({ datasetId, ...asked }) {
          const dataset = await importer.whole(datasetId);
          return startBlockers(
            { fleet, vault, models, unpriced, payers: payers.scope },
            { ...asked, dataset },
          );
        },
      },
      request,
    );
  const gallery = createGallery({
    store,
    events,
    clock,
    rerun: again,
    onError: (error) => log.error('gallery', String(error)),
  });
  const appEvents = createAppEvents({ store, runs, fleet });
  const stopRevoked = stopsRevoked({ store, runs, log });
  tokens.onChange((tokenId, holder) => holder === null && stopRevoked(tokenId));
  await recover(foundation);
  await images.load(store);
  await payers.load(store);
  await machinery.load();
  await parts.load();
  await studio.load();
  measuring.catchUp();
  log.info('app', `library ${options.libraryDir} is open`);

  return {
    paths,
    store,
    vault,
    models,
    fleet,
    tokens,
    /** What a cap on cost bars. */
    unpriced,
    /** Whose caps count for what a call starts. */
    payers: payers.scope,
    runs,
    /** Jobs of a run once more, as they were or otherwise. */
    rerun: again,
    sessions,
    texts,
    /** What a token with a cap asks, at its own cost. */
    textsOf: textsByPayer(textParts),
    studio,
    lab,
    measuring,
    changeMaps,
    pictures,
    /** Where pictures of a run lie that were paid for and have no place in its folder. */
    lyingWhole: (runId: number) => lyingWhole(foundWholeIn(foundation), runId),
    versions: createVersions({ store, runs, events, log }),
    arenas: createArenas({ store, random: Math.random }),
    gallery,
    warm: machinery.warm,
    /** Nothing of a run is sent until the undo is called. */
    hold: machinery.hold,
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
      measuring.catchUp();
      events.tell({ kind: 'settings', settings: saved });
      return saved;
    },
    usage: createUsage({ store, clock, timeZone: LOCAL_ZONE }),
    /** Changes of state of keys and endpoints, newest first. */
    fleetEvents: store.fleetEvents,
    /** Requests in flight finish and are kept; then everything is closed, in the order that loses nothing. */
    async close(): Promise<void> {
      gallery.close();
      const closeAbove = async (): Promise<void> => {
        await pictures.close();
        // What it works on is left for the next start.
        await Promise.all([studio.close(), measuring.close(), lab.close()]);
        await sessions.close();
      };
      // At the same time: runs would go on sending while all that takes its time.
      await Promise.all([runs.stopAll({ butSessions: true }), closeAbove()]);
      await machinery.close();
      await parts.close();
      events.close();
      await previewing.close();
      await foundation.close();
    },
  };
}

function openPreviews({ paths, log }: Foundation, startDecoder: StartDecoder | undefined) {
  const previews = createBoundedFolder({
    folder: paths.thumbnails,
    bounds: PREVIEW_BOUNDS,
    wallNow: systemClock.wallNow,
    onError: (error) => log.error('previews', String(error)),
  });
  const thumbnailer = createThumbnailer({
    cacheDir: paths.thumbnails,
    files: previews,
    ...(startDecoder === undefined ? {} : { start: startDecoder }),
  });
  return {
    previews,
    thumbnailer,
    async close(): Promise<void> {
      await thumbnailer.close();
      await previews.close();
    },
  };
}

async function recover(foundation: Foundation): Promise<void> {
  const { store, log, mark } = foundation;
  const found = await store.recover(mark);
  const unknown = found.unknown - (await adoptWhole(foundWholeIn(foundation), null)).length;
  if (unknown > 0) {
    log.warning('store', `${unknown} requests of an earlier session have no known outcome`);
  }
}

function foundWholeIn({ store, mark, paths, log }: Foundation): FoundWholeOptions {
  return {
    store,
    mark,
    spareDir: paths.spare,
    clock: systemClock,
    onError: (error) => log.error('results', `a result could not be put in its place: ${String(error)}`),
  };
}
