import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type App, openApp } from '../../app';
import { noKeyring } from '../../vault/no-keyring';
import { importEnvFile } from './env-import';

let folder = '';
let app: App;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-env-'));
  app = await openApp({
    libraryDir: join(folder, 'library'),
    env: {},
    resourcesDir: 'resources',
    imageRoots: 'granted',
    keyring: noKeyring('a test has none'),
  });
  await app.vault.choose({ kind: 'session' });
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

it('takes endpoints and keys in once, shows only tails, and writes no key to the library', async () => {
  const file = join(folder, '.env');
  await writeFile(
    file,
    'DG_GEMINI_ENDPOINTS=http://127.0.0.1:9,\nDG_GEMINI_API_KEYS=AIza-first-key-0001,AIza-second-key-0002\n',
  );
  expect(await importEnvFile(app, file)).toMatchObject({ endpoints: 2, duplicates: 0 });
  const views = app.fleet.views();
  expect(views.map(({ endpoint }) => endpoint.baseUrl).toSorted()).toEqual(['', 'http://127.0.0.1:9']);
  expect(views.map(({ keys }) => keys.map(({ tail }) => tail).toSorted())).toEqual([
    ['0001', '0002'],
    ['0001', '0002'],
  ]);
  expect(await importEnvFile(app, file)).toMatchObject({ endpoints: 0, keys: 0, duplicates: 4 });
  for (const name of await readdir(join(folder, 'library'), { recursive: true })) {
    const bytes = await readFile(join(folder, 'library', name)).catch(() => Buffer.alloc(0));
    expect(bytes.includes('AIza-first-key'), name).toBe(false);
  }
});

it('a file without a key says so in one sentence', async () => {
  const file = join(folder, '.env');
  await writeFile(file, 'UNRELATED=1\n');
  await expect(importEnvFile(app, file)).rejects.toThrow('The file names no key');
});
