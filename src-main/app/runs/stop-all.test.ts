/** All runs are stopped, as when the window is closed, and that is taken back. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run, RunOptions } from '@shared/model/run';
import type { json, ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from './run-setup';

const PROMPTS = ['a cat', 'a dog', 'a hen', 'a cow'];

let server: ScriptedServer;
let library: TestLibrary;
let picture: ReturnType<typeof json>;
let waiting: (() => void)[] = [];
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
  waiting = [];
  server.reply(() => new Promise((resolve) => waiting.push(() => resolve(picture))));
});
afterEach(async () => {
  release();
  await library.remove();
  await server.close();
});

const runs = () => library.app.runs;

function release(): void {
  server.reply(picture);
  waiting.splice(0).forEach((go) => go());
}

async function begin(name: string, options: Partial<RunOptions> = {}): Promise<Run> {
  const { store, importer } = library.app;
  const { run, planned } = await setUpRun(store, {
    name,
    dataset: await importer.prompts(name, PROMPTS),
    recipe: PICTURE_RECIPE,
    options: { ...ONE_AT_A_TIME, ...options },
    outputDir: join(library.folder, name),
    mode: 'anew',
  });
  return runs().start(run, { planned });
}

async function inFlight(count: number): Promise<void> {
  await expect.poll(() => waiting.length).toBe(count);
}

const finished = (runId: number) =>
  expect.poll(async () => (await runs().found(runId)).state.kind).toBe('finished');

it('what was stopped by it goes on, and others start at once', async () => {
  const { id } = await begin('one');
  await inFlight(1);
  const closing = new AbortController();
  const stopped = runs().stopAll({ signal: closing.signal });
  await expect(begin('two')).rejects.toThrow('All runs are being stopped');
  closing.abort();
  const three = await begin('three');
  await inFlight(2);
  release();
  await stopped;
  await Promise.all([finished(id), finished(three.id)]);
  expect(await library.app.store.counts(id)).toMatchObject({ done: 4, pending: 0, unknown: 0 });
  expect(server.requests).toHaveLength(8);
});

it('what somebody paused stays so, before it or meanwhile', async () => {
  const [before, meanwhile] = [await begin('one'), await begin('two')];
  await inFlight(2);
  const pauses = [runs().stop(before.id)];
  const closing = new AbortController();
  const stopped = runs().stopAll({ signal: closing.signal });
  pauses.push(runs().stop(meanwhile.id));
  closing.abort();
  release();
  await Promise.all([stopped, ...pauses]);
  for (const { id } of [before, meanwhile]) {
    expect(await runs().found(id)).toMatchObject({
      state: { kind: 'paused', asked: true },
      counts: { done: 1, pending: 3 },
    });
    expect(runs().isActive(id)).toBe(false);
  }
  expect(server.requests).toHaveLength(2);
});

it('what stands still by then goes on, too, unless somebody has paused it since', async () => {
  const [one, two] = [await begin('one'), await begin('two')];
  await inFlight(2);
  const closing = new AbortController();
  const stopped = runs().stopAll({ signal: closing.signal });
  release();
  await stopped;
  await runs().stop(two.id);
  closing.abort();
  await finished(one.id);
  expect(await runs().found(two.id)).toMatchObject({ state: { kind: 'paused' }, counts: { done: 1 } });
});

it('taken back before it began, it stops nothing', async () => {
  const { id } = await begin('one');
  await inFlight(1);
  await runs().stopAll({ signal: AbortSignal.abort() });
  release();
  await runs().over(id);
  expect(await library.app.store.counts(id)).toMatchObject({ done: 4, pending: 0 });
});

it('first rows that go alone go on alone: nobody has looked at them', async () => {
  const { id } = await begin('one', { canary: 2 });
  await inFlight(1);
  const closing = new AbortController();
  const stopped = runs().stopAll({ signal: closing.signal });
  closing.abort();
  release();
  await stopped;
  await expect
    .poll(async () => await runs().found(id))
    .toMatchObject({ state: { kind: 'paused' }, counts: { done: 2, pending: 2 }, options: { canary: 2 } });
  expect(server.requests).toHaveLength(2);
});

it('first rows that were paused before they were all sent are still sent alone when the run is resumed', async () => {
  const { id } = await begin('one', { canary: 3 });
  await inFlight(1);
  const stopped = runs().stop(id);
  release();
  await stopped;
  const { counts } = await runs().found(id);
  expect(counts.done).toBeLessThan(3);
  await runs().resume(id);
  await runs().over(id);
  expect(await runs().found(id)).toMatchObject({
    state: { kind: 'paused', reason: expect.stringMatching(/^The first 3 rows are finished/) as string },
    counts: { done: 3, pending: 1 },
  });
  expect(server.requests).toHaveLength(3);
  await runs().resume(id);
  await finished(id);
  expect(server.requests).toHaveLength(4);
});
