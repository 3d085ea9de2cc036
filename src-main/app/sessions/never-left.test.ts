/** A request that never left is forgotten with its session: nothing is sent in its name, and no job gets its number. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, openSessionScene, type SessionScene, startTexts } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

it('what a session could not send is sent by no run, and none of its jobs has its number', async () => {
  const { store, runs } = scene.library.app;
  const session = await scene.open({ leavesNothingUnsent: true });
  const { outputDir } = await runs.found(session.runId);
  // Where its folder is to be lies a file.
  await mkdir(dirname(outputDir), { recursive: true });
  await rm(outputDir, { recursive: true, force: true });
  await writeFile(outputDir, '');
  const refused = await session.submit(ask('of a caller'));
  expect(refused).toMatchObject({ kind: 'failed', failure: { bodySent: false } });
  await session.close('drain');
  const run = await startTexts(scene.library, ['a row']);
  await runs.over(run.id);
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 9 });
  expect(jobs).toHaveLength(1);
  expect(jobs.map(({ id }) => id)).not.toContain(refused.kind === 'failed' ? refused.jobId : 0);
  expect(scene.prompts()).toEqual(['a row']);
});
