/** Which requests of a program the library has, in a real one. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jobsOf } from './asked-jobs';
import { openSessionScene, type SessionScene, TALKER } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

it('tells what never came from what did, also of a program that has long been in use', async () => {
  const { store } = scene.library.app;
  const session = await scene.open({ name: 'program 1 stream 1' });
  const [first, last, never] = [randomUUID(), randomUUID(), randomUUID()];
  const of = (token: string) => ({ model: TALKER, fields: { token } });
  const [one] = await store.addRequests(session.runId, [of(first)]);
  for (let thousand = 0; thousand < 25; thousand += 1) {
    const earlier = Array.from({ length: 1000 }, (_, at) => of(`earlier ${thousand} ${at}`));
    await store.addRequests(session.runId, earlier);
  }
  const [newest] = await store.addRequests(session.runId, [of(last)]);
  expect([...(await jobsOf(store, [last, first, never]))]).toEqual([
    [last, newest?.jobId],
    [first, one?.jobId],
    [never, null],
  ]);
});
