/** Somebody pauses or cancels a run while the command that goes on with it still plans its rows. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { attemptFor } from '../../store/testing/library-fixture';
import { deferred } from '../../deferred';
import type { RunEnd } from '../runs/folder-plan';
import { inFolder } from '../folders/folder-turns';
import { openPainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const ANIMALS = ['a cat', 'a dog', 'a hen', 'a cow', 'a pig'];

async function command(filterRows: string, prompts = ANIMALS): Promise<RunEnd> {
  const plan = picturePlan(library, {
    source: { kind: 'prompts', prompts },
    options: { ...ONE_AT_A_TIME, filterRows },
  });
  return (await runPlan(library, plan)).end;
}

/** Two rows are done, and all five are being planned until `release`. */
async function planning() {
  const { store, runs } = library.app;
  await command('0:2');
  const [run] = await store.runs();
  const runId = run?.id ?? 0;
  const { promise, resolve } = deferred();
  const plan = store.planJobs.bind(store);
  const planJobs = vi.spyOn(store, 'planJobs').mockImplementation(async (...asked) => {
    await promise;
    return plan(...asked);
  });
  const end = command('');
  await expect.poll(() => planJobs.mock.calls.length).toBe(1);
  expect((await runs.view(await runs.found(runId))).state.kind).toBe('running');
  return { runId, end, release: resolve };
}

it('cancelled, it sends nothing more, and its rows are cancelled', async () => {
  const { runId, end, release } = await planning();
  const cancelled = library.app.runs.cancel(runId, false);
  setImmediate(release);
  expect(await cancelled).toMatchObject({ counts: { done: 2, cancelled: 3, pending: 0 } });
  expect(await end).toMatchObject({
    run: { state: { kind: 'finished' }, counts: { done: 2, cancelled: 3 } },
  });
  expect(server.requests).toHaveLength(2);
});

it('paused, it sends nothing more until it goes on', async () => {
  const { runId, end, release } = await planning();
  const { runs } = library.app;
  const paused = runs.stop(runId);
  setImmediate(release);
  expect(await paused).toMatchObject({ state: { kind: 'paused' }, counts: { done: 2, pending: 3 } });
  expect(await end).toMatchObject({ sentence: expect.stringMatching(/^Stopped before anything was sent/) });
  expect(server.requests).toHaveLength(2);
  await runs.resume(runId);
  await runs.over(runId);
  expect(await library.app.store.counts(runId)).toMatchObject({ done: 5, pending: 0 });
});

it.each(['paused', 'cancelled'] as const)(
  '%s while its jobs wait to go again for the turn of their folder, it sends nothing',
  async (how) => {
    const { runs, store } = library.app;
    await command('');
    const [run] = await store.runs();
    const runId = run?.id ?? 0;
    const { promise, resolve } = deferred();
    const before = inFolder(store, run?.outputDir ?? '', () => promise);
    const { jobs } = await store.jobs({ runId, offset: 0, limit: 1 });
    const again = runs.rerunJob(jobs[0]?.id ?? 0);
    await expect.poll(async () => (await runs.view(await runs.found(runId))).state.kind).toBe('running');
    const halted = how === 'paused' ? runs.stop(runId) : runs.cancel(runId, false);
    setImmediate(resolve);
    await before;
    const state = { kind: how === 'paused' ? 'paused' : 'finished' };
    expect(await halted).toMatchObject({ state, counts: { done: 4 } });
    await again;
    expect(server.requests).toHaveLength(5);
    expect(await store.counts(runId)).toMatchObject(
      how === 'paused' ? { done: 4, pending: 1 } : { done: 4, cancelled: 1 },
    );
  },
  30_000,
);

/** Four pages of a plan, the last of them not full. */
const MANY = Array.from({ length: 1600 }, (_, at) => `animal ${at}`);
const MAY_TAKE = 60_000;

/** A new run whose planning does `act` at this page of it, while that is written; answers what became of `act`. */
async function atPage(page: number, act: (runId: number) => Promise<unknown>) {
  const { store } = library.app;
  const plan = store.planJobs.bind(store);
  const { promise: acted, resolve } = deferred();
  let answer: Promise<unknown> = Promise.resolve();
  const planJobs = vi.spyOn(store, 'planJobs').mockImplementation(async (runId, jobs) => {
    const counts = await plan(runId, jobs);
    if (planJobs.mock.calls.length === page) {
      answer = act(runId);
      resolve();
    }
    return counts;
  });
  const end = command('', MANY);
  await acted;
  await answer;
  await end;
  // Those that were asked for by then: no page more.
  expect(planJobs.mock.calls).toHaveLength(page);
  planJobs.mockRestore();
  const [run] = await store.runs();
  const runId = run?.id ?? 0;
  return { runId, counts: await store.counts(runId) };
}

/** Every row has one job, each in its place. */
async function expectWhole(runId: number): Promise<void> {
  const places: unknown[] = [];
  for (let offset = 0; offset <= MANY.length; offset += 400) {
    const { jobs } = await library.app.store.jobs({ runId, offset, limit: 400 });
    places.push(...jobs.map(({ row, position }) => [row, position]));
  }
  expect(places).toEqual(MANY.map((_, at) => [at, at]));
}

it.each([1, 2, 3])(
  'paused at page %i of its planning it stands still at once, and who goes on with it plans the rest',
  async (page) => {
    const { runs, store } = library.app;
    const { runId, counts } = await atPage(page, (id) => runs.stop(id));
    expect(counts.done + counts.pending).toBe(page * 500);
    expect((await runs.view(await runs.found(runId))).state).toMatchObject({
      kind: 'paused',
      reason: expect.stringMatching(
        /Not all of its rows are planned yet: the rest is planned when the run is resumed\.$/,
      ),
    });
    await (page === 2 ? runs.requeueAndStart(runId, { kind: 'failed' }) : runs.resume(runId));
    await runs.planned(runId);
    await runs.cancel(runId, false);
    await expectWhole(runId);
    const { done, cancelled, ...rest } = await store.counts(runId);
    expect(done + cancelled).toBe(MANY.length);
    expect(Object.values(rest)).toEqual(Object.values(rest).map(() => 0));
    expect(server.requests).toHaveLength(done);
  },
  MAY_TAKE,
);

it(
  'cancelled meanwhile, its rest stays so when a job of it goes again and that is paused',
  async () => {
    const { runs, store } = library.app;
    const { runId, counts } = await atPage(1, (id) => runs.cancel(id, false));
    const [first] = (await store.jobs({ runId, offset: 0, limit: 1, state: 'cancelled' })).jobs;
    const requeue = store.requeue.bind(store);
    let paused: Promise<unknown> = Promise.resolve();
    vi.spyOn(store, 'requeue').mockImplementationOnce((...asked) => {
      paused = runs.stop(runId);
      return requeue(...asked);
    });
    await runs.rerunJob(first?.id ?? 0);
    expect(await paused).toMatchObject({ state: { kind: 'paused' }, counts: { pending: 1 } });
    await runs.resume(runId);
    await runs.over(runId);
    await expectWhole(runId);
    const done = counts.done + 1;
    expect(await store.counts(runId)).toMatchObject({ done, cancelled: MANY.length - done, pending: 0 });
    expect(server.requests).toHaveLength(done);
  },
  MAY_TAKE,
);

it(
  'cancelled meanwhile, what may have been charged of it goes again where somebody says so, and nothing else',
  async () => {
    const { store } = library.app;
    const { runId, counts } = await atPage(1, (id) => library.app.runs.cancel(id, false));
    const [first] = (await store.jobs({ runId, offset: 0, limit: 1, state: 'cancelled' })).jobs;
    const id = first?.id ?? 0;
    await store.requeue(runId, { kind: 'jobs', jobIds: [id] });
    await store.sent([attemptFor(store, { id, runId })]);
    await library.reopen();
    const { runs } = library.app;
    await runs.resume(runId, { resendUnknown: true });
    await runs.over(runId);
    const done = counts.done + 1;
    expect(await library.app.store.counts(runId)).toMatchObject({
      done,
      cancelled: MANY.length - done,
      unknown: 0,
    });
    expect(server.requests).toHaveLength(done);
  },
  MAY_TAKE,
);

it('has the caps that somebody gives it meanwhile', async () => {
  const { runId, end, release } = await planning();
  const { runs, store } = library.app;
  await Promise.all([
    runs.setOptions(runId, { caps: { requests: 3 } }),
    runs.setOptions(runId, { priority: 'high' }),
  ]);
  release();
  expect(await end).toMatchObject({ run: { state: { kind: 'paused', failure: 'budget' } } });
  expect(await store.run(runId)).toMatchObject({ options: { caps: { requests: 3 }, priority: 'high' } });
  expect(server.requests).toHaveLength(3);
});

it('sends nothing more where all runs are stopped, and none starts before they are', async () => {
  const { runId, end, release } = await planning();
  const { runs, store } = library.app;
  const all = runs.stopAll();
  await expect(runs.start(await runs.found(runId))).rejects.toThrow('All runs are being stopped');
  release();
  await all;
  expect(await end).toMatchObject({ run: { state: { kind: 'paused' } } });
  expect(await store.counts(runId)).toMatchObject({ done: 2, pending: 3 });
  expect(server.requests).toHaveLength(2);
  // Who chose to stay goes on.
  await runs.resume(runId);
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ done: 5, pending: 0 });
});

it('paused while its changed input is compared with what is done, it stays as it was, and the same command goes on', async () => {
  const { runs, store } = library.app;
  await command('0:2', MANY);
  const [before] = await store.runs();
  const runId = before?.id ?? 0;
  const compare = store.comparePlan.bind(store);
  let paused: Promise<unknown> = Promise.resolve();
  const comparePlan = vi.spyOn(store, 'comparePlan').mockImplementation(async (id, jobs) => {
    paused = runs.stop(id);
    return compare(id, jobs);
  });
  const changed = MANY.with(1, 'another animal');
  expect(await command('0:2', changed)).toMatchObject({
    run: { state: { kind: 'paused' }, counts: { done: 2 } },
  });
  await paused;
  expect(comparePlan.mock.calls).toHaveLength(1);
  comparePlan.mockRestore();
  expect((await runs.found(runId)).datasetId).toBe(before?.datasetId);
  expect(await command('0:2', changed)).toMatchObject({ run: { state: { kind: 'finished' } } });
  expect(server.requests).toHaveLength(3);
  expect(await store.counts(runId)).toMatchObject({ done: 2, pending: 0 });
});

it.each([1, 2, 3])(
  'cancelled at page %i of its planning it is over at once, and its rest is as cancelled as what was planned',
  async (page) => {
    const { runs, store } = library.app;
    const { runId, counts } = await atPage(page, (id) => runs.cancel(id, false));
    expect(counts.done + counts.cancelled).toBe(page * 500);
    expect((await runs.view(await runs.found(runId))).state).toMatchObject({ kind: 'finished' });
    await runs.requeueAndStart(runId, { kind: 'failed' });
    await runs.over(runId);
    expect(await store.counts(runId)).toEqual(counts);
    await runs.resume(runId);
    await runs.over(runId);
    await expectWhole(runId);
    expect(await store.counts(runId)).toMatchObject({
      done: counts.done,
      cancelled: MANY.length - counts.done,
      pending: 0,
    });
    expect(server.requests).toHaveLength(counts.done);
  },
  MAY_TAKE,
);
