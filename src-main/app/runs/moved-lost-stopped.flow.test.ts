/**
 * What may have been charged and moved with its row, where more happens than the same command again: an answer found whole,
 * a process that dies or is paused while rows move, a rerun from the window.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../../store/store';
import { spareName } from '../results/found-whole';
import { ALONG, movedLostScene, prompt, prompts } from './testing/moved-lost-scene';

const scene = movedLostScene();
const { sent, command, runId, counts, jobsOf, lostRows, cutOff, expectDone, expectResent } = scene;

describe('an answer that lies whole after all, and found no place in its folder', () => {
  const inTheWay = (): string => join(scene.out, '000001.png');
  /** Of the second of three. */
  async function leaveWhole(): Promise<number> {
    const [, second] = await jobsOf();
    const attempts = await scene.library.app.store.attempts(second?.id ?? 0);
    const create = { width: prompt(2).length, height: 4, channels: 3, background: 'red' } as const;
    const { spare } = scene.library.app.paths;
    await mkdir(spare, { recursive: true });
    await writeFile(
      join(spare, spareName(attempts.at(-1)?.id ?? 0)),
      await sharp({ create }).png().toBuffer(),
    );
    await mkdir(join(inTheWay(), 'x'), { recursive: true });
    await scene.library.reopen();
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
    expect(await readdir(scene.library.app.paths.spare)).toEqual([]);
    expect((await jobsOf())[2]?.result?.fileName).toBe('000002.png');
  });

  it('waits while another row is in its place, and is there when its own is back', async () => {
    await cutOffBefore();
    await command(prompts(1, 8, 3));
    await rm(inTheWay(), { recursive: true });
    await command(prompts(1, 8, 3));
    await scene.library.reopen();
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
    dieAt(scene.library.app.store, step, when);
    await expect(command(AFTER)).rejects.toThrow('died');
    vi.restoreAllMocks();
    await scene.library.reopen();
    if (next === 'window') {
      await scene.library.app.runs.resume(await runId());
      await scene.library.app.runs.over(await runId());
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
    await rm(join(scene.library.folder, 'rows.csv'));
  });
});

it.each(['planJobs', 'wantedResults', 'lostAlong'] as const)(
  'paused at %s, sends nothing, and goes on as if nobody had paused it',
  async (step) => {
    await cutOff(prompts(1, 2, 3), prompts(2, 3));
    const { store, runs } = scene.library.app;
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
  await scene.library.app.runs.rerunJob(lost);
  await scene.library.app.runs.over(await runId());
  expect(sent()).toEqual(prompts(2));
  await command(prompts(9, 1, 2, 3));
  await expectDone(prompts(9, 1, 2, 3));
});

it('asks for what its own row says where somebody has it sent again while the rows are moving', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  const { store, runs, versions } = scene.library.app;
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
