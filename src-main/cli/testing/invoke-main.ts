/** The command line in process, as its tests need it. */
import { catalogueModelSchema, type CatalogueModel } from '@shared/model/catalogue';
import { expect } from 'vitest';
import type { CheckEnd, CheckRequest, CliEngine, RunEnd, RunFolderRequest } from '../engine-port';
import { main, type OpenedEngine } from '../main';
import type { Run } from '@shared/model/run';
import type { ContractClient } from '../own-client';
import type { LibraryLook } from '../run-fleet';
import type { CliRuns } from '../runs/runs-port';
import { recordingSink, runWith } from './fixtures';
import { createVirtualClock } from './virtual-clock';

const MODELS: readonly CatalogueModel[] = [
  catalogueModelSchema.parse({
    id: 'gemini-current',
    provider: 'google_genai',
    label: 'Current',
    state: 'current',
    isDefault: true,
    tasks: ['edit', 't2i'],
    mask: false,
    sizes: ['1K', '2K'],
    ratios: ['1:1', '16:9'],
    priceUsd: { '*': 0.04 },
    source: 'test',
  }),
];
/** The only key of the environment unless a scene has its own; told nowhere. */
export const KEY = 'AIzaSyA-known-secret-0001';

export interface Scene {
  /** With a `data.csv` in it. */
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Plays the engine. */
  readonly play?: (
    request: RunFolderRequest,
    /** `leave`: whoever reads standard output goes away. */
    scene: { interrupt(): void; leave(): void; stopped: Promise<void> },
  ) => Promise<RunEnd>;
  readonly opened?: OpenedEngine;
  /** `stopped`: Ctrl-C comes after half of it. */
  readonly check?: CheckEnd | 'stopped';
  /** Its own endpoints and keys; absent: none. */
  readonly library?: LibraryLook;
  readonly isTTY?: boolean;
  /** So many processes have the library open one after the other, and end before they answer. */
  readonly deadOwners?: number;
  /** Who has the library open, one after the other; after them nobody does. */
  readonly owners?: readonly CliRuns[];
  /** What opening the runs fails with. */
  readonly bug?: string;
}

/** Of an owner that answers, or of one that is gone. */
function runsOf(isDead: boolean, close: () => void): CliRuns {
  const list = async (): Promise<readonly Run[]> => {
    if (isDead) {
      throw new TypeError('fetch failed');
    }
    return [];
  };
  return {
    // Nothing else is asked of it here.
    client: { runs: { list, sessions: async () => [] } } as unknown as ContractClient,
    isElsewhere: true,
    isHandedOver: () => false,
    readyKeys: async () => [],
    exportTable: async () => '',
    exportPictures: async () => ({ path: '/nowhere', sentence: '' }),
    close: async () => close(),
  };
}

function cannot(): never {
  throw new Error('There is no stream here.');
}

/** Of a check that was stopped. */
const UNFINISHED = { checked: 5, total: 9, inputBytes: 0, problems: [], done: false };
export const FINISHED: RunEnd = { kind: 'finished', run: runWith({ done: 1 }) };

/** Runs one command line in process, the engine and the library played by the scene. */
export async function invokeMain(argv: string, scene: Scene) {
  const out = recordingSink();
  const err = recordingSink(scene.isTTY ?? false);
  const exits: number[] = [];
  const listeners = new Set<() => void>();
  const readers = new Set<() => void>();
  const requests: RunFolderRequest[] = [];
  const checks: CheckRequest[] = [];
  let closed = 0;
  let owners = 0;
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const engine: CliEngine = {
    models: () => MODELS,
    library: async () => scene.library ?? { views: [], vault: { kind: 'session' }, ownerPid: null },
    async runFolder(request) {
      requests.push(request);
      const interrupt = (): void => listeners.forEach((listener) => listener());
      const leave = (): void => readers.forEach((listener) => listener());
      return (scene.play ?? (async () => FINISHED))(request, { interrupt, leave, stopped });
    },
    async checkFolder(request) {
      checks.push(request);
      if (scene.check === 'stopped') {
        request.onReport(UNFINISHED);
        listeners.forEach((listener) => listener());
        await stopped;
      }
      return scene.check === undefined || scene.check === 'stopped'
        ? { kind: 'checked', plan: { jobs: 9, blockers: [] }, report: UNFINISHED }
        : scene.check;
    },
    stop: async () => stop(),
    close: async () => void (closed += 1),
  };
  const code = await main({
    argv: argv.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [],
    env: scene.env ?? { GEMINI_API_KEY: KEY },
    cwd: scene.cwd,
    version: '1.2.3',
    streams: {
      out: {
        write: out.write,
        onLost(listener) {
          readers.add(listener);
          return () => readers.delete(listener);
        },
      },
      err,
    },
    clock: createVirtualClock(),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (exit) => void exits.push(exit),
    input: { isTTY: false, readAll: async () => '', askHidden: async () => null },
    openEngine: async () => scene.opened ?? { kind: 'ok', engine },
    openTokens: async () => ({ kind: 'refused', sentence: 'There are no tokens here.' }),
    openFleet: async () => ({ kind: 'refused', sentence: 'There is no fleet here.' }),
    openRuns: async () => {
      if (scene.bug !== undefined) {
        throw new Error(scene.bug);
      }
      owners += 1;
      const isDead = owners <= (scene.deadOwners ?? 0);
      return { kind: 'ok', runs: scene.owners?.[owners - 1] ?? runsOf(isDead, () => void (closed += 1)) };
    },
    openServed: async () => ({ kind: 'refused', sentence: 'There is no service here.' }),
    stream: { lines: () => cannot(), open: () => cannot() },
    openLibrary: async () => ({ kind: 'refused', sentence: 'There is no library here.' }),
  });
  expect(out.text + err.text).not.toContain(KEY);
  return {
    code,
    out: out.text,
    err: err.text,
    exits,
    requests,
    checks,
    closed: () => closed,
    listeners: listeners.size + readers.size,
  };
}
