/** The whole contract in memory, for developing and testing screens without main. Never part of a build. */
import { ORPCError } from '@orpc/client';
import type { AppEvent, Grant, RunRequest } from '@shared/contract';
import { SAMPLE_NAME } from '@shared/demo';
import type { Dataset } from '@shared/model/run';
import { DEFAULT_INTERFACE_SIZE, DEFAULT_SETTINGS } from '@shared/model/settings';
import type { Settings, Theme, VaultStatus } from '@shared/model/settings';
import type { Backend, Client, Granted } from '../api';
import { FAKE_MODELS, fakeDataset, fakeRow } from './fake-data';
import { fleetCalls, fleetOf, tickFleet } from './fake-fleet';
import { arenaCalls } from './fake-arena';
import { galleryCalls } from './fake-gallery';
import { askedOfPictures, pictureCalls } from './fake-picture-calls';
import type { AskedOfPictures } from './fake-picture-calls';
import { figureUrl } from './fake-pictures';
import { presetCalls, studioCalls, tickStudio } from './fake-studio';
import { createFakeStream } from './fake-stream';
import type { FakeStream } from './fake-stream';
import { reviewCalls } from './fake-review';
import { runCalls } from './fake-run-calls';
import { fakeService, serviceCalls } from './fake-service';
import type { FakeService } from './fake-service';
import { askedOfText, FAKE_TEXT_MODELS, textCalls } from './fake-text';
import type { AskedOfText } from './fake-text';
import { newRun, recount, step } from './fake-runs';
import type { FakeRun } from './fake-runs';

/**
 * `empty`: nothing was ever done; `full`: a library in use with a run under way; `done`: the run has ended; `big`:
 * 20,000 rows; `many`: 1,500 keys; `failing`: no key works.
 */
export type FakeScene = 'empty' | 'full' | 'done' | 'big' | 'many' | 'failing';

export interface FakeBackend extends Backend {
  /** Sends an event as main would. */
  tell(event: AppEvent): void;
  /** Lets every running run make one step. */
  tick(count?: number): void;
  /** Makes the event streams end, as a restart of main would. */
  dropStreams(): void;
  readonly runs: Map<number, FakeRun>;
  /** What runs were started with. */
  readonly started: readonly RunRequest[];
  readonly pictures: AskedOfPictures;
  readonly texts: AskedOfText;
  readonly service: FakeService;
  vault: VaultStatus;
  /** The folder that the next dialog picks. */
  nextPick: string | null;
  /** Grants files as main does a moment after they were dropped or picked. */
  grant(grants: readonly Grant[]): void;
}

const TICK_MS = 600;

export function createFakeBackend(scene: string, isTicking = true): FakeBackend {
  const world = createWorld(scene);
  const granted = new Set<(granted: Granted) => void>();
  if (isTicking) {
    setInterval(() => world.tick(scene === 'big' ? 64 : 3), TICK_MS);
  }
  return {
    client: createClient(world),
    thumbnail: (resultId) => figureUrl(resultId % 1_000_000, true),
    onGranted: (listener) => {
      granted.add(listener);
      return () => granted.delete(listener);
    },
    grant: (grants) => granted.forEach((listener) => listener({ target: 'input', grants })),
    tell: world.tell,
    tick: world.tick,
    dropStreams: world.dropStreams,
    runs: world.runs,
    started: world.started,
    pictures: world.pictures,
    texts: world.texts,
    service: world.service,
    get nextPick() {
      return world.nextPick;
    },
    set nextPick(name) {
      world.nextPick = name;
    },
    get vault() {
      return world.vault;
    },
    set vault(status) {
      world.vault = status;
    },
  };
}

export type World = ReturnType<typeof createWorld>;

function createWorld(scene: string) {
  const isEmpty = scene === 'empty';
  const streams = new Set<FakeStream>();
  const runs = new Map<number, FakeRun>();
  const datasets = new Map<number, Dataset>();
  const tell = (event: AppEvent) => streams.forEach((stream) => stream.push(event));
  const world = {
    streams,
    runs,
    datasets,
    ...fleetOf(scene, Date.now()),
    models: [...FAKE_MODELS, ...FAKE_TEXT_MODELS],
    settings: DEFAULT_SETTINGS as Settings,
    theme: 'system' as Theme,
    interfaceSize: DEFAULT_INTERFACE_SIZE,
    vault: { kind: 'keyring', backend: 'the system keyring' } as VaultStatus,
    isEmpty,
    scene,
    /** Names of picked files and folders, by token. */
    grants: new Map<string, string>(),
    /** The folder that the next dialog picks. */
    nextPick: null as string | null,
    /** What runs were started with. */
    started: [] as RunRequest[],
    pictures: askedOfPictures(),
    texts: askedOfText(isEmpty),
    service: fakeService(isEmpty),
    tell,
    tick(count = 3) {
      for (const fake of runs.values()) {
        if (fake.run.state.kind === 'running' || fake.run.counts.sent > 0) {
          tell({ kind: 'jobs', runId: fake.run.id, jobs: [...step(fake, count)] });
          tell({ kind: 'run', run: fake.run });
        }
      }
      tickFleet(world);
      tickStudio(world);
    },
    dropStreams: () => streams.forEach((stream) => stream.end()),
  };
  if (!isEmpty) {
    fillWorld(world, scene);
  }
  return world;
}

function fillWorld({ runs, datasets }: Pick<World, 'runs' | 'datasets'>, scene: string): void {
  const rows = scene === 'big' ? 20_000 : 428;
  datasets.set(1, fakeDataset({ id: 1, name: 'portraits.csv', rows }));
  datasets.set(2, fakeDataset({ id: 2, name: 'products.parquet', rows: 1200, format: 'parquet' }));
  const recipe: RunRequest['recipe'] = {
    task: 'edit',
    models: [{ provider: 'google_genai', model: 'gemini-nano-banana-2.1' }],
    instruction: 'Add a red hat to {{subject}}, keep the background',
    imageColumns: [],
    variants: 1,
  };
  const city = newRun(1, { name: 'city-sunset', datasetId: 2, recipe, options: {} }, 96);
  const portraits = newRun(2, { name: 'portraits-edit', datasetId: 1, recipe, options: {} }, rows);
  for (const [fake, steps] of [
    [city, 100],
    [portraits, scene === 'done' ? 1000 : 5],
  ] as const) {
    for (let at = 0; at < steps && fake.run.state.kind === 'running'; at += 1) {
      step(fake, 48);
    }
    runs.set(fake.run.id, fake);
  }
  const lost = portraits.jobs.find((job) => job.state === 'done');
  if (lost !== undefined && scene === 'done') {
    const { resultId: _, ...rest } = lost;
    portraits.jobs[lost.position] = { ...rest, state: 'unknown' };
    recount(portraits);
  }
}

export function notFound(): never {
  throw new ORPCError('NOT_FOUND', { message: 'That is no longer in the library.' });
}

function createClient(world: World): Client {
  return {
    system: systemCalls(world),
    settings: {
      get: async () => world.settings,
      set: async (part) => {
        world.settings = { ...world.settings, ...(part as Partial<Settings>) };
        return world.settings;
      },
    },
    files: {
      pick: async ({ purpose }) => {
        const token = crypto.randomUUID();
        const name = purpose === 'dataset' ? 'portraits.csv' : (world.nextPick ?? purpose);
        world.grants.set(token, name);
        return { token, name, isDirectory: purpose !== 'dataset' };
      },
    },
    datasets: datasetCalls(world),
    models: {
      list: async () => world.models,
      add: async (model) => (world.models = [...world.models, { ...model, own: true }]),
      remove: async ({ id }) => (world.models = world.models.filter((model) => model.id !== id)),
    },
    runs: runCalls(world),
    review: reviewCalls(world),
    studio: studioCalls(world),
    presets: presetCalls(world),
    gallery: galleryCalls(world),
    arena: arenaCalls(world),
    pictures: pictureCalls(world),
    text: textCalls(world),
    service: serviceCalls(world),
    ...fleetCalls(world),
  };
}

function systemCalls(world: World): Client['system'] {
  return {
    info: async () => ({
      version: '0.1.0',
      libraryDir: '/home/ana/.local/share/brushfleet',
      defaultOutputDir: '/home/ana/Pictures/Brushfleet',
      platform: 'linux',
      vault: world.vault,
      theme: world.theme,
      interfaceSize: world.interfaceSize,
    }),
    events: async () => createFakeStream(world.streams).iterator,
    setTheme: async ({ theme }) => {
      world.theme = theme;
    },
    setInterfaceSize: async ({ percent }) => {
      world.interfaceSize = percent;
    },
    openLogs: async () => undefined,
    openLink: async () => undefined,
    report: async () => undefined,
  };
}

function datasetCalls(world: World): Client['datasets'] {
  let lastId = 10;
  const add = (part: Partial<Dataset> & Pick<Dataset, 'name' | 'rows'>): Dataset => {
    lastId += 1;
    const dataset = fakeDataset({ id: lastId, ...part });
    world.datasets.set(dataset.id, dataset);
    return dataset;
  };
  return {
    open: async () =>
      add({
        name: 'portraits.csv',
        rows: 428,
        problems: [
          { line: 17, severity: 'skipped', message: 'The quoted cell is not closed.' },
          { line: 91, severity: 'note', message: 'The index 88 is there twice.' },
        ],
      }),
    fromPrompts: async ({ name, prompts }) =>
      add({
        name,
        format: 'prompts',
        columns: ['prompt'],
        rows: prompts.split('\n').filter((line) => line.trim()).length,
      }),
    fromPictures: async ({ name, grants }) =>
      add({ name, format: 'folder', columns: ['image_path'], rows: grants.length }),
    fromImages: async ({ name, images }) =>
      add({ name, format: 'images', columns: ['image'], rows: images.length }),
    withFolders: async ({ datasetId }) => {
      const { name, rows } = world.datasets.get(datasetId) ?? notFound();
      return add({ name, format: 'folder', columns: ['image_path'], rows: rows * 2 });
    },
    sample: async () => add({ name: SAMPLE_NAME, rows: 24 }),
    list: async () => [...world.datasets.values()],
    rows: async ({ datasetId, offset, limit }) => {
      const dataset = world.datasets.get(datasetId) ?? notFound();
      const count = Math.max(0, Math.min(limit, dataset.rows - offset));
      return Array.from({ length: count }, (_, at) => fakeRow(offset + at));
    },
  };
}
