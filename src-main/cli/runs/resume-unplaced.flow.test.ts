/**
 * A picture that came whole before its process died, and whose place is barred: it is told of by its path before its
 * request goes again, and taken for nothing once it has a place.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { libraryId } from '../../app/pictures/library-id';
import { setUpRun } from '../../app/runs/run-setup';
import { openPainterScene, type PainterScene } from '../../app/testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../../app/testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../../app/testing/test-library';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { attemptFor, fileOf } from '../../store/testing/library-fixture';
import { libraryMark, resultName } from '../../temporary-name';
import { ownClient } from '../own-client';
import { recordingSink } from '../testing/fixtures';
import { createVirtualClock } from '../testing/virtual-clock';
import { carryOutRuns } from './carry-out-runs';

const PROMPTS = ['a cat', 'a dog', 'a hen'];
const BYTES = 'bytes of 000000';

let scene: PainterScene;
let server: ScriptedServer;
let library: TestLibrary;
let out = '';
let place = '';
beforeEach(async () => {
  scene = await openPainterScene();
  ({ server, library } = scene);
  out = join(library.folder, 'out');
  place = join(out, '000000.png');
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const client = () => ownClient(library.app, { version: '1', saveTo: () => null });

/** The process died between the note that the first answer is whole and its new name, which a folder has since. */
async function died(): Promise<{ readonly runId: number; readonly part: string }> {
  const { store, importer, paths } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', PROMPTS),
    recipe: PICTURE_RECIPE,
    options: ONE_AT_A_TIME,
    outputDir: out,
    mode: 'anew',
  });
  await planned;
  const [job] = (await store.jobs({ runId: run.id, offset: 0, limit: 1 })).jobs;
  const start = attemptFor(store, { id: job?.id ?? 0, runId: run.id });
  await store.sent([start]);
  const mark = libraryMark(await libraryId(paths.root));
  const part = join(out, resultName({ stem: '000000', mark, attemptId: start.attemptId }));
  await mkdir(join(place, 'x'), { recursive: true });
  await writeFile(part, BYTES);
  await store.received(start.attemptId, fileOf('000000'));
  await library.reopen();
  return { runId: run.id, part };
}

/** As `brushfleet runs resume`; `told`: on standard error. */
async function resumed(
  runId: number,
  unknown: 'resend' | 'keep',
): Promise<{ exitCode: number; told: string }> {
  const err = recordingSink();
  const end = await carryOutRuns(
    {
      runs: {
        client: client(),
        isElsewhere: false,
        isHandedOver: () => false,
        readyKeys: async () => [],
        exportTable: async () => '',
        exportPictures: async () => ({ path: '', sentence: '' }),
        close: async () => undefined,
      },
      json: false,
      streams: { out: recordingSink(), err },
      cwd: library.folder,
      env: {},
      clock: createVirtualClock(),
      onInterrupt: () => () => undefined,
      exitNow: () => undefined,
    },
    { kind: 'resume', runId, terms: { unknown, failed: false, cancelled: false, adopt: false } },
  );
  return { exitCode: end.kind === 'done' ? end.exitCode : -1, told: err.text };
}

const countsOf = async (runId: number) => library.app.store.counts(runId);

it('is named by the command of its folder, and taken once its name is free', async () => {
  const { runId, part } = await died();
  const plan = picturePlan(library, { source: { kind: 'prompts', prompts: PROMPTS }, name: 'animals' });
  const { notes } = await runPlan(library, plan);
  expect(notes.join(' ')).toContain(`is kept in ${part}: --unknown resend would pay for it again`);
  expect(await countsOf(runId)).toMatchObject({ done: 2, unknown: 1 });
  await rm(place, { recursive: true });
  const again = { ...plan, options: { ...ONE_AT_A_TIME, unknown: 'resend' as const } };
  expect((await runPlan(library, again)).notes).toEqual([]);
  expect(await countsOf(runId)).toMatchObject({ done: 3, unknown: 0 });
  expect(await readFile(place, 'utf8')).toBe(BYTES);
  expect(server.requests).toHaveLength(2);
});

it('is named by runs resume before anything unknown goes again', async () => {
  const { runId, part } = await died();
  const kept = await resumed(runId, 'keep');
  expect(kept.told).toContain(`is kept in ${part}: --unknown resend would pay for it again.\n`);
  expect(server.requests).toHaveLength(2);
  const asked: string[] = [];
  server.reply(async () => {
    asked.push(await readFile(part, 'utf8'));
    return scene.picture;
  });
  // The note is no bar: who wants it pays for it once more, and what lies there lies there still.
  expect((await resumed(runId, 'resend')).told).toContain(`is kept in ${part}: `);
  expect(asked).toEqual([BYTES]);
});

it('is taken before runs resume sends what is unknown, once its name is free', async () => {
  const { runId } = await died();
  await rm(place, { recursive: true });
  expect(await resumed(runId, 'resend')).toEqual({
    exitCode: 0,
    told: expect.not.stringContaining('lies in'),
  });
  expect(await countsOf(runId)).toMatchObject({ done: 3, unknown: 0 });
  expect(server.requests).toHaveLength(2);
});

it('is told of to the window, and taken where that sends again once its name is free', async () => {
  const { runId, part } = await died();
  expect(await client().runs.unplaced({ runId })).toEqual({ total: 1, paths: [part] });
  await rm(place, { recursive: true });
  await client().runs.rerun({ runId, which: { kind: 'unknown' } });
  await library.app.runs.over(runId);
  expect(await client().runs.unplaced({ runId })).toEqual({ total: 0, paths: [] });
  expect(await countsOf(runId)).toMatchObject({ done: 3, unknown: 0 });
  expect(server.requests).toHaveLength(2);
  expect(await readFile(place, 'utf8')).toBe(BYTES);
});
