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
  expect(await importEnvFile(app, file)).toMatchObject({ endpoints: 2, keys: 2, duplicates: 0 });
  const views = app.fleet.views();
  expect(views.map(({ endpoint }) => endpoint.baseUrl).toSorted()).toEqual(['', 'http://127.0.0.1:9']);
  expect(views.map(({ keys }) => keys.map(({ tail }) => tail).toSorted())).toEqual([
    ['0001', '0002'],
    ['0001', '0002'],
  ]);
  expect(await importEnvFile(app, file)).toMatchObject({ endpoints: 0, keys: 0, duplicates: 2 });
  for (const name of await readdir(join(folder, 'library'), { recursive: true })) {
    const bytes = await readFile(join(folder, 'library', name)).catch(() => Buffer.alloc(0));
    expect(bytes.includes('AIza-first-key'), name).toBe(false);
  }
});

it('names two protocols of one host apart', async () => {
  const file = join(folder, '.env');
  const lines = ['GEMINI', 'OPENAI'].map(
    (one) => `DG_${one}_ENDPOINTS=http://127.0.0.1:9\nDG_${one}_API_KEYS=key-of-${one}-00001\n`,
  );
  await writeFile(file, lines.join(''));
  expect(await importEnvFile(app, file)).toMatchObject({ endpoints: 2, keys: 2 });
  const names = app.fleet.views().map(({ endpoint }) => endpoint.name);
  expect(new Set(names).size, names.join()).toBe(2);
});

it('a file without a key says so in one sentence', async () => {
  const file = join(folder, '.env');
  await writeFile(file, 'UNRELATED=1\n');
  await expect(importEnvFile(app, file)).rejects.toThrow('The file names no key');
});

it('takes limits and weights in, also for an endpoint that is there and has none, and names what it leaves out', async () => {
  const file = join(folder, '.env');
  const write = (lines: string) =>
    writeFile(
      file,
      `DG_GEMINI_ENDPOINTS=http://127.0.0.1:9\nDG_GEMINI_API_KEYS=AIza-first-key-0001\n${lines}`,
    );
  await write('');
  expect((await importEnvFile(app, file)).notes.join(' ')).not.toContain('Left out');
  await write(
    'DG_GEMINI_RATE_LIMITS=60\nDG_GEMINI_WEIGHTS=3\nDG_GEMINI_MAX_RETRIES=2\nGEMINI_API_KEY=AIza-other-0002\n' +
      'ANTHROPIC_API_KEY=sk-other\nDG_GEMINI_RATELIMIT=5\nsk-slipped-into-a-name=1\n',
  );
  const { notes } = await importEnvFile(app, file);
  expect(app.fleet.views()[0]?.endpoint).toMatchObject({ weight: 3, limits: { requestsPerMinute: 60 } });
  expect(notes.slice(-2)).toEqual([
    'Left out, for they belong to a run and not to an endpoint: DG_GEMINI_MAX_RETRIES.',
    'Left out, for they name no endpoint or key here, or another one wins: GEMINI_API_KEY, ANTHROPIC_API_KEY, DG_GEMINI_RATELIMIT, 1 more.',
  ]);
  await write('DG_GEMINI_RATE_LIMITS=30\nDG_GEMINI_WEIGHTS=2\n');
  const again = await importEnvFile(app, file);
  expect(app.fleet.views()[0]?.endpoint).toMatchObject({ weight: 3, limits: { requestsPerMinute: 60 } });
  expect(again.notes.slice(-2)).toEqual([
    '127.0.0.1:9 keeps its limit of 60 requests per minute; the file says 30.',
    '127.0.0.1:9 keeps its weight of 3; the file says 2.',
  ]);
});
