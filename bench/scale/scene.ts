/** What every stage works on: a library and a CSV in a temporary folder, and the app on it. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoint } from '@shared/model/endpoint';
import type { Recipe, RunOptions } from '@shared/model/run';
import { type App, openApp } from '../../src-main/app';
import { Secret } from '../../src-main/providers/secret';
import { MemoryKeyring } from '../../src-main/vault/testing/memory-keyring';

export interface Scene {
  readonly folder: string;
  readonly rootDir: string;
  readonly rows: number;
  /** Of the mock provider. */
  readonly url: string;
}

export const MODEL = { provider: 'google_genai', model: 'gemini-2.5-flash-image' } as const;

export const RECIPE: Recipe = {
  task: 't2i',
  models: [MODEL],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
};

export const OPTIONS: RunOptions = {
  filterRows: '',
  concurrency: 64,
  workers: 2,
  maxRetries: 2,
  retryDelayMs: 500,
  allowPrivateUrls: false,
};

export const csvPath = ({ folder }: Scene): string => join(folder, 'data.csv');
export const outputDir = ({ folder }: Scene): string => join(folder, 'out');
export const libraryDir = ({ folder }: Scene): string => join(folder, 'library');

/** Three columns, about 100 bytes a row, some cells in quotes. */
export async function writeCsv(scene: Scene): Promise<void> {
  const file = createWriteStream(csvPath(scene));
  file.write('id,prompt,style\n');
  const chunk = 10_000;
  for (let from = 0; from < scene.rows; from += chunk) {
    const lines = Array.from({ length: Math.min(chunk, scene.rows - from) }, (_, at) => {
      const row = from + at;
      return `sku-${row},"A glass bottle, seen from the left, on a table of dark oak, row ${row}",photo ${row % 40}\n`;
    });
    if (!file.write(lines.join(''))) {
      await once(file, 'drain');
    }
  }
  file.end();
  await once(file, 'close');
}

export async function openScene(scene: Scene): Promise<App> {
  const app = await openApp({
    libraryDir: libraryDir(scene),
    env: {},
    resourcesDir: join(scene.rootDir, 'resources'),
    imageRoots: 'all',
    keyring: new MemoryKeyring(),
  });
  await app.fleet.give({
    endpoints: [MOCK(scene.url)],
    keys: [{ id: 'bench', label: 'bench', secret: new Secret('bench-key-0001'), endpointIds: ['mock'] }],
  });
  return app;
}

const MOCK = (baseUrl: string): Endpoint => ({
  id: 'mock',
  name: 'Mock',
  provider: MODEL.provider,
  baseUrl,
  apiVersion: '',
  enabled: true,
  weight: 1,
  limits: {},
  timeoutMs: 30_000,
  options: {},
  demo: false,
});
