/** Requests with an unknown outcome may have been charged: whether they go again is for who continues the run to say. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { setUpRun } from './run-setup';
import { openPainterScene, type PainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let picture: PainterScene['picture'];
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

/** Two requests were cut off under way, of a run that was started with `--unknown resend`. */
async function cutOff(): Promise<number> {
  const { store, importer, runs } = library.app;
  let answer = (): void => undefined;
  server.reply(
    () =>
      new Promise((resolve) => {
        answer = () => resolve(picture);
      }),
  );
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog']),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, concurrency: 2, unknown: 'resend' },
    outputDir: join(library.folder, 'out'),
    mode: 'anew',
  });
  await runs.start(run, { planned });
  await expect.poll(() => server.requests.length).toBe(2);
  const { counts } = await runs.cancel(run.id, true);
  expect(counts).toMatchObject({ unknown: 2 });
  answer();
  server.reply(picture);
  return run.id;
}

it('keep wins over how the run was started', async () => {
  const runId = await cutOff();
  const { runs, store } = library.app;
  await runs.resume(runId, { resendUnknown: false });
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ unknown: 2, done: 0 });
  expect(server.requests).toHaveLength(2);
});

it('without a word it goes on as it was started', async () => {
  const runId = await cutOff();
  const { runs, store } = library.app;
  await runs.resume(runId);
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ unknown: 0, done: 2 });
  expect(server.requests).toHaveLength(4);
});
