/** Jobs of a run as another run: what an ordinary start looks at is looked at, and who stops it meanwhile is heard. */
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import type { RerunRequest } from '@shared/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { listedModel } from '../testing/listed-model';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from './run-setup';

let server: ScriptedServer;
let library: TestLibrary;
let runId = 0;
beforeEach(async () => {
  const scene = await openPainterScene();
  ({ server, library } = scene);
  server.reply(scene.picture);
  const { store, importer, runs } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog', 'a hen']),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, caps: { costUsd: 1 } },
    outputDir: join(library.folder, 'out'),
    mode: 'anew',
  });
  runId = run.id;
  await planned;
  await runs.cancel(runId, false);
  expect(server.requests).toHaveLength(0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const again = (changes: RerunRequest['changes']) =>
  library.app.rerun({ runId, which: { kind: 'cancelled' }, changes });
const listed = listedModel('m', { provider: 'openai', tasks: ['t2i'], priceUsd: { '*': 0.01 } });

it.each(['cancel', 'stop'] as const)('one that is to %s while it is made sends nothing', async (how) => {
  const { models, runs, store } = library.app;
  await models.add(listed);
  const planJobs = store.planJobs.bind(store);
  let halted: Promise<unknown> = Promise.resolve();
  vi.spyOn(store, 'planJobs').mockImplementationOnce(async (id, jobs) => {
    halted = how === 'cancel' ? runs.cancel(id, false) : runs.stop(id);
    halted.catch(() => undefined);
    // What it does in the library before it waits is done by then.
    await store.runs();
    await store.runs();
    return planJobs(id, jobs);
  });
  const { id } = await again({ instruction: 'A drawing of {{prompt}}' });
  await halted;
  await runs.over(id);
  expect(server.requests).toHaveLength(0);
  const counts = await store.counts(id);
  expect(how === 'cancel' ? counts.cancelled : counts.pending).toBe(3);
});

it.each([
  [
    'a model that no endpoint serves',
    { provider: 'google_genai', model: 'x' },
    /No endpoint with a key can serve x/,
  ],
  ['a model that makes no pictures', { provider: 'openai', model: 'writer' }, /writer answers with text/],
  [
    'a model without a price, under a cap on cost',
    { provider: 'openai', model: 'y' },
    /cost cap of this run/,
  ],
] as const)('%s is refused before anything is made', async (_, model, sentence) => {
  await library.app.models.add(listed);
  await library.app.models.add(listedModel('writer', { provider: 'openai', tasks: ['text'] }));
  await expect(again({ models: [model] })).rejects.toThrow(sentence);
  expect(await library.app.store.runs()).toHaveLength(1);
  expect(await readdir(library.folder)).not.toContain('animals-again');
  expect(server.requests).toHaveLength(0);
});
