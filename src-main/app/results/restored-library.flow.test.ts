/** A library that was restored from its copy knows its runs, but not what they have delivered since: nobody pays for that twice. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import { systemClock } from '../../system-clock';
import { noteQuiet } from '../folders/quiet-folders';
import { setUpRun } from '../runs/run-setup';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  out = join(library.folder, 'out');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

/** Its first row was sent, three are pending. */
async function paused(): Promise<number> {
  const { store, importer, runs } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog', 'a hen', 'a cow']),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, canary: 1 },
    outputDir: out,
    mode: 'anew',
  });
  await runs.start(run, { planned });
  await runs.over(run.id);
  expect(server.requests).toHaveLength(1);
  return run.id;
}

/** Two of those that are pending have a picture that the library knows nothing of. */
async function restored(): Promise<number> {
  const runId = await paused();
  const picture = sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } });
  await writeFile(join(out, '000001.png'), await picture.png().toBuffer());
  await writeFile(join(out, '000002.png'), 'torn');
  return runId;
}

const REFUSED = {
  code: 'BAD_INPUT',
  field: 'adopt',
  message: expect.stringMatching(
    /out holds 2 pictures that this library has no record of\. Count intact pictures as done, or move them elsewhere/,
  ),
};

it('a run that is continued asks first, changes nothing, and takes whole pictures as done when it is told to', async () => {
  const runId = await restored();
  const { runs, store } = library.app;
  const before = await store.run(runId);
  await expect(runs.resume(runId)).rejects.toMatchObject(REFUSED);
  expect(await store.run(runId)).toEqual(before);
  expect(server.requests).toHaveLength(1);
  await runs.resume(runId, { adopt: true });
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ done: 4, pending: 0 });
  // The torn one, and the row that had none.
  expect(server.requests).toHaveLength(3);
  expect(await readdir(out)).toContain('000002.png.torn');
});

it('also one whose rows were not all planned when its process died', async () => {
  const runId = await restored();
  const { runs, store } = library.app;
  await store.setPlannedDigest(runId, null);
  await expect(runs.resume(runId)).rejects.toMatchObject(REFUSED);
  expect(server.requests).toHaveLength(1);
});

it('what failed is not sent again together with what was never sent', async () => {
  server.reply(json({ error: { message: 'Not this.', code: 'moderation_blocked' } }, 400));
  const runId = await restored();
  const { store } = library.app;
  expect(await store.counts(runId)).toMatchObject({ failed: 1, pending: 3 });
  const again = () => library.app.rerun({ runId, which: { kind: 'failed' } });
  await expect(again()).rejects.toMatchObject(REFUSED);
  expect(await store.counts(runId)).toMatchObject({ failed: 1, pending: 3 });
  expect(server.requests).toHaveLength(1);
});

it('looks at no row where every picture is a result that it knows', async () => {
  const runId = await paused();
  const { runs, store } = library.app;
  const names = vi.spyOn(store, 'unsentStems');
  const rows = vi.spyOn(store, 'neverSent');
  await runs.resume(runId);
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ done: 4 });
  // The first that was not sent tells whether the first rows are through.
  expect(names.mock.calls.filter(([, , limit]) => limit > 1)).toEqual([]);
  expect(rows).not.toHaveBeenCalled();
});

it('lists no picture where nothing has come into the folder since the run came to a stand', async () => {
  const runId = await paused();
  const { runs, store } = library.app;
  const listed = vi.spyOn(store, 'recordedNames');
  await runs.resume(runId);
  await runs.over(runId);
  expect(listed).not.toHaveBeenCalled();
});

it('asks about pictures that came while it was under way', async () => {
  const runId = await restored();
  const { runs, store } = library.app;
  const run = await store.run(runId);
  if (run === null) throw new Error('The run is gone.');
  await noteQuiet({ store, clock: systemClock, log: library.app.log }, run);
  expect(await store.quietFolders(runId)).toBeNull();
  await expect(runs.resume(runId)).rejects.toMatchObject(REFUSED);
  expect(server.requests).toHaveLength(1);
});
