/** An answer that arrives while the disk of the library is full: the system itself refuses this process any longer file. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  ask,
  holdAt,
  openSessionScene,
  refused,
  type SessionScene,
  said,
  startTexts,
} from '../sessions/testing/session-scene';

const PRLIMIT = '/usr/bin/prlimit';
const canLimit = existsSync(PRLIMIT);

/** No file grows beyond it; its hard limit stays, or it could not be lifted again. */
const limitFiles = (bytes: string): void =>
  void execFileSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:`]);

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(async () => {
  if (canLimit) {
    limitFiles('unlimited');
  }
  await scene.remove();
});

it.runIf(canLimit)(
  'is kept, written once there is space, and asked for no second time',
  async () => {
    const held = holdAt(scene.server);
    const { runs, store } = scene.library.app;
    const { id: runId } = await startTexts(scene.library, ['one', 'two', 'three']);
    await expect.poll(() => held.waiting()).toEqual(['one']);
    limitFiles('2000');
    held.release();
    await runs.over(runId);
    const view = await runs.view(await runs.found(runId));
    expect(view).toMatchObject({
      state: { kind: 'paused', failure: 'storage' },
      counts: { sent: 1, done: 0 },
    });
    limitFiles('unlimited');
    await expect.poll(async () => (await store.counts(runId)).done).toBe(1);
    const { jobs } = await store.jobs({ runId, offset: 0, limit: 1 });
    expect(await store.answerOf(jobs[0]?.id ?? 0)).toMatchObject({ text: 'You said: one' });
    scene.server.reply(said);
    await runs.resume(runId);
    await runs.over(runId);
    expect(await store.counts(runId)).toMatchObject({ done: 3, sent: 0 });
    expect(scene.prompts()).toEqual(['one', 'two', 'three']);
  },
  60_000,
);

it.runIf(canLimit)(
  'of a session, that fails, is not asked for again by itself',
  async () => {
    const { store } = scene.library.app;
    let answer: () => void = () => undefined;
    scene.server.reply(
      () => new Promise((resolve) => (answer = () => resolve(refused(500, 'INTERNAL', 'Try again.')))),
    );
    const session = await scene.open({ maxRetries: 3 });
    const told = session.submit(ask('one'));
    await expect.poll(() => scene.prompts()).toEqual(['one']);
    limitFiles('2000');
    answer();
    expect(await told).toMatchObject({ kind: 'failed' });
    limitFiles('unlimited');
    await expect.poll(async () => (await store.counts(session.runId)).sent).toBe(0);
    expect(await store.counts(session.runId)).toMatchObject({ failed: 1, pending: 0 });
    expect(scene.prompts()).toEqual(['one']);
  },
  60_000,
);
