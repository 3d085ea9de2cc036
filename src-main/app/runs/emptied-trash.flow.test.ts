/** The same command after the trash was emptied: who deleted a picture for good does not pay for it once more. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GalleryChange } from '@shared/model/gallery';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, pictureOfPrompt, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  server.reply(pictureOfPrompt);
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

it('sends nothing, unless the row is chosen', async () => {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, 'prompt\na cat here\na dog is here\n');
  const command = async () => {
    const plan = picturePlan(library, {
      source: { kind: 'file', path },
      recipe: PICTURE_RECIPE,
      options: ONE_AT_A_TIME,
    });
    expect((await runPlan(library, plan)).end).toMatchObject({ kind: 'finished' });
  };
  await command();
  expect(server.requests).toHaveLength(2);
  const { store, runs } = library.app;
  const runId = (await store.runs())[0]?.id ?? 0;
  const [first] = (await store.jobs({ runId, offset: 0, limit: 1 })).jobs;
  const jobIds = [first?.id ?? 0];
  const what: GalleryChange = { kind: 'trash' };
  await store.changeInGallery(await store.beginGalleryStep(what), what, jobIds);
  await store.forgetTrashed(jobIds);

  await command();
  expect(server.requests).toHaveLength(2);
  expect(await store.counts(runId)).toMatchObject({ done: 1, cancelled: 1 });
  await runs.requeueAndStart(runId, { kind: 'jobs', jobIds });
  await runs.over(runId);
  expect(server.requests).toHaveLength(3);
  expect(await store.counts(runId)).toMatchObject({ done: 2, cancelled: 0 });
});

it('sends nothing for a row that was left out of the file and is back, unless it asks for something else', async () => {
  const path = join(library.folder, 'rows.csv');
  const command = async (...prompts: readonly string[]) => {
    await writeFile(path, ['prompt', ...prompts, ''].join('\n'));
    const plan = picturePlan(library, {
      source: { kind: 'file', path },
      recipe: PICTURE_RECIPE,
      options: ONE_AT_A_TIME,
    });
    expect((await runPlan(library, plan)).end).toMatchObject({ kind: 'finished' });
  };
  await command('a cat here', 'a dog is here', 'a hen was here');
  const { store } = library.app;
  const runId = (await store.runs())[0]?.id ?? 0;
  const { jobs } = await store.jobs({ runId, offset: 1, limit: 2 });
  const jobIds = jobs.map(({ id }) => id);
  const what: GalleryChange = { kind: 'trash' };
  await store.changeInGallery(await store.beginGalleryStep(what), what, jobIds);
  await store.forgetTrashed(jobIds);
  expect(await store.run(runId)).toMatchObject({ emptied: 2 });

  await command('a cat here');
  expect(await store.run(runId)).toMatchObject({ emptied: 0, counts: { done: 1, cancelled: 0 } });
  await command('a cat here', 'a dog is here', 'a fox came here');
  expect(server.requests.slice(3).map(promptOf)).toEqual(['a fox came here']);
  expect(await store.run(runId)).toMatchObject({ emptied: 1, counts: { done: 2, cancelled: 1, pending: 0 } });
});
