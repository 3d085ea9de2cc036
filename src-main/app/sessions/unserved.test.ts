/** Requests that nothing can serve now, in a real app over a real socket: they fail alone, and no later one fails for it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json } from '../../providers/testing/scripted-server';
import { ask, openSessionScene, refused, said, type SessionScene, textOf } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene();
});
afterEach(() => scene.remove());

const until = (test: () => unknown) => expect.poll(test);

describe('requests that nothing can serve', () => {
  it('fail by the cap of the session, and go on when it is raised', async () => {
    const session = await scene.open({ caps: { requests: 2 }, concurrency: 1 });
    const answers = await Promise.all(session.submitAll(['a', 'b', 'c', 'd'].map((prompt) => ask(prompt))));
    expect(answers.map(({ kind }) => kind)).toEqual(['text', 'text', 'failed', 'failed']);
    expect(answers[2]).toMatchObject({
      failure: { kind: 'budget', message: expect.stringContaining('cap of 2 requests') },
    });
    expect(await session.submit(ask('e'))).toMatchObject({ kind: 'failed', failure: { kind: 'budget' } });
    session.change({ caps: { requests: 3 } });
    await until(async () => (await session.submit(ask('f'))).kind).toBe('text');
    expect(scene.prompts()).toEqual(['a', 'b', 'f']);
  });

  it('fail without a key that can serve, and are served once there is one', async () => {
    const session = await scene.open();
    scene.server.reply(refused(401, 'UNAUTHENTICATED', 'API key not valid.'));
    expect(await session.submit(ask('one'))).toMatchObject({
      kind: 'failed',
      failure: { kind: 'invalid_key' },
    });
    scene.server.reply(said);
    scene.library.app.fleet.resetEndpoint('g');
    expect(textOf(await session.submit(ask('two')))).toBe('You said: two');
    expect(await scene.counts(session.runId)).toMatchObject({ done: 1, cancelled: 1, pending: 0 });
  });

  it('fail alone: a model that is not there does not hold up others', async () => {
    const session = await scene.open({ concurrency: 2 });
    const held: (() => void)[] = [];
    scene.server.reply((request) =>
      request.path.includes('/missing')
        ? refused(404, 'NOT_FOUND', 'models/missing is not found')
        : new Promise((resolve) => held.push(() => resolve(said(request)))),
    );
    const other = session.submit(ask('other'));
    await until(() => held.length).toBe(1);
    const missing = { model: { provider: 'google_genai', model: 'missing' } } as const;
    expect(await session.submit(ask('one', missing))).toMatchObject({
      kind: 'failed',
      failure: { kind: 'no_model' },
    });
    // It is asked for again: it may be there by now.
    scene.server.reply(said);
    expect(textOf(await session.submit(ask('two', missing)))).toBe('You said: two');
    held.forEach((go) => go());
    expect(textOf(await other)).toBe('You said: other');
  });

  it('are never served by the demo, nor by an endpoint of another name', async () => {
    await scene.library.app.fleet.ensureDemo();
    await scene.library.app.fleet.removeEndpoint('g');
    const session = await scene.open();
    expect(await session.submit(ask('one'))).toMatchObject({
      kind: 'failed',
      failure: { message: expect.stringContaining('endpoint') },
    });
  });

  it('are given up when a person stops the session, which goes on with the next', async () => {
    const session = await scene.open({ concurrency: 1 });
    const held = scene.hold();
    const [first, second] = session.submitAll([ask('first'), ask('second')]);
    await until(() => held.waiting().length).toBe(1);
    const stopped = scene.library.app.runs.stop(session.runId);
    held.release();
    await stopped;
    expect(await first).toMatchObject({ kind: 'text' });
    expect(await second).toMatchObject({ kind: 'failed', failure: { kind: 'overloaded' } });
    expect(textOf(await session.submit(ask('third')))).toBe('You said: third');
    expect(scene.prompts()).toEqual(['first', 'third']);
  });
});

describe('keys that are out of quota for the day', () => {
  it('fail a request with that kind instead of holding it', async () => {
    const session = await scene.open();
    scene.server.reply(
      json(
        {
          error: {
            code: 429,
            status: 'RESOURCE_EXHAUSTED',
            message: 'Quota exceeded',
            details: [
              {
                '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
                violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
              },
            ],
          },
        },
        429,
      ),
    );
    expect(await session.submit(ask('one'))).toMatchObject({
      kind: 'failed',
      failure: { kind: 'quota_day', retryAfterMs: expect.any(Number) },
    });
  });
});
