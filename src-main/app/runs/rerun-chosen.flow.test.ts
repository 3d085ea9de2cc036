/** Some jobs of some rows, asked for something else: whoever plans the rest of their run sends them, and nothing more. */
import { join } from 'node:path';
import type { Run } from '@shared/model/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { MOVED } from '../planning/planner';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';
import { setUpRun } from './run-setup';

const PROMPTS = ['a cat', 'a dog', 'a hen'];
const RECIPE = {
  ...PICTURE_RECIPE,
  models: [
    { provider: 'openai', model: 'm' },
    { provider: 'openai', model: 'n' },
  ],
  variants: 4,
} as const;
const CHANGED = 'A drawing of {{prompt}}';

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

/** Of the first row the first model's third variant, and of the second row the second model's last one. */
async function rerunTwo(): Promise<Run> {
  const { store, importer } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', PROMPTS),
    recipe: { ...RECIPE, models: [...RECIPE.models] },
    options: ONE_AT_A_TIME,
    outputDir: join(library.folder, 'first'),
    mode: 'anew',
  });
  await planned;
  const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 100 });
  expect(jobs).toHaveLength(24);
  const named = [
    { row: 0, model: 'm', variant: 2 },
    { row: 1, model: 'n', variant: 3 },
  ];
  const jobIds = jobs
    .filter((job) =>
      named.some(
        ({ row, model, variant }) => job.row === row && job.model === model && job.variant === variant,
      ),
    )
    .map(({ id }) => id);
  return library.app.rerun({
    runId: run.id,
    which: { kind: 'jobs', jobIds },
    changes: { instruction: CHANGED },
  });
}

async function sent({ id }: Pick<Run, 'id'>): Promise<string[]> {
  await library.app.runs.over(id);
  const { jobs } = await library.app.store.jobs({ runId: id, offset: 0, limit: 100 });
  expect(jobs.map(({ state }) => state)).toEqual(jobs.map(() => 'done'));
  return jobs.map(({ row, model, variant }) => `${row} ${model} ${variant}`);
}

it.each([
  ['was cut off', null],
  ['has lost requests that were to take what lies at hand', MOVED],
])('one whose planning %s goes on with these alone', async (_, digest) => {
  const made = await rerunTwo();
  expect(await sent(made)).toEqual(['0 m 2', '1 n 3']);
  expect(server.requests).toHaveLength(2);
  // As a process leaves it that dies there.
  await library.app.store.setPlannedDigest(made.id, digest);
  await library.reopen();
  await library.app.runs.resume(made.id);
  expect(await sent(made)).toEqual(['0 m 2', '1 n 3']);
  expect(server.requests).toHaveLength(2);
});

it('a command that names a row of it has all jobs of that row, and of no other', async () => {
  const made = await rerunTwo();
  await sent(made);
  const plan = picturePlan(library, {
    source: { kind: 'prompts', prompts: PROMPTS },
    recipe: { ...RECIPE, models: [...RECIPE.models], instruction: CHANGED },
    options: { ...ONE_AT_A_TIME, filterRows: '2' },
    outputDir: made.outputDir,
  });
  expect((await runPlan(library, plan)).end).toMatchObject({
    kind: 'finished',
    run: { counts: { done: 10 } },
  });
  await library.app.runs.resume(made.id);
  expect((await sent(made)).filter((job) => !job.startsWith('2'))).toEqual(['0 m 2', '1 n 3']);
});
