/**
 * A picture that arrives while the library or its folder does not take it: it is kept, placed once they do, and asked
 * for no second time, also by the next start of the program.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { json, type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { png } from '../../providers/testing/calls';
import { setUpRun } from '../runs/run-setup';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

const PRLIMIT = '/usr/bin/prlimit';
const PROMPTS = ['a cat', 'a dog', 'a hen'];
const PICTURE = json({ created: 1, data: [{ b64_json: png(5).toString('base64') }] });

const canLimit = existsSync(PRLIMIT);

/** No file grows beyond it; its hard limit stays, or it could not be lifted again. */
const limitFiles = (bytes: string): void =>
  void execFileSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:`]);

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
let release: () => void = () => undefined;
beforeEach(async () => {
  server = await startScriptedServer();
  library = await openTestLibrary();
  out = join(library.folder, 'out');
  server.reply(
    () =>
      new Promise((resolve) => {
        release = () => {
          // Its slot is free before its folder has refused it: others may have left by then, and are kept as well.
          server.reply(PICTURE);
          resolve(PICTURE);
        };
      }),
  );
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  await addTestKeys(library.app, 'e', 'sk-first-key-0001');
});
afterEach(async () => {
  if (canLimit) {
    limitFiles('unlimited');
  }
  await library.remove();
  await server.close();
});

/** The first of its requests is on its way. */
async function begin(): Promise<number> {
  const { store, importer, runs } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', PROMPTS),
    recipe: PICTURE_RECIPE,
    options: ONE_AT_A_TIME,
    outputDir: out,
    mode: 'anew',
  });
  await runs.start(run, { planned });
  await expect.poll(() => server.requests.length).toBe(1);
  return run.id;
}

async function paused(runId: number) {
  const { runs } = library.app;
  await runs.over(runId);
  return runs.view(await runs.found(runId));
}

const doneOf = async (runId: number): Promise<number> => (await library.app.store.counts(runId)).done;

async function goesOn(runId: number): Promise<void> {
  const { runs, store } = library.app;
  await runs.resume(runId);
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ done: 3, sent: 0, unknown: 0 });
  expect(server.requests).toHaveLength(3);
  expect((await readdir(out)).filter((name) => /\.(?:png|part)$/.test(name)).toSorted()).toEqual([
    '000000.png',
    '000001.png',
    '000002.png',
  ]);
}

/** The program died while the folder was gone; it is there again, and empty. */
async function keptElsewhere(): Promise<number> {
  const runId = await begin();
  await rename(out, `${out}-away`);
  release();
  await paused(runId);
  await library.reopen();
  await mkdir(out);
  return runId;
}

it.runIf(canLimit)(
  'waits beside its place while the library is full',
  async () => {
    const runId = await begin();
    // More than the picture has, and less than the database.
    limitFiles('20000');
    release();
    const { state, counts } = await paused(runId);
    expect(state).toMatchObject({ kind: 'paused', failure: 'storage' });
    expect(counts).toMatchObject({ sent: server.requests.length, done: 0, pending: 3 - counts.sent });
    expect((await readdir(out)).filter((name) => name.endsWith('.whole.part'))).toHaveLength(counts.sent);
    limitFiles('unlimited');
    await expect.poll(() => doneOf(runId)).toBe(counts.sent);
    expect(await readFile(join(out, '000000.png'))).toEqual(png(5));
    await goesOn(runId);
  },
  60_000,
);

it('waits in the library while its folder is gone', async () => {
  const { spare } = library.app.paths;
  const runId = await begin();
  await rename(out, `${out}-away`);
  release();
  const { state, counts } = await paused(runId);
  expect(state).toMatchObject({
    kind: 'paused',
    failure: 'storage',
    reason: expect.stringContaining(
      `Cannot save in ${out}: the folder is gone; bring it back, then resume the run. The picture is kept in ${spare}`,
    ),
  });
  expect(counts).toMatchObject({ sent: server.requests.length, done: 0, pending: 3 - counts.sent });
  expect(await readdir(spare)).toHaveLength(counts.sent);
  await rename(`${out}-away`, out);
  await expect.poll(() => doneOf(runId)).toBe(counts.sent);
  await expect.poll(() => readdir(spare)).toEqual([]);
  await goesOn(runId);
});

it('is found by the next start', async () => {
  const runId = await begin();
  await rename(out, `${out}-away`);
  release();
  const { counts } = await paused(runId);
  await library.reopen();
  expect(await library.app.store.counts(runId)).toMatchObject({ unknown: counts.sent, done: 0 });
  await rename(`${out}-away`, out);
  await library.reopen();
  expect(await doneOf(runId)).toBe(counts.sent);
  expect(await readFile(join(out, '000000.png'))).toEqual(png(5));
  expect(await readdir(library.app.paths.spare)).toEqual([]);
  await goesOn(runId);
});

it('is found before what is unknown is sent again', async () => {
  const runId = await keptElsewhere();
  const { runs } = library.app;
  await runs.resume(runId, { resendUnknown: true });
  await runs.over(runId);
  expect(await doneOf(runId)).toBe(3);
  expect(server.requests).toHaveLength(3);
});

it.each(['asked again', 'made again', 'made otherwise'] as const)(
  'is found before its job is %s',
  async (how) => {
    const runId = await keptElsewhere();
    const { runs, versions, store } = library.app;
    const [job] = (await store.jobs({ runId, offset: 0, limit: 1, state: 'unknown' })).jobs;
    const jobId = job?.id ?? 0;
    const asked = server.requests.length;
    await (how === 'asked again'
      ? runs.rerunJob(jobId)
      : versions.rerun(jobId, how === 'made again' ? undefined : 'A cat with a hat'));
    await runs.over(runId);
    expect(await store.job(jobId)).toMatchObject({ state: 'done' });
    expect(server.requests).toHaveLength(how === 'made otherwise' ? asked + 1 : asked);
    expect(await store.versions(jobId)).toHaveLength(how === 'made otherwise' ? 2 : 1);
  },
  60_000,
);

it('is found before a command line goes on in its folder', async () => {
  await keptElsewhere();
  const plan = picturePlan(library, {
    source: { kind: 'prompts', prompts: PROMPTS },
    options: { ...ONE_AT_A_TIME, unknown: 'resend' },
  });
  const { end } = await runPlan(library, plan);
  expect(end).toMatchObject({ kind: 'finished', run: { counts: { done: 3 } } });
  expect(server.requests).toHaveLength(3);
});
