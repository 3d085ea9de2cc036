/** Files that browsers sent, a day later: what something still names stays. */
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestLibrary, type TestLibrary } from '../../app/testing/test-library';
import { createVirtualClock, type VirtualClock } from '../../engine/testing/virtual-clock';
import { createUploadSweep, type UploadSweep } from './upload-sweep';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = DAY_MS / 24;
const name = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;

let library: TestLibrary;
let clock: VirtualClock;
let root: string;
let uploads: UploadSweep;
const inUse = new Set<string>();
beforeEach(async () => {
  inUse.clear();
  library = await openTestLibrary();
  clock = createVirtualClock();
  root = join(library.app.paths.root, 'uploads');
  uploads = createUploadSweep({
    root,
    clock,
    store: library.app.store,
    isInUse: (folder) => inUse.has(folder),
    onError: (error) => expect.fail(String(error)),
  });
});
afterEach(async () => {
  await uploads.stop();
  await library.remove();
});

/** Sent that long ago. */
async function upload(
  digit: number,
  agoMs: number,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(root, name(digit));
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(folder, file), content);
  }
  const at = (clock.wallNow() - agoMs) / 1000;
  await utimes(folder, at, at);
  return folder;
}

const left = async (): Promise<readonly string[]> => (await readdir(root)).sort();

it('are gone when nothing names them, a day after they came', async () => {
  await upload(1, DAY_MS, { 'a.csv': 'prompt\na\n' });
  await upload(2, DAY_MS - HOUR_MS / 2, { 'a.csv': 'prompt\na\n' });
  await mkdir(join(root, 'not an upload'));
  await uploads.sweep();
  expect(await left()).toEqual([name(2), 'not an upload']);
  // It looks again by itself.
  await clock.advance(HOUR_MS);
  await expect.poll(left).toEqual(['not an upload']);
});

it('stay while a page may name them', async () => {
  const folder = await upload(1, 2 * DAY_MS, { 'a.csv': 'prompt\na\n' });
  inUse.add(folder);
  await uploads.sweep();
  expect(await left()).toEqual([name(1)]);
  inUse.clear();
  await uploads.sweep();
  expect(await left()).toEqual([]);
});

it('stay while a dataset, one of its rows or a run names them', async () => {
  const { importer, store } = library.app;
  const source = await upload(1, 0, { 'rows.csv': 'prompt\na\n' });
  const pictures = await upload(2, 0, { 'a.png': 'x' });
  const output = await upload(3, 0, { 'a.txt': 'x' });
  await upload(4, 0, { 'a.txt': 'x' });
  await (await importer.start({ path: join(source, 'rows.csv') })).whole;
  const rows = Array.from({ length: 12_000 }, (_, at) =>
    at === 11_000 ? join(pictures, 'a.png') : `row ${at}`,
  );
  const dataset = await importer.prompts('names a picture', rows);
  const run = { task: 't2i', models: [], instruction: '', imageColumns: [], variants: 1 } as const;
  await store.createRun({
    name: 'run',
    datasetId: dataset.id,
    recipe: { ...run, models: [{ provider: 'openai', model: 'm' }], imageColumns: [] },
    options: {
      filterRows: '',
      concurrency: 1,
      workers: 1,
      maxRetries: 0,
      retryDelayMs: 0,
      allowPrivateUrls: false,
    },
    outputDir: output,
  });
  await clock.advance(2 * DAY_MS);
  await uploads.sweep();
  expect(await left()).toEqual([name(1), name(2), name(3)]);
});
