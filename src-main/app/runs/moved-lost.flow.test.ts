/**
 * The same command over a file whose rows have moved, after requests were cut off: what may have been charged goes along with
 * its row, and is sent again when somebody says so, once.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Recipe, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, type ScriptedServer } from '../../providers/testing/scripted-server';
import type { Store } from '../../store/store';
import { spareName } from '../results/found-whole';
import { openPainterScene, pictureAnswer, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import { expectTable, tableOf, widthOf } from '../testing/results-table';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
let hanging: ReadonlySet<string> = new Set();
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  out = join(library.folder, 'out');
  hanging = new Set();
  // The wider, the longer the prompt: a picture shows whose it is.
  server.reply((request) => {
    const asked = promptOf(request);
    return hanging.has(asked) ? { kind: 'hang' } : pictureAnswer(asked.length);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

/** Each of another length. */
const prompt = (number: number): string => 'cat'.padEnd(3 + number, 's');
const prompts = (...numbers: readonly number[]): string[] => numbers.map(prompt);

let told = 0;
/** Since it was asked the last time. */
function sent(): readonly string[] {
  const all = server.requests.map(promptOf);
  const fresh = all.slice(told);
  told = all.length;
  return fresh;
}
beforeEach(() => {
  told = 0;
});

interface How extends Partial<RunOptions> {
  readonly recipe?: Recipe;
}

/** The command over a file of these prompts; answers what it told. */
async function command(rows: readonly string[], { recipe = PICTURE_RECIPE, ...options }: How = {}) {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, `${['prompt', ...rows].join('\n')}\n`);
  const { end, notes } = await runPlan(
    library,
    picturePlan(library, {
      source: { kind: 'file', path },
      recipe,
      options: { ...ONE_AT_A_TIME, ...options },
    }),
  );
  expect(end).toMatchObject({ kind: 'finished' });
  return notes;
}

const theRun = async () => (await library.app.store.runs())[0];
const runId = async (): Promise<number> => (await theRun())?.id ?? 0;
const counts = async () => (await theRun())?.counts;
const jobsOf = async () =>
  (await library.app.store.jobs({ runId: await runId(), offset: 0, limit: 50 })).jobs;
/** Places of what may have been charged, as its list has them. */
const lostRows = async () => {
  const query = { runId: await runId(), offset: 0, limit: 50, state: 'unknown' } as const;
  return (await library.app.store.jobs(query)).jobs.map(({ row }) => row);
};

/** The command, cut off while requests for these are under way; the next start finds it so. */
async function cutOff(
  rows: readonly string[],
  lost: readonly string[],
  { before = () => library.reopen() }: { before?: () => Promise<unknown> } = {},
): Promise<void> {
  hanging = new Set(lost);
  const under = command(rows, { concurrency: 9 });
  const open = rows.filter((row) => hanging.has(row)).length;
  await expect.poll(async () => (await counts())?.sent).toBe(open);
  await expect.poll(() => server.requests.length).toBe(rows.length);
  await expect.poll(async () => (await counts())?.done).toBe(rows.length - open);
  await library.app.runs.cancel(await runId(), true);
  await under;
  hanging = new Set();
  await before();
  sent();
}

/** All is done: a line for each of these rows, in their order, and each its own picture. */
async function expectDone(rows: readonly string[]): Promise<void> {
  expect(await counts()).toMatchObject({
    done: rows.length,
    unknown: 0,
    pending: 0,
    failed: 0,
    cancelled: 0,
  });
  await expectTable(out, rows);
}

/** These are sent when somebody says so, each once. */
async function expectResent(rows: readonly string[], asked: readonly string[]): Promise<void> {
  expect(sent()).toEqual([]);
  await command(rows, { unknown: 'resend' });
  expect(sent().toSorted()).toEqual(asked.toSorted());
  await expectDone(rows);
  await command(rows, { unknown: 'resend' });
  expect(sent()).toEqual([]);
}

const ALONG = (count: number): string =>
  count === 1
    ? 'One request with an unknown outcome moved with its row: it may have been charged, and is not sent again unless you give --unknown resend.'
    : `${count} requests with an unknown outcome moved with their rows: they may have been charged, and are not sent again unless you give --unknown resend.`;
const ELSEWHERE =
  'One request with an unknown outcome may have been charged: another row is in its place now, which is not sent ' +
  'unless you give --unknown resend.';

it('goes along where a row is put in, with what is known of it', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(2, 3));
  const before = (await jobsOf()).filter(({ state }) => state === 'unknown');
  const attemptsBefore = await Promise.all(before.map(({ id }) => library.app.store.attempts(id)));
  const { costUsd, requests } = (await theRun()) ?? {};

  const notes = await command(prompts(9, 1, 2, 3, 4));
  expect(sent()).toEqual(prompts(9));
  expect(notes).toEqual(['2 results moved with their rows.', ALONG(2)]);
  expect(await counts()).toMatchObject({ done: 3, unknown: 2, pending: 0, failed: 0 });
  expect(await lostRows()).toEqual([2, 3]);
  const after = (await jobsOf()).filter(({ state }) => state === 'unknown');
  expect(await Promise.all(after.map(({ id }) => library.app.store.attempts(id)))).toEqual(attemptsBefore);
  expect(attemptsBefore.map((attempts) => attempts.length)).toEqual([1, 1]);
  expect(after.map(({ stem, index }) => [stem, index])).toEqual([
    ['000002', 2],
    ['000003', 3],
  ]);
  expect((await theRun())?.requests).toBe((requests ?? 0) + 1);
  expect((await theRun())?.costUsd).toBe(costUsd);

  expect(await command(prompts(9, 1, 2, 3, 4))).toEqual([]);
  await expectResent(prompts(9, 1, 2, 3, 4), prompts(2, 3));
});

it('takes no place from a row that is done where its own line was taken out', async () => {
  await cutOff(prompts(1, 2, 3), prompts(1));
  expect(await command(prompts(2, 3))).toEqual([
    '2 results moved with their rows.',
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(sent()).toEqual([]);
  expect(await counts()).toMatchObject({ done: 2, unknown: 1, pending: 0, cancelled: 0 });
  const lines = await tableOf(out);
  expect(lines.slice(0, 2).map((line) => `${line['prompt']} ${line['status']}`)).toEqual(
    prompts(2, 3).map((row) => `${row} done`),
  );
  expect(await widthOf(out, lines[0]?.['output_image'] ?? '')).toBe(prompt(2).length);
  expect(lines[2]).toMatchObject({ status: 'unknown' });
  // It is what it was when its line is back.
  expect(await command(prompts(1, 2, 3))).toContain(ALONG(1));
  expect(await lostRows()).toEqual([0]);
  await expectResent(prompts(1, 2, 3), prompts(1));
});

it('goes along when somebody edits the file back, or again, and stays what it is', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(1, 4));
  await command(prompts(9, 1, 2, 3, 4));
  expect(await lostRows()).toEqual([1, 4]);
  expect(await command(prompts(1, 2, 3, 4))).toContain(ALONG(2));
  expect(await lostRows()).toEqual([0, 3]);
  await command(prompts(8, 7, 4, 1, 3, 2));
  expect(await lostRows()).toEqual([2, 3]);
  expect(sent()).toEqual(prompts(9, 8, 7));
  await command(prompts(4, 3, 2, 1));
  expect(await lostRows()).toEqual([0, 3]);
  await expectResent(prompts(4, 3, 2, 1), prompts(1, 4));
});

it('goes along where a row is taken out, the last one too', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(3, 4));
  expect(await command(prompts(2, 3, 4))).toEqual([
    'One result moved with its row.',
    ALONG(2),
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(await lostRows()).toEqual([1, 2]);
  expect(await jobsOf()).toHaveLength(3);
  expect(await counts()).toMatchObject({ done: 1, unknown: 2, pending: 0, cancelled: 0 });
  await expectResent(prompts(2, 3, 4), prompts(3, 4));
});

it('changes places with another that was cut off', async () => {
  await cutOff(prompts(1, 2, 3), prompts(1, 2, 3));
  expect(await command(prompts(3, 1, 2))).toEqual([ALONG(3)]);
  expect(await lostRows()).toEqual([0, 1, 2]);
  await expectResent(prompts(3, 1, 2), prompts(1, 2, 3));
});

it('is told of while its row is gone, and goes to where it comes back', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  expect(await command(prompts(1, 8, 3))).toEqual([ELSEWHERE]);
  expect(sent()).toEqual([]);
  expect(await lostRows()).toEqual([1]);
  // The row there was never sent, and waits for a word as it did.
  expect(await command(prompts(1, 8, 3, 2))).toEqual([ALONG(1)]);
  expect(sent()).toEqual(prompts(8));
  expect(await lostRows()).toEqual([3]);
  await expectResent(prompts(1, 8, 3, 2), prompts(2));
});

it('asks, where its row is gone, for what stands there by now', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  await command(prompts(1, 8, 3));
  await expectResent(prompts(1, 8, 3), prompts(8));
  expect(await command(prompts(9, 1, 8, 3))).toEqual(['3 results moved with their rows.']);
  expect(sent()).toEqual(prompts(9));
});

it('is none more and none less where several rows ask the same', async () => {
  // Whichever of the two is cut off.
  let asked = 0;
  server.reply((request) => {
    const isSecond = promptOf(request) === prompt(7) && ++asked === 2;
    return isSecond ? { kind: 'hang' } : pictureAnswer(promptOf(request).length);
  });
  const under = command(prompts(7, 7, 2));
  await expect.poll(() => server.requests.length).toBe(2);
  await library.app.runs.cancel(await runId(), true);
  await under;
  expect(await counts()).toMatchObject({ done: 1, unknown: 1 });
  sent();

  await command(prompts(9, 2, 7, 7));
  expect(sent()).toEqual(prompts(9, 2));
  expect(await counts()).toMatchObject({ done: 3, unknown: 1, pending: 0 });
  // One is left: the result is its, and the other request is told of.
  expect(await command(prompts(7, 9, 2))).toContain('3 results moved with their rows.');
  expect(await counts()).toMatchObject({ done: 3, unknown: 1, pending: 0 });
  expect(sent()).toEqual([]);
  // Three, and the third was never sent.
  await command(prompts(7, 9, 7, 2, 7));
  expect(sent()).toEqual(prompts(7));
  expect(await counts()).toMatchObject({ done: 4, unknown: 1, pending: 0 });
  await expectResent(prompts(7, 9, 7, 2, 7), prompts(7));
});

it('goes along as the variant that it is of', async () => {
  const recipe = { ...PICTURE_RECIPE, variants: 2 };
  let asked = 0;
  server.reply((request) => {
    const isSecond = promptOf(request) === prompt(2) && ++asked === 2;
    return isSecond ? { kind: 'hang' } : pictureAnswer(promptOf(request).length);
  });
  const under = command(prompts(1, 2), { recipe });
  await expect.poll(() => server.requests.length).toBe(4);
  await library.app.runs.cancel(await runId(), true);
  await under;
  sent();
  await command(prompts(9, 1, 2), { recipe });
  expect(sent()).toEqual(prompts(9, 9));
  const lost = (await jobsOf()).filter(({ state }) => state === 'unknown');
  expect(lost.map(({ row, variant }) => [row, variant])).toEqual([[2, 1]]);
  await command(prompts(9, 1, 2), { recipe, unknown: 'resend' });
  expect(sent()).toEqual(prompts(2));
  expect(await counts()).toMatchObject({ done: 6, unknown: 0 });
});

it('asks again for what was asked of it alone', async () => {
  await command(prompts(1, 2, 3));
  hanging = new Set(['something in blue']);
  await library.app.versions.rerun((await jobsOf())[1]?.id ?? 0, 'something in blue');
  await expect.poll(async () => (await counts())?.sent).toBe(1);
  await library.app.runs.cancel(await runId(), true);
  await library.app.runs.over(await runId());
  hanging = new Set();
  sent();
  await command(prompts(9, 1, 2, 3));
  expect(sent()).toEqual(prompts(9));
  expect(await lostRows()).toEqual([2]);
  await command(prompts(9, 1, 2, 3), { unknown: 'resend' });
  expect(sent()).toEqual(['something in blue']);
  expect((await jobsOf()).map(({ instruction }) => instruction)).toEqual([
    null,
    null,
    'something in blue',
    null,
  ]);
});

it('goes along where it asks for words', async () => {
  const text = { system: '', answer: { kind: 'text' }, generation: {} } as const;
  const recipe: Recipe = { ...PICTURE_RECIPE, task: 'text', text };
  const asked: string[] = [];
  const lost = new Set(['two']);
  server.reply((request) => {
    const { messages } = JSON.parse(request.body.toString()) as { messages: { content: string }[] };
    const content = messages.at(-1)?.content ?? '';
    asked.push(content);
    return lost.has(content)
      ? { kind: 'hang' }
      : json({
          choices: [{ message: { role: 'assistant', content: `re: ${content}` }, finish_reason: 'stop' }],
        });
  });
  const run = (rows: readonly string[], how: How = {}) => command(rows, { ...how, recipe });
  const under = run(['one', 'two', 'three'], { concurrency: 3 });
  await expect.poll(async () => (await counts())?.done).toBe(2);
  await library.app.runs.cancel(await runId(), true);
  await under;
  lost.clear();
  await run(['zero', 'one', 'two', 'three']);
  expect(asked.slice(3)).toEqual(['zero']);
  expect(await lostRows()).toEqual([2]);
  await run(['zero', 'one', 'two', 'three'], { unknown: 'resend' });
  expect(asked.slice(4)).toEqual(['two']);
  expect((await tableOf(out)).map((line) => line['response'])).toEqual([
    're: zero',
    're: one',
    're: two',
    're: three',
  ]);
});

describe('an answer that lies whole after all, and found no place in its folder', () => {
  const inTheWay = (): string => join(out, '000001.png');
  /** Of the second of three. */
  async function leaveWhole(): Promise<number> {
    const [, second] = await jobsOf();
    const attempts = await library.app.store.attempts(second?.id ?? 0);
    const create = { width: prompt(2).length, height: 4, channels: 3, background: 'red' } as const;
    const { spare } = library.app.paths;
    await mkdir(spare, { recursive: true });
    await writeFile(
      join(spare, spareName(attempts.at(-1)?.id ?? 0)),
      await sharp({ create }).png().toBuffer(),
    );
    await mkdir(join(inTheWay(), 'x'), { recursive: true });
    await library.reopen();
    return attempts.length;
  }
  const cutOffBefore = (): Promise<void> => cutOff(prompts(1, 2, 3), prompts(2), { before: leaveWhole });

  it('is the result of its row, wherever that is', async () => {
    await cutOffBefore();
    expect(await counts()).toMatchObject({ done: 2, unknown: 1 });
    expect(await command(prompts(9, 1, 2, 3))).toContain(ALONG(1));
    expect(sent()).toEqual(prompts(9));
    expect(await counts()).toMatchObject({ done: 3, unknown: 1 });
    await command(prompts(9, 1, 2, 3), { unknown: 'resend' });
    expect(sent()).toEqual([]);
    await expectDone(prompts(9, 1, 2, 3));
    expect(await readdir(library.app.paths.spare)).toEqual([]);
    expect((await jobsOf())[2]?.result?.fileName).toBe('000002.png');
  });

  it('waits while another row is in its place, and is there when its own is back', async () => {
    await cutOffBefore();
    await command(prompts(1, 8, 3));
    await rm(inTheWay(), { recursive: true });
    await command(prompts(1, 8, 3));
    await library.reopen();
    expect(await counts()).toMatchObject({ done: 2, unknown: 1 });
    await command(prompts(1, 8, 3, 2));
    await command(prompts(1, 8, 3, 2), { unknown: 'resend' });
    expect(sent()).toEqual(prompts(8));
    await expectDone(prompts(1, 8, 3, 2));
  });
});

describe('a process that dies while rows move', () => {
  type Step = 'setRunDataset' | 'planJobs' | 'leaveOut' | 'takeAlong' | 'lostAlong' | 'namedResults';
  const STEPS: readonly (readonly [Step, 'before' | 'after'])[] = [
    ['setRunDataset', 'after'],
    ['planJobs', 'after'],
    ['leaveOut', 'before'],
    ['takeAlong', 'after'],
    ['namedResults', 'before'],
    ['lostAlong', 'before'],
    ['lostAlong', 'after'],
  ];

  function dieAt(store: Store, step: Step, when: 'before' | 'after'): void {
    const call = store[step].bind(store) as (...args: readonly unknown[]) => Promise<unknown>;
    vi.spyOn(store, step).mockImplementation(async (...args: readonly unknown[]) => {
      await (when === 'after' ? call(...args) : undefined);
      throw new Error('The process died.');
    });
  }
  const BEFORE = prompts(1, 2, 3, 4);
  const AFTER = prompts(9, 1, 3, 2, 4);
  const cases = STEPS.flatMap(([step, when]) =>
    (['command', 'window', 'back'] as const).map((next) => [step, when, next] as const),
  );

  it.each(cases)('sends nothing again: %s, %s, then the %s', async (step, when, next) => {
    await cutOff(BEFORE, prompts(2, 4));
    dieAt(library.app.store, step, when);
    await expect(command(AFTER)).rejects.toThrow('died');
    vi.restoreAllMocks();
    await library.reopen();
    if (next === 'window') {
      await library.app.runs.resume(await runId());
      await library.app.runs.over(await runId());
    }
    if (next === 'back') {
      await command(BEFORE);
      expect(sent()).toEqual([]);
      expect(await lostRows()).toEqual([1, 3]);
    }
    await command(AFTER);
    expect(sent()).toEqual(prompts(9));
    expect(await lostRows()).toEqual([3, 4]);
    expect(await counts()).toMatchObject({ done: 3, unknown: 2, pending: 0, cancelled: 0 });
    await expectResent(AFTER, prompts(2, 4));
    await rm(join(library.folder, 'rows.csv'));
  });
});

it.each(['planJobs', 'wantedResults', 'lostAlong'] as const)(
  'paused at %s, sends nothing, and goes on as if nobody had paused it',
  async (step) => {
    await cutOff(prompts(1, 2, 3), prompts(2, 3));
    const { store, runs } = library.app;
    const id = await runId();
    const real: (...asked: never[]) => Promise<unknown> = store[step].bind(store);
    let paused: Promise<unknown> | undefined;
    vi.spyOn(store, step).mockImplementation(((...asked: never[]) => {
      paused ??= runs.stop(id);
      return real(...asked);
    }) as never);
    await command(prompts(9, 1, 2, 3));
    await paused;
    vi.restoreAllMocks();
    expect(sent()).toEqual([]);
    await runs.resume(id);
    await runs.over(id);
    expect(sent()).toEqual(prompts(9));
    expect(await lostRows()).toEqual([2, 3]);
    await expectResent(prompts(9, 1, 2, 3), prompts(2, 3));
  },
);

it('goes where its row is when somebody has it sent again from the window', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  await command(prompts(9, 1, 2, 3));
  sent();
  const lost = (await jobsOf())[2]?.id ?? 0;
  await library.app.runs.rerunJob(lost);
  await library.app.runs.over(await runId());
  expect(sent()).toEqual(prompts(2));
  await command(prompts(9, 1, 2, 3));
  await expectDone(prompts(9, 1, 2, 3));
});

it('asks for what its own row says where somebody has it sent again while the rows are moving', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  const { store, runs, versions } = library.app;
  const id = await runId();
  const plan = store.planJobs.bind(store);
  let paused: Promise<unknown> | undefined;
  vi.spyOn(store, 'planJobs').mockImplementation((runId, jobs) => {
    paused ??= runs.stop(id);
    return plan(runId, jobs);
  });
  await command(prompts(9, 1, 2, 3));
  await paused;
  vi.restoreAllMocks();
  const lost = (await jobsOf()).find(({ state }) => state === 'unknown');
  await versions.rerun(lost?.id ?? 0);
  await runs.over(id);
  expect(sent()).toEqual(prompts(2));
  await command(prompts(9, 1, 2, 3));
  expect(sent()).toEqual(prompts(9));
  await expectDone(prompts(9, 1, 2, 3));
  await command(prompts(1, 2, 3, 9));
  expect(sent()).toEqual([]);
});
