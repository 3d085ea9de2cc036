/** A real app on a library of its own in a temporary folder, which can be closed and opened again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Endpoint, KeyInfo } from '@shared/model/endpoint';
import type { RunOptions } from '@shared/model/run';
import { type App, type AppOptions, openApp } from '../../app';
import { Secret } from '../../providers/secret';
import { MemoryKeyring } from '../../vault/testing/memory-keyring';

/** One request after the other, and a failure stands as it is: what is sent, and when, is the test's alone. */
export const ONE_AT_A_TIME: RunOptions = {
  filterRows: '',
  concurrency: 1,
  workers: 1,
  maxRetries: 0,
  retryDelayMs: 1,
  allowPrivateUrls: false,
};

export interface TestLibrary {
  readonly folder: string;
  readonly app: App;
  /** As the next start of the program does. */
  reopen(options?: Partial<AppOptions>): Promise<void>;
  remove(): Promise<void>;
}

export async function openTestLibrary(given: Partial<AppOptions> = {}): Promise<TestLibrary> {
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-app-'));
  const keyring = new MemoryKeyring();
  const open = (options: Partial<AppOptions>): Promise<App> =>
    openApp({
      libraryDir: join(folder, 'library'),
      env: {},
      resourcesDir: resolve('resources'),
      imageRoots: 'granted',
      keyring,
      ...given,
      ...options,
    });
  let app = await open({});
  return {
    folder,
    get app() {
      return app;
    },
    async reopen(options = {}) {
      await app.close();
      app = await open(options);
    },
    async remove() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function testEndpoint(given: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'e',
    name: 'Relay',
    provider: 'openai',
    baseUrl: 'http://127.0.0.1:9',
    apiVersion: '',
    enabled: true,
    weight: 1,
    limits: {},
    timeoutMs: 5_000,
    options: {},
    demo: false,
    ...given,
  };
}

/** Answers their ids. */
export async function addTestKeys(
  app: App,
  endpointId: string,
  ...secrets: readonly string[]
): Promise<string[]> {
  const drafts = secrets.map((secret) => ({ label: `label of ${secret}`, secret: new Secret(secret) }));
  return (await app.fleet.addKeys(endpointId, drafts)).added.map(({ id }) => id);
}

export function keysOf(app: App): readonly KeyInfo[] {
  return app.fleet.views().flatMap(({ keys }) => keys);
}
