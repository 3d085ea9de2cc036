/** The same command over a file whose rows have moved: what was done goes along with its row, and is not paid for again. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import type { Store } from '../../store/store';
import { FolderRun } from './folder-run';
import { attemptFor } from '../../store/testing/library-fixture';
import { openPainterScene, pictureOfPrompt, promptOf } from '../testing/painter-scene';
import { NOBODY_LISTENS, PICTURE_RECIPE, picturePlan } from '../testing/picture-plan';
import { expectTable, tableOf, widthOf } from '../testing/results-table';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
/** Of the command that is under way. */
let stop: (() => void) | null = null;
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

/** Each of another length. */
const prompt = (number: number): string => 'cat'.padEnd(3 + number, 's');
const prompts = (...numbers: readonly number[]): string[] => numbers.map(prompt);

interface How {
  readonly recipe?: Recipe;
  readonly options?: Partial<RunOptions>;
}

/** The command over a file of these prompts, and what it told. */
async function command(rows: readonly string[], { recipe = PICTURE_RECIPE, options = {} }: How = {}) {
  const notes: string[] = [];
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, ['prompt', ...rows].join('\n'));
  const plan = picturePlan(library, {
    task: recipe.task,
    source: { kind: 'file', path },
    recipe,
    options: { ...ONE_AT_A_TIME, ...options },
  });
  const run = new FolderRun(library.app);
  stop = () => void run.stop();
  const end = await run.run(plan, { ...NOBODY_LISTENS, onNote: (note) => notes.push(note) });
  expect(end).toMatchObject({ kind: 'finished' });
  return notes;
}

const theRun = async () => (await library.app.store.runs())[0];
const counts = async () => (await theRun())?.counts;
const pictures = async (): Promise<string[]> =>
  (await readdir(out)).filter((name) => name.endsWith('.png')).toSorted();

it('takes what lies aside where more rows of the same file are asked for', async () => {
  const options = { filterRows: '0:3' };
  await command(prompts(1, 2, 3), { options });
  await command(prompts(7, 8, 9, 1, 2, 3), { options });
  expect(sent()).toEqual(prompts(1, 2, 3, 7, 8, 9));

  expect(await command(prompts(7, 8, 9, 1, 2, 3))).toEqual(['3 results moved with their rows.']);
  expect(sent()).toHaveLength(6);
  await expectTable(out, prompts(7, 8, 9, 1, 2, 3));
});

it('sends nothing again where a line was taken out, put in, or the file was sorted', async () => {
  await command(prompts(1, 2, 3, 4, 5));
  expect(sent()).toHaveLength(5);

  expect(await command(prompts(1, 3, 4, 5))).toEqual([
    '3 results moved with their rows.',
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(sent()).toHaveLength(5);
  await expectTable(out, prompts(1, 3, 4, 5));
  expect(await counts()).toMatchObject({ done: 4, pending: 0, failed: 0, cancelled: 0 });
  // What is in no row stays as a version.
  expect(await pictures()).toEqual(['000000.png', '000001.png', '000001.v1.png', '000002.png', '000003.png']);
  expect(await widthOf(out, '000001.v1.png')).toBe(prompt(2).length);

  expect(await command(prompts(1, 3, 9, 4, 5))).toEqual(['2 results moved with their rows.']);
  expect(sent().slice(5)).toEqual(prompts(9));
  await expectTable(out, prompts(1, 3, 9, 4, 5));

  expect(await command(prompts(9, 5, 4, 3, 1))).toEqual(['5 results moved with their rows.']);
  expect(sent()).toHaveLength(6);
  await expectTable(out, prompts(9, 5, 4, 3, 1));
  expect(await command(prompts(9, 5, 4, 3, 1))).toEqual([]);
  expect(sent()).toHaveLength(6);
});

it('has everything back after another file was in the folder by mistake, with what was said and paid', async () => {
  await command(prompts(1, 2, 3, 4));
  const { store } = library.app;
  const runId = (await theRun())?.id ?? 0;
  const jobsOf = async () => (await store.jobs({ runId, offset: 0, limit: 10 })).jobs;
  const before = await jobsOf();
  const third = before[2];
  await store.setReview(third?.id ?? 0, third?.result?.id ?? 0, {
    verdict: 'accepted',
    reasons: [],
    note: '',
  });
  const reviewed = await jobsOf();

  expect(await command(prompts(21, 22))).toEqual([
    '2 rows are no longer in the input and are left out; no result is deleted.',
    '2 rows have changed since the last time and are sent again; earlier results stay as versions.',
  ]);
  await expectTable(out, prompts(21, 22));
  expect(await counts()).toMatchObject({ done: 2, failed: 0, cancelled: 0, pending: 0 });
  expect(await command(prompts(1, 2, 3, 4))).toEqual(['4 results moved with their rows.']);
  expect(sent()).toEqual(prompts(1, 2, 3, 4, 21, 22));
  await expectTable(out, prompts(1, 2, 3, 4));
  const told = (jobs: Awaited<ReturnType<typeof jobsOf>>) =>
    jobs.map(({ row, result, review, costUsd, endpointName, seconds, position }) => {
      return { row, result, review, costUsd, endpointName, seconds, position };
    });
  expect(told(await jobsOf())).toEqual(told(reviewed));
  expect(await pictures()).toEqual([
    '000000.png',
    '000000.v2.png',
    '000001.png',
    '000001.v2.png',
    '000002.png',
    '000003.png',
  ]);
});

it('serves as many rows of the same wish, and variants, as there are results', async () => {
  const recipe = { ...PICTURE_RECIPE, variants: 2 };
  await command(prompts(1, 7, 7, 2), { recipe });
  expect(sent()).toHaveLength(8);
  expect(await command(prompts(7, 2, 7, 7), { recipe })).toEqual(['4 results moved with their rows.']);
  expect(sent().slice(8)).toEqual(prompts(7, 7));
  const lines = await tableOf(out);
  expect(lines.map((line) => line['prompt'])).toEqual(prompts(7, 7, 2, 2, 7, 7, 7, 7));
  const names = lines.map((line) => line['output_image'] ?? '');
  expect(new Set(names).size).toBe(8);
  expect(await Promise.all(names.map((name) => widthOf(out, name)))).toEqual(
    prompts(7, 7, 2, 2, 7, 7, 7, 7).map(({ length }) => length),
  );
  expect(await counts()).toMatchObject({ done: 8, pending: 0, failed: 0 });
});

it('sends what was not done, leaves out what is gone, and does not believe a file that was changed', async () => {
  await command(prompts(1, 2, 3, 4, 5, 6), { options: { filterRows: '0:3' } });
  await command(prompts(1, 2, 3, 4, 5, 6), { options: { filterRows: '0:4', caps: { requests: 3 } } });
  expect(await counts()).toMatchObject({ done: 3, pending: 1 });
  await writeFile(join(out, '000002.png'), 'torn');

  const notes = await command(prompts(2, 3, 1));
  expect(notes).toContain('2 results moved with their rows.');
  expect(notes).toContain('One row is no longer in the input and is left out; no result is deleted.');
  expect(sent()).toEqual(prompts(1, 2, 3, 3));
  await expectTable(out, prompts(2, 3, 1));
  expect(await counts()).toMatchObject({ done: 3, pending: 0, failed: 0, cancelled: 0 });
});

it('takes no result that somebody had done over', async () => {
  await command(prompts(1, 2));
  const { store, runs } = library.app;
  const runId = (await theRun())?.id ?? 0;
  const [first] = (await store.jobs({ runId, offset: 0, limit: 1 })).jobs;
  await runs.rerunJob(first?.id ?? 0);
  await runs.over(runId);
  expect(sent()).toEqual(prompts(1, 2, 1));
  await command(prompts(2, 1, 1));
  expect(sent()).toEqual(prompts(1, 2, 1, 1));
});

it('moves answers in words, too', async () => {
  server.reply((request) => {
    const { messages } = JSON.parse(request.body.toString()) as { messages: { content: string }[] };
    const content = `re: ${messages.at(-1)?.content}`;
    return json({ choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] });
  });
  const text = { system: '', answer: { kind: 'text' }, generation: {} } as const;
  const recipe: Recipe = { ...PICTURE_RECIPE, task: 'text', text };
  const answers = async () => (await tableOf(out)).map((line) => [line['prompt'], line['response']]);
  await command(prompts(1, 2, 3), { recipe });
  expect(await command(prompts(3, 1), { recipe })).toEqual([
    '2 results moved with their rows.',
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(await answers()).toEqual(prompts(3, 1).map((row) => [row, `re: ${row}`]));
  expect(await command(prompts(1, 2, 3), { recipe })).toEqual(['3 results moved with their rows.']);
  expect(await answers()).toEqual(prompts(1, 2, 3).map((row) => [row, `re: ${row}`]));
  expect(server.requests).toHaveLength(3);
});

it('gives no row what was asked of another alone', async () => {
  await command(prompts(1, 2, 3, 4));
  const { store, runs, versions } = library.app;
  const runId = (await theRun())?.id ?? 0;
  const jobsOf = async () => (await store.jobs({ runId, offset: 0, limit: 10 })).jobs;
  await versions.rerun((await jobsOf())[1]?.id ?? 0, 'something in blue');
  await runs.over(runId);
  expect(sent()).toHaveLength(5);
  const shown = async () => {
    const pairs = (await tableOf(out)).map(async (line) => [
      line['prompt'],
      await widthOf(out, line['output_image'] ?? ''),
    ]);
    return Promise.all(pairs);
  };

  expect(await command(prompts(1, 3, 4))).toEqual([
    '2 results moved with their rows.',
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(sent()).toHaveLength(5);
  await expectTable(out, prompts(1, 3, 4));
  expect((await jobsOf()).map(({ instruction }) => instruction)).toEqual([null, null, null]);

  // It is where its row is.
  await command(prompts(9, 1, 2, 3, 4));
  expect(sent().slice(5)).toEqual(prompts(9));
  expect(await shown()).toEqual([9, 1, 2, 3, 4].map((at) => [prompt(at), at === 2 ? 17 : 3 + at]));
  expect((await jobsOf()).map(({ instruction }) => instruction)).toEqual(
    [9, 1, 2, 3, 4].map((at) => (at === 2 ? 'something in blue' : null)),
  );
  await command(prompts(8, 9, 1, 2, 3, 4));
  expect(sent().slice(5)).toEqual(prompts(9, 8));
});

describe('somebody who cancels or stops while rows move', () => {
  const BEFORE = prompts(1, 2, 3, 4);
  const AFTER = prompts(9, 1, 2, 3, 4);

  /** The command over these rows, and what is done once they are planned, and nothing is taken along yet. */
  async function meanwhile(rows: readonly string[], act: (runId: number) => Promise<unknown>): Promise<void> {
    const { store } = library.app;
    const plan = store.planJobs.bind(store);
    let acted: Promise<unknown> = Promise.resolve();
    const spy = vi.spyOn(store, 'planJobs').mockImplementation(async (runId, jobs) => {
      const counts = await plan(runId, jobs);
      acted = act(runId);
      return counts;
    });
    await command(rows);
    await acted;
    spy.mockRestore();
  }
  const cancel = async (runId: number): Promise<unknown> => library.app.runs.cancel(runId, false);

  it('pays for nothing again with the same command', async () => {
    await command(BEFORE);
    await meanwhile(AFTER, cancel);
    expect(await counts()).toMatchObject({ cancelled: 5 });
    expect(await command(AFTER)).toEqual(['4 results moved with their rows.']);
    expect(sent()).toEqual([...BEFORE, prompt(9)]);
    await expectTable(out, AFTER);
  });

  it('pays for nothing again from the window', async () => {
    await command(BEFORE);
    await meanwhile(AFTER, cancel);
    const { runs } = library.app;
    const runId = (await theRun())?.id ?? 0;
    await runs.resume(runId);
    await runs.over(runId);
    expect(await counts()).toMatchObject({ done: 4, cancelled: 1, pending: 0 });
    await runs.requeueAndStart(runId, { kind: 'cancelled' });
    await runs.over(runId);
    expect(sent()).toEqual([...BEFORE, prompt(9)]);
    await expectTable(out, AFTER);
  });
});

it('goes on with rows that came after its end, where the command was stopped before they were sent', async () => {
  await command(prompts(1, 2, 3), { options: { caps: { requests: 2 } } });
  const { runs, store } = library.app;
  const runId = (await theRun())?.id ?? 0;
  await runs.cancel(runId, false);
  expect(await theRun()).toMatchObject({ state: { kind: 'finished' }, counts: { done: 2, cancelled: 1 } });
  const plan = store.planJobs.bind(store);
  vi.spyOn(store, 'planJobs').mockImplementation(async (id, jobs) => {
    const planned = await plan(id, jobs);
    stop?.();
    return planned;
  });
  await command(prompts(1, 2, 3, 4, 5));
  vi.restoreAllMocks();
  expect(sent()).toEqual(prompts(1, 2));
  expect(await theRun()).toMatchObject({ state: { kind: 'paused' } });
  await runs.resume(runId);
  await runs.over(runId);
  expect(await counts()).toMatchObject({ done: 4, cancelled: 1, pending: 0 });
});

it('sends of what may have been charged what does not lie at hand, where somebody says so', async () => {
  await command(prompts(1, 2, 3, 4));
  const { store } = library.app;
  const runId = (await theRun())?.id ?? 0;
  const { jobs } = await store.jobs({ runId, offset: 1, limit: 1 });
  const id = jobs[0]?.id ?? 0;
  await store.requeue(runId, { kind: 'jobs', jobIds: [id] });
  await store.sent([attemptFor(store, { id, runId })]);
  await library.reopen();
  expect(await counts()).toMatchObject({ unknown: 1, done: 3 });
  await command(prompts(9, 1, 2, 3, 4), { options: { unknown: 'resend' } });
  expect(sent().slice(4)).toEqual(prompts(9, 2));
  await expectTable(out, prompts(9, 1, 2, 3, 4));
  expect(await counts()).toMatchObject({ unknown: 0, done: 5 });
});

describe('a process that dies while rows move', () => {
  type Step = 'goneJobs' | 'setRunDataset' | 'leaveOut' | 'takeAlong' | 'namedResults';
  const STEPS: readonly (readonly [Step, 'before' | 'after'])[] = [
    ['goneJobs', 'before'],
    ['setRunDataset', 'after'],
    ['leaveOut', 'before'],
    ['takeAlong', 'before'],
    ['takeAlong', 'after'],
    ['namedResults', 'before'],
    ['namedResults', 'after'],
  ];

  function dieAt(store: Store, step: Step, when: 'before' | 'after'): void {
    const died = new Error('The process died.');
    const call = store[step].bind(store) as (...args: readonly unknown[]) => Promise<unknown>;
    vi.spyOn(store, step).mockImplementation(async (...args: readonly unknown[]) => {
      await (when === 'after' ? call(...args) : undefined);
      throw died;
    });
  }

  it.each(STEPS)('pays for nothing again: %s, %s', async (step, when) => {
    await command(prompts(1, 2, 3, 4));
    dieAt(library.app.store, step, when);
    await expect(command(prompts(5, 1, 4))).rejects.toThrow('died');
    vi.restoreAllMocks();
    await library.reopen();
    const run = await theRun();
    const isMoved = step !== 'goneJobs';
    if (when === 'after') {
      // Somebody goes on with it from the window.
      await library.app.runs.resume(run?.id ?? 0);
      await library.app.runs.over(run?.id ?? 0);
      expect(sent()).toEqual(isMoved ? prompts(1, 2, 3, 4, 5) : prompts(1, 2, 3, 4));
    }
    await command(prompts(5, 1, 4));
    expect(sent()).toEqual(prompts(1, 2, 3, 4, 5));
    await expectTable(out, prompts(5, 1, 4));
    expect(await counts()).toMatchObject({ done: 3, pending: 0, failed: 0, cancelled: 0, unknown: 0 });
    await command(prompts(1, 2, 3, 4));
    expect(sent()).toHaveLength(5);
    await expectTable(out, prompts(1, 2, 3, 4));
    await rm(join(library.folder, 'rows.csv'));
  });
});
