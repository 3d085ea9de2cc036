/** What a run says when the disk takes no tables of it. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@shared/model/run';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import { StoreError } from '../../store/store-error';
import { setUpRun } from './run-setup';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let outputDir: string;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  outputDir = join(library.folder, 'out');
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

async function begin(): Promise<Run> {
  const { store, importer, runs } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog']),
    recipe: PICTURE_RECIPE,
    options: ONE_AT_A_TIME,
    outputDir,
    mode: 'anew',
  });
  return runs.start(run, { planned });
}

it('whose live table cannot be opened is refused with the name of that file, and nothing is sent', async () => {
  // A folder of that name stands for a file without permission: the tests may run as root, who has every permission.
  await mkdir(join(outputDir, 'results.jsonl'), { recursive: true });
  await expect(begin()).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/^Cannot save in .*results\.jsonl: .*, then resume the run\.$/) as string,
  });
  expect(server.requests).toHaveLength(0);
  await rm(join(outputDir, 'results.jsonl'), { recursive: true });
  const [run] = await library.app.store.runs();
  await library.app.runs.resume(run?.id ?? 0);
  await library.app.runs.over(run?.id ?? 0);
  expect(await library.app.store.counts(run?.id ?? 0)).toMatchObject({ done: 2 });
});

it('that is cancelled and whose library cannot note all of it pauses, with its tables written', async () => {
  const { runs, store } = library.app;
  let isHeld = true;
  server.reply(async () => {
    await expect.poll(() => isHeld, { interval: 5 }).toBe(false);
    return json({ error: { message: 'no such key', code: 'invalid_api_key' } }, 401);
  });
  const { id } = await begin();
  vi.spyOn(store, 'cancelPending').mockImplementation(() => {
    isHeld = false;
    return Promise.reject(new StoreError('DISK_FULL', 'The disk of the library is full.'));
  });
  await expect(runs.cancel(id, false)).rejects.toThrow('full');
  await runs.over(id);
  vi.restoreAllMocks();
  expect(await runs.view(await runs.found(id))).toMatchObject({
    state: { kind: 'paused', failure: 'storage', reason: 'The disk of the library is full.' },
  });
  expect((await readFile(join(outputDir, 'results.csv'), 'utf8')).split('\n').length).toBeGreaterThan(2);
});

it('that is cancelled with its folder gone is cancelled, and says what is missing where', async () => {
  server.reply(json({ error: { message: 'no such key', code: 'invalid_api_key' } }, 401));
  const { runs } = library.app;
  const { id } = await begin();
  await runs.over(id);
  await rm(outputDir, { recursive: true });
  expect(await runs.cancel(id, false)).toMatchObject({
    counts: { pending: 0, cancelled: 2 },
    state: { kind: 'paused', failure: 'storage', reason: expect.stringContaining(outputDir) as string },
  });
});
