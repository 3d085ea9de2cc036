/** What an earlier process left waiting, in a session whose callers are gone. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { REQUEST_FIELD } from '@shared/model/text';
import { ask, openSessionScene, type SessionScene, TALKER, textOf } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

it.each([
  ['cancel', { cancelled: 2, done: 2 }, ['first', 'new']],
  ['resume', { cancelled: 0, done: 4 }, ['first', 'left 1', 'left 2', 'new']],
] as const)('is cancelled or carried on, as the session says: %s', async (leftovers, counts, prompts) => {
  const { store, runs } = scene.library.app;
  const before = await scene.open();
  await before.submit(ask('first'));
  await before.close('drain');
  // As a process that was killed leaves them.
  const left = ['left 1', 'left 2'].map((prompt) => ({
    model: TALKER,
    fields: { [REQUEST_FIELD]: JSON.stringify(ask(prompt)) },
  }));
  await store.addRequests(before.runId, left);
  const after = await scene.open({ leftovers });
  expect(textOf(await after.submit(ask('new')))).toBe('You said: new');
  const countsNow = async () => (await runs.found(after.runId)).counts;
  await expect.poll(countsNow).toMatchObject(counts);
  expect(scene.prompts().toSorted()).toEqual([...prompts].toSorted());
});
