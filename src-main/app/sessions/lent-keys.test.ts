/** What a caller asked with keys of its own, and whose answer was lost, goes out with nobody else's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REQUEST_FIELD } from '@shared/model/text';
import { Secret } from '../../providers/secret';
import type { Requeue } from '../../store/store';
import { testEndpoint } from '../testing/test-library';
import type { Session } from './session';
import { ask, openSessionScene, type SessionScene, TALKER, textOf } from './testing/session-scene';

const OWN = 'AIza-first-key-0001';
const LENT = 'AIza-callers-key-0009';
const REFUSED =
  'The requests of "caller" were sent with the caller’s own keys, which Brushfleet does not keep';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene([OWN]);
});
afterEach(() => scene.remove());

/** With the library's keys, or with those of a caller. */
async function opened(borrower: string | null): Promise<Session> {
  if (borrower === null) {
    return scene.open({ name: 'caller' });
  }
  const endpointIds = await scene.library.app.fleet.lend(borrower, {
    endpoints: [testEndpoint({ id: 'c', provider: 'google_genai', baseUrl: scene.server.url })],
    keys: [{ id: 'k', label: 'own', secret: new Secret(LENT), endpointIds: ['c'] }],
    isIsolated: true,
  });
  return scene.open({ name: 'caller', borrower, endpointIds });
}

/** A request that was on its way when its process died; answers its job. */
async function lostRequest({ runId }: Session): Promise<number> {
  const { store } = scene.library.app;
  const fields = { [REQUEST_FIELD]: JSON.stringify(ask('lost')) };
  const [added] = await store.addRequests(runId, [{ model: TALKER, fields }]);
  const jobId = added?.jobId ?? 0;
  const attemptId = store.nextAttemptId();
  await store.sent([{ attemptId, jobId, runId, endpointId: 'c', keyId: 'k', model: 'talker', sentAt: 1 }]);
  await scene.library.reopen();
  return jobId;
}

const keysUsed = () => scene.server.requests.map(({ headers }) => headers['x-goog-api-key']);
const countsOf = async ({ runId }: Session) => (await scene.library.app.runs.found(runId)).counts;

describe('a lost request that was sent with a key its caller lent', () => {
  let session: Session;
  let jobId: number;
  beforeEach(async () => {
    session = await opened('program 1');
    expect(textOf(await session.submit(ask('first')))).toBe('You said: first');
    jobId = await lostRequest(session);
  });

  it('is sent again by nobody else', async () => {
    const { app } = scene.library;
    const { store, runs } = app;
    const again = (which: Requeue) =>
      app.rerun({ runId: session.runId, which: which as { kind: 'unknown' } });
    await expect(runs.resume(session.runId, { resendUnknown: true })).rejects.toThrow(REFUSED);
    await expect(again({ kind: 'unknown' })).rejects.toThrow(REFUSED);
    await expect(again({ kind: 'jobs', jobIds: [jobId] })).rejects.toThrow(REFUSED);
    const changed = app.rerun({
      runId: session.runId,
      which: { kind: 'unknown' },
      changes: { models: [TALKER] },
    });
    await expect(changed).rejects.toThrow(REFUSED);
    expect(await store.runs()).toHaveLength(1);
    await expect(app.versions.rerun(jobId)).rejects.toThrow(REFUSED);
    await expect(runs.requeueAndStart(session.runId, { kind: 'failed' })).rejects.toThrow(REFUSED);
    expect(await countsOf(session)).toMatchObject({ unknown: 1, pending: 0 });
    expect(keysUsed()).toEqual([LENT]);
  });

  it('stays unknown also while a session of that name is open, whoever opened it', async () => {
    const callers = await opened('program 2');
    await expect(scene.library.app.versions.rerun(jobId)).rejects.toThrow(REFUSED);
    expect(textOf(await callers.submit(ask('second')))).toBe('You said: second');
    await callers.close('drain');
    const own = await opened(null);
    await expect(scene.library.app.versions.rerun(jobId)).rejects.toThrow(REFUSED);
    expect(textOf(await own.submit(ask('third')))).toBe('You said: third');
    expect(await countsOf(own)).toMatchObject({ unknown: 1, done: 3 });
    expect(keysUsed()).toEqual([LENT, LENT, OWN]);
  });
});

it('what waited when its process died is cancelled with it, whatever the next session says', async () => {
  const before = await opened('program 1');
  await before.submit(ask('first'));
  await before.close('drain');
  const fields = { [REQUEST_FIELD]: JSON.stringify(ask('left')) };
  await scene.library.app.store.addRequests(before.runId, [{ model: TALKER, fields }]);
  await scene.library.reopen();
  const own = await opened(null);
  await own.submit(ask('mine'));
  expect(await countsOf(own)).toMatchObject({ cancelled: 1, done: 2, pending: 0 });
  expect(scene.prompts()).toEqual(['first', 'mine']);
});

it.each([null, 'program 2'])(
  'what waits in a session that was closed is cancelled when another opens it: %s',
  async (next) => {
    const held = scene.hold();
    const before = await opened('program 1');
    before.change({ concurrency: 1 });
    const answers = before.submitAll(['a', 'b', 'c', 'd', 'e', 'f'].map((prompt) => ask(prompt)));
    await expect.poll(() => held.waiting().length).toBeGreaterThan(0);
    const closed = before.close('keep');
    held.release();
    await closed;
    const sent = scene.prompts().length;
    expect((await countsOf(before)).pending).toBe(answers.length - sent);
    const others = await opened(next);
    const kinds = (await Promise.all(answers)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'cancelled')).toHaveLength(answers.length - sent);
    expect(scene.prompts()).toHaveLength(sent);
    expect(textOf(await others.submit(ask('of another')))).toBe('You said: of another');
    expect(await countsOf(others)).toMatchObject({ pending: 0, unknown: 0 });
  },
);

it("a lost request of the library's own keys is sent again with them", async () => {
  const session = await opened(null);
  await session.submit(ask('first'));
  await lostRequest(session);
  await scene.library.app.runs.resume(session.runId, { resendUnknown: true });
  await expect.poll(async () => await countsOf(session)).toMatchObject({ done: 2 });
  expect(keysUsed()).toEqual([OWN, OWN]);
});
