/** Jobs that somebody sends again while a command carries their run out: its session goes on, with its rows and to its end. */
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, promptOf } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import type { RunEnd } from './folder-plan';

const WAIT = { interval: 5 };
const ANIMALS = ['a cat', 'a dog', 'a hen', 'a cow', 'a pig', 'a fox'];

let server: ScriptedServer;
let library: TestLibrary;
let picture: Awaited<ReturnType<typeof openPainterScene>>['picture'];
let waiting: (() => void)[] = [];
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
  waiting = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;
const runId = async (): Promise<number> => (await library.app.store.runs())[0]?.id ?? 0;
const counts = async () => library.app.store.counts(await runId());

async function command(options: Partial<RunOptions>): Promise<RunEnd> {
  const plan = picturePlan(library, {
    source: { kind: 'prompts', prompts: ANIMALS },
    options: { ...ONE_AT_A_TIME, ...options },
  });
  return (await runPlan(library, plan)).end;
}

async function jobAt(row: number): Promise<number> {
  const { jobs } = await library.app.store.jobs({ runId: await runId(), offset: row, limit: 1 });
  return jobs[0]?.id ?? 0;
}

/** Two rows are done, four are pending, and a command sends the third and the fourth alone: its first request is in flight. */
async function session(): Promise<{ readonly end: Promise<RunEnd>; readonly id: number }> {
  await command({ caps: { requests: 2 } });
  const id = await runId();
  server.reply(() => new Promise((resolve) => waiting.push(() => resolve(picture))));
  const end = command({ filterRows: '2:4' });
  await expect.poll(() => waiting.length, WAIT).toBe(1);
  expect(await counts()).toMatchObject({ done: 2, pending: 3, sent: 1 });
  return { end, id };
}

async function untilDraining(id: number): Promise<void> {
  await expect
    .poll(async () => (await runs().view(await runs().found(id))).state.kind, WAIT)
    .toBe('draining');
}

function release(): void {
  server.reply(picture);
  waiting.forEach((go) => go());
}

const sent = () => server.requests.map(promptOf).toSorted();

it('sends its own rows and those, and no other; the command ends when that is done', async () => {
  const { end, id } = await session();
  const again = runs().rerunJob(await jobAt(0));
  await untilDraining(id);
  release();
  await again;
  const ended = await end;
  expect(runs().isActive(id)).toBe(false);
  expect(ended).toMatchObject({ run: { state: { kind: 'finished' }, counts: { done: 4, pending: 2 } } });
  expect(sent()).toEqual(['a cat', 'a cat', 'a cow', 'a dog', 'a hen']);
});

it('goes on as it was where those cannot go again, and a later wish has no part in it', async () => {
  const { end, id } = await session();
  const { store } = library.app;
  vi.spyOn(store, 'requeue').mockRejectedValueOnce(new Error('The library is full.'));
  const again = runs().rerunJob(await jobAt(0));
  again.catch(() => undefined);
  await untilDraining(id);
  release();
  await expect(again).rejects.toThrow('The library is full.');
  expect(await end).toMatchObject({ run: { state: { kind: 'finished' }, counts: { done: 4, pending: 2 } } });
  expect(sent()).toEqual(['a cat', 'a cow', 'a dog', 'a hen']);
  await runs().resume(id);
  await runs().rerunJob(await jobAt(1));
  await runs().over(id);
  expect(await counts()).toMatchObject({ done: 6, pending: 0 });
});

it('ends paused where somebody pauses the run meanwhile', async () => {
  const { end, id } = await session();
  const again = runs().rerunJob(await jobAt(0));
  await untilDraining(id);
  const stopped = runs().stop(id);
  release();
  expect(await stopped).toMatchObject({ state: { kind: 'paused' } });
  await again;
  expect(await end).toMatchObject({ run: { state: { kind: 'paused' } } });
  expect(sent()).toEqual(['a cat', 'a dog', 'a hen']);
});

it('sends those alone where somebody has paused the run, and its request in flight is yet to end', async () => {
  const { end, id } = await session();
  const stopped = runs().stop(id);
  await untilDraining(id);
  const again = runs().rerunJob(await jobAt(0));
  release();
  await Promise.all([stopped, again, end]);
  await runs().over(id);
  expect(await counts()).toMatchObject({ done: 3, pending: 3 });
  expect(sent()).toEqual(['a cat', 'a cat', 'a dog', 'a hen']);
});

it('sends the rest, too, where somebody resumes the run while some jobs of it go again alone', async () => {
  await command({ caps: { requests: 2 } });
  const id = await runId();
  await runs().setOptions(id, { caps: {} });
  server.reply(() => new Promise((resolve) => waiting.push(() => resolve(picture))));
  await runs().rerunJob(await jobAt(0));
  await expect.poll(() => waiting.length, WAIT).toBe(1);
  const resumed = runs().resume(id);
  resumed.catch(() => undefined);
  await Promise.race([untilDraining(id), resumed]);
  release();
  await resumed;
  await runs().over(id);
  expect(await counts()).toMatchObject({ done: 6, pending: 0 });
  expect(sent()).toEqual(['a cat', 'a cat', 'a cow', 'a dog', 'a fox', 'a hen', 'a pig']);
});

it('sends those alone of a paused run that is not all planned and has nothing pending', async () => {
  await command({ filterRows: '0:2' });
  const { store } = library.app;
  const { id, options } = await runs().found(await runId());
  // As a pause leaves it that comes between two pages of its planning.
  await store.setRunOptions(id, { ...options, filterRows: '' });
  await store.setPlannedDigest(id, null);
  await store.setRunState(id, { kind: 'paused', reason: 'Paused.' });
  expect(await counts()).toMatchObject({ done: 2, pending: 0 });
  for (const row of [0, 1]) {
    await runs().rerunJob(await jobAt(row));
    await runs().over(id);
  }
  expect(sent()).toEqual(['a cat', 'a cat', 'a dog', 'a dog']);
  await runs().resume(id);
  await runs().over(id);
  expect(await counts()).toMatchObject({ done: 6, pending: 0 });
});
