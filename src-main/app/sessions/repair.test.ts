/** The one repair of a structured answer, over a real socket: once, whatever comes between, and each attempt journalled. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReceivedRequest } from '../../providers/testing/scripted-server';
import { ask, openSessionScene, refused, type SessionScene, spoken, textOf } from './testing/session-scene';

let scene: SessionScene;
beforeEach(async () => {
  scene = await openSessionScene(['AIza-first-key-0001', 'AIza-second-key-0002']);
});
afterEach(() => scene.remove());

const SCHEMA = '{"type":"object","properties":{"score":{"type":"integer"}},"required":["score"]}';
const rated = () => ask('rate it', { answer: { kind: 'json', schema: SCHEMA } });
const isRepair = ({ body }: ReceivedRequest): boolean =>
  body.toString().includes('does not fit the required');

async function standing(runId: number) {
  const { requests, counts } = await scene.library.app.runs.found(runId);
  return { requests, done: counts.done, failed: counts.failed };
}

it('goes on with another key where one is out in between', async () => {
  const session = await scene.open({ maxRetries: 0 });
  let repairs = 0;
  scene.server.reply((request) => {
    if (!isRepair(request)) {
      return spoken('{"score": "high"}');
    }
    repairs += 1;
    return repairs === 1
      ? refused(429, 'RESOURCE_EXHAUSTED', 'Too many requests per minute.')
      : spoken('{"score": 7}');
  });
  expect(textOf(await session.submit(rated()))).toBe('{"score": 7}');
  expect(scene.server.requests.map(isRepair)).toEqual([false, true, true]);
  expect(await standing(session.runId)).toEqual({ requests: 3, done: 1, failed: 0 });
});

it('is not made twice, however many retries are allowed', async () => {
  const session = await scene.open({ maxRetries: 5 });
  scene.server.reply(spoken('{"score": "high"}'));
  expect(await session.submit(rated())).toMatchObject({
    kind: 'failed',
    failure: { kind: 'schema_mismatch', message: expect.stringContaining('/score') },
  });
  expect(scene.server.requests.map(isRepair)).toEqual([false, true]);
  expect(await standing(session.runId)).toEqual({ requests: 2, done: 0, failed: 1 });
});

it('counts against the cap, which is not passed for it', async () => {
  const session = await scene.open({ maxRetries: 5, caps: { requests: 1 } });
  scene.server.reply(spoken('{"score": "high"}'));
  expect(await session.submit(rated())).toMatchObject({ kind: 'failed', failure: { kind: 'budget' } });
  expect(scene.server.requests).toHaveLength(1);
});
