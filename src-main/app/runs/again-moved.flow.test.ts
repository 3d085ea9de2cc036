/** Rows of a run that are sent again alone, while what was done of it waits for where its rows have moved. */
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { attemptFor } from '../../store/testing/library-fixture';
import { openPainterScene, pictureOfPrompt, promptOf } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import type { TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  out = join(library.folder, 'out');
  server.reply(pictureOfPrompt);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

const sent = (): readonly string[] => server.requests.map(promptOf);
const runs = () => library.app.runs;
const runId = async (): Promise<number> => (await library.app.store.runs())[0]?.id ?? 0;
const counts = async () => library.app.store.counts(await runId());

async function command(prompts: readonly string[]): Promise<void> {
  const plan = picturePlan(library, { source: { kind: 'prompts', prompts } });
  const { end } = await runPlan(library, plan);
  expect(end).toMatchObject({ kind: 'finished' });
}

/** The command over these rows, and what is done once they are planned, while nothing is taken along yet. */
async function meanwhile(rows: readonly string[], act: (runId: number) => Promise<unknown>): Promise<void> {
  const { store } = library.app;
  const plan = store.planJobs.bind(store);
  let acted: Promise<unknown> = Promise.resolve();
  const spy = vi.spyOn(store, 'planJobs').mockImplementation(async (id, jobs) => {
    const planned = await plan(id, jobs);
    acted = act(id);
    return planned;
  });
  await command(rows);
  await acted;
  spy.mockRestore();
}

async function rerunRow(row: number): Promise<void> {
  const id = await runId();
  const { jobs } = await library.app.store.jobs({ runId: id, offset: row, limit: 1 });
  await runs().rerunJob(jobs[0]?.id ?? 0);
  await runs().over(id);
}

const BEFORE = ['a cat', 'two dogs', 'three hens'];
const AFTER = ['four pigeons', ...BEFORE];

it('takes what lies at hand, and sends of the rest what is asked for', async () => {
  await command(BEFORE);
  await meanwhile(AFTER, (id) => runs().stop(id));
  expect(await counts()).toMatchObject({ done: 0, pending: 4 });
  await rerunRow(2);
  expect(sent()).toEqual(BEFORE);
  expect(await counts()).toMatchObject({ done: 3, pending: 1 });
  await rerunRow(0);
  await rerunRow(3);
  expect(sent()).toEqual([...BEFORE, 'four pigeons', 'three hens']);
  expect(await counts()).toMatchObject({ done: 4, pending: 0 });
});

it('leaves the rest of a cancelled run cancelled', async () => {
  await command(BEFORE);
  await meanwhile(AFTER, (id) => runs().cancel(id, false));
  expect(await counts()).toMatchObject({ cancelled: 4 });
  await rerunRow(2);
  expect(sent()).toEqual(BEFORE);
  expect(await counts()).toMatchObject({ done: 3, cancelled: 1, pending: 0 });
  await rerunRow(0);
  expect(sent()).toEqual([...BEFORE, 'four pigeons']);
});

it('stays paused, and loses nothing, where somebody pauses it while its rows are looked at', async () => {
  await command(BEFORE);
  await meanwhile(AFTER, (id) => runs().stop(id));
  const { store } = library.app;
  const plan = store.planJobs.bind(store);
  let paused: Promise<unknown> = Promise.resolve();
  vi.spyOn(store, 'planJobs').mockImplementation(async (id, jobs) => {
    paused = runs().stop(id);
    return plan(id, jobs);
  });
  await rerunRow(2);
  await paused;
  vi.restoreAllMocks();
  expect(await runs().found(await runId())).toMatchObject({ state: { kind: 'paused' } });
  await runs().resume(await runId());
  await runs().over(await runId());
  expect(sent()).toEqual([...BEFORE, 'four pigeons']);
});

describe('what may have been charged, in whose place another row stands whose result lies at hand', () => {
  async function lost(row: number): Promise<number> {
    const id = await runId();
    const { store } = library.app;
    const { jobs } = await store.jobs({ runId: id, offset: row, limit: 1 });
    const jobId = jobs[0]?.id ?? 0;
    await store.requeue(id, { kind: 'jobs', jobIds: [jobId] });
    await rm(join(out, jobs[0]?.result?.fileName ?? ''));
    await store.sent([attemptFor(store, { id: jobId, runId: id })]);
    await library.reopen();
    return jobId;
  }

  it.each([
    ['of all', (id: number) => runs().requeueAndStart(id, { kind: 'unknown' })],
    ['of that one', (_id: number, jobId: number) => runs().rerunJob(jobId)],
    ['with the run', (id: number) => runs().resume(id, { resendUnknown: true })],
  ])('takes that, where somebody has it sent again: %s', async (_which, again) => {
    await command(BEFORE);
    const id = await runId();
    const jobId = await lost(1);
    await command(['four pigeons', 'a cat', 'three hens']);
    expect(sent()).toEqual([...BEFORE, 'four pigeons']);
    expect(await counts()).toMatchObject({ done: 2, unknown: 1 });
    await again(id, jobId);
    await runs().over(id);
    expect(sent()).toEqual([...BEFORE, 'four pigeons']);
    expect(await counts()).toMatchObject({ done: 3, unknown: 0, pending: 0 });
    const job = await library.app.store.job(jobId);
    expect(job).toMatchObject({ state: 'done', result: { fileName: '000001.png', width: 'a cat'.length } });
  });
});

it('is not begun where pictures lie that nobody knows, whichever row is asked for', async () => {
  await command(BEFORE);
  await meanwhile(AFTER, (id) => runs().stop(id));
  await copyFile(join(out, '000000.v1.png'), join(out, '000003.png'));
  await expect(rerunRow(0)).rejects.toThrow('no record of');
  expect(sent()).toEqual(BEFORE);
});
