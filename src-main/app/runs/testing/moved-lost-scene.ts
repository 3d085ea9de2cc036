/** Commands over a file whose rows move between them, cut off in between; for tests of what goes along. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { ScriptedServer } from '../../../providers/testing/scripted-server';
import { openPainterScene, pictureAnswer, promptOf } from '../../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../../testing/picture-plan';
import { expectTable } from '../../testing/results-table';
import { ONE_AT_A_TIME, type TestLibrary } from '../../testing/test-library';

/** Each of another length. */
export const prompt = (number: number): string => 'cat'.padEnd(3 + number, 's');
export const prompts = (...numbers: readonly number[]): string[] => numbers.map(prompt);

export const ALONG = (count: number): string =>
  count === 1
    ? 'One request with an unknown outcome moved with its row: it may have been charged, and is not sent again unless you give --unknown resend.'
    : `${count} requests with an unknown outcome moved with their rows: they may have been charged, and are not sent again unless you give --unknown resend.`;
export const ELSEWHERE =
  'One request with an unknown outcome may have been charged: another row is in its place now, which is not sent ' +
  'unless you give --unknown resend.';

export interface How extends Partial<RunOptions> {
  readonly recipe?: Recipe;
}

/** A fresh library before each test. */
export function movedLostScene() {
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

  return {
    get server() {
      return server;
    },
    get library() {
      return library;
    },
    get out() {
      return out;
    },
    /** Requests with these prompts get no answer from now on. */
    hang(asked: readonly string[]): void {
      hanging = new Set(asked);
    },
    sent,
    command,
    theRun,
    runId,
    counts,
    jobsOf,
    lostRows,
    cutOff,
    expectDone,
    expectResent,
  };
}
