/** Requests with an unknown outcome that go again, while what was asked of them lies at hand, and somebody dies or pauses. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunOptions } from '@shared/model/run';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { attemptFor } from '../../store/testing/library-fixture';
import { openPainterScene, pictureOfPrompt, promptOf } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

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

async function input(rows: readonly string[]): Promise<void> {
  await writeFile(join(library.folder, 'in.csv'), `${['prompt', ...rows].join('\n')}\n`);
}

async function command(options: Partial<RunOptions> = {}): Promise<readonly string[]> {
  const plan = picturePlan(library, {
    source: { kind: 'file', path: join(library.folder, 'in.csv') },
    options: { ...ONE_AT_A_TIME, ...options },
  });
  const { notes } = await runPlan(library, plan);
  return notes;
}

async function jobAt(row: number) {
  const { jobs } = await library.app.store.jobs({ runId: await runId(), offset: row, limit: 1 });
  return { id: jobs[0]?.id ?? 0, fileName: jobs[0]?.result?.fileName ?? '' };
}

/** Sent, and nobody knows what became of it. */
async function lose(row: number): Promise<void> {
  const { store } = library.app;
  const { id, fileName } = await jobAt(row);
  await store.requeue(await runId(), { kind: 'jobs', jobIds: [id] });
  await rm(join(out, fileName));
  await store.sent([attemptFor(store, { id, runId: await runId() })]);
  await library.reopen();
}

const SENT = ['a cat', 'two dogs', 'three hens', 'four pigeons'];

/** In the place of what was lost stands a row by now whose own picture lies at hand. */
async function lostBeforeAnother(): Promise<void> {
  await input(['a cat', 'two dogs', 'three hens']);
  await command();
  await lose(1);
  await input(['four pigeons', 'a cat', 'three hens']);
  await command();
  expect(sent()).toEqual(SENT);
  expect(await counts()).toMatchObject({ done: 2, unknown: 1 });
}

async function expectTaken(): Promise<void> {
  await runs().over(await runId());
  expect(sent()).toEqual(SENT);
  expect(await counts()).toMatchObject({ done: 3, unknown: 0, pending: 0 });
}

/** As if the process had ended once they are pending, and nothing was taken yet. */
async function dyingBeforeItIsTaken(again: () => Promise<unknown>): Promise<void> {
  const spy = vi.spyOn(library.app.store, 'wantedResults').mockRejectedValue(new Error('ended'));
  await again().catch(() => undefined);
  expect(spy).toHaveBeenCalled();
  spy.mockRestore();
  await library.reopen();
  expect(await counts()).toMatchObject({ unknown: 0 });
}

const resend = async () => runs().resume(await runId(), { resendUnknown: true });
const rerun = async () => runs().requeueAndStart(await runId(), { kind: 'unknown' });
const resendingCommand = () => command({ unknown: 'resend' });

it('the command over a file that has not changed takes what lies at hand, and says so', async () => {
  await lostBeforeAnother();
  expect(await resendingCommand()).toContain('One result moved with its row.');
  await expectTaken();
});

it.each([
  ['continued', resend],
  ['sent again', rerun],
  ['of the command', resendingCommand],
])('dead before that, a run that is %s takes it when somebody goes on with it', async (_how, again) => {
  await lostBeforeAnother();
  await dyingBeforeItIsTaken(again);
  await runs().resume(await runId());
  await expectTaken();
});

it('dead before that, a command over rows that move takes it', async () => {
  await lostBeforeAnother();
  await input(['a cat', 'four pigeons', 'three hens']);
  await dyingBeforeItIsTaken(resendingCommand);
  await command();
  await expectTaken();
});

it('dead before that, it is not sent either where somebody tries the failed rows of a cancelled run again', async () => {
  await lostBeforeAnother();
  const { store } = library.app;
  await store.requeue(await runId(), { kind: 'jobs', jobIds: [(await jobAt(2)).id] });
  await runs().cancel(await runId(), false);
  await dyingBeforeItIsTaken(rerun);
  await runs().requeueAndStart(await runId(), { kind: 'failed' });
  await runs().over(await runId());
  expect(sent()).toEqual(SENT);
  expect(await counts()).toMatchObject({ done: 2, cancelled: 1, unknown: 0, pending: 0 });
});

it.each([
  ['continued', 'requeue', resend],
  ['continued', 'wantedResults', resend],
  ['sent again', 'requeue', rerun],
  ['sent again', 'wantedResults', rerun],
  ['of the command', 'requeue', resendingCommand],
  ['of the command', 'wantedResults', resendingCommand],
] as const)(
  'paused meanwhile, a run that is %s sends nothing, and takes it later: at %s',
  async (_how, step, again) => {
    await lostBeforeAnother();
    const id = await runId();
    const { store } = library.app;
    const real: (...asked: never[]) => Promise<unknown> = store[step].bind(store);
    let paused: Promise<unknown> | undefined;
    const spy = vi.spyOn(store, step).mockImplementation(((...asked: never[]) => {
      paused ??= runs().stop(id);
      return real(...asked);
    }) as never);
    await again();
    expect(await paused).toMatchObject({ state: { kind: 'paused' } });
    spy.mockRestore();
    await runs().over(id);
    expect(sent()).toEqual(SENT);
    expect(await runs().found(id)).toMatchObject({ state: { kind: 'paused' } });
    await runs().resume(id);
    await expectTaken();
  },
);

it('what is asked for while others are about to go again stops none of them', async () => {
  await input(['a cat', 'two dogs', 'three hens']);
  await command();
  const { store } = library.app;
  const [first, second] = [await jobAt(0), await jobAt(1)];
  const planned = store.plannedDigest.bind(store);
  const requeued = vi.spyOn(store, 'requeue');
  let other: Promise<unknown> | undefined;
  vi.spyOn(store, 'plannedDigest').mockImplementation((id) => {
    if (requeued.mock.calls.length > 0) {
      other ??= runs().rerunJob(second.id);
    }
    return planned(id);
  });
  await runs().rerunJob(first.id);
  await other;
  await runs().over(await runId());
  expect(sent().toSorted()).toEqual(['a cat', 'a cat', 'three hens', 'two dogs', 'two dogs']);
  expect(await counts()).toMatchObject({ done: 3, pending: 0 });
});
