/** The end of a real app while its run still has something to send. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deferred } from './deferred';
import type { ScriptedServer } from './providers/testing/scripted-server';
import { openPainterScene } from './app/testing/painter-scene';
import { NOBODY_LISTENS, picturePlan } from './app/testing/picture-plan';
import { FolderRun } from './app/runs/folder-run';
import type { TestLibrary } from './app/testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let picture: Awaited<ReturnType<typeof openPainterScene>>['picture'];
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

it('sends nothing more of its runs while sessions take their time to end', async () => {
  const { app } = library;
  const { promise: held, resolve: release } = deferred();
  server.reply(() => held.then(() => picture));
  const source = { kind: 'prompts', prompts: ['a cat', 'a dog', 'a hen'] } as const;
  const run = new FolderRun(app).run(picturePlan(library, { source }), NOBODY_LISTENS);
  await expect.poll(() => server.requests.length).toBe(1);
  const [{ id } = { id: 0 }] = await app.store.runs();
  const close = app.sessions.close.bind(app.sessions);
  vi.spyOn(app.sessions, 'close').mockImplementation(async () => {
    release();
    await app.runs.over(id);
    await close();
  });
  await library.reopen();
  await run.catch(() => undefined);
  expect(server.requests).toHaveLength(1);
  expect(await library.app.store.counts(id)).toMatchObject({ done: 1, pending: 2 });
});
