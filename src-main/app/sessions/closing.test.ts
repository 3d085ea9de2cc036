/** A session that is closed while its requests fail, or while it is being closed already. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, openSessionScene, refused, type SessionScene } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

const until = (test: () => unknown) => expect.poll(test);

it('with `drop` sends nothing again that fails after it, and says why it failed', async () => {
  const session = await scene.open({ maxRetries: 3 });
  let fail: () => void = () => undefined;
  scene.server.reply(
    () => new Promise((resolve) => (fail = () => resolve(refused(503, 'UNAVAILABLE', 'too busy')))),
  );
  const answer = session.submit(ask('one'));
  await until(() => scene.server.requests.length).toBe(1);
  const closed = session.close('drop');
  // What is to be cancelled is by then.
  await scene.library.app.store.runs();
  scene.server.reply(refused(503, 'UNAVAILABLE', 'too busy'));
  fail();
  await closed;
  expect(await answer).toMatchObject({ kind: 'failed', failure: { kind: 'overloaded' } });
  expect(scene.prompts()).toEqual(['one']);
});

it('with `drain` does not hold up the end of the program', async () => {
  const session = await scene.open({ concurrency: 1 });
  const held = scene.hold();
  const answers = session.submitAll(['a', 'b', 'c'].map((prompt) => ask(prompt)));
  const told = Promise.allSettled(answers);
  await until(() => held.waiting().length).toBe(1);
  void session.close('drain');
  const reopened = scene.library.reopen();
  // A little time, in which nothing more may be sent.
  held.release();
  await reopened;
  await told;
  expect(scene.server.requests).toHaveLength(1);
});
