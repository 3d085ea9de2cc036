/** Answers that a library no longer knows of, with real stores: one that went on, and its copy that is restored. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredDataset, StoredRun } from '../../store/store';
import { attemptFor, DRIVERS, type Library, temporaryLibrary } from '../../store/testing/library-fixture';
import { writeAnswers } from '../tables/answers-file';
import { setUpRun } from '../runs/run-setup';
import { refuseUnrecorded } from './unrecorded-output';

const RECIPE: Recipe = {
  task: 'text',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
  text: { system: '', generation: {}, answer: { kind: 'text' } },
};
const OPTIONS: RunOptions = {
  filterRows: '',
  concurrency: 1,
  workers: 1,
  maxRetries: 0,
  retryDelayMs: 0,
  allowPrivateUrls: false,
};
const REFUSED = 'that this library has no record of, and answers of a table cannot be counted as done. ';

interface Scene {
  readonly library: Library;
  readonly store: Store;
  readonly dataset: StoredDataset;
  readonly run: StoredRun;
}

describe.each(DRIVERS)('answers without a record, on %s', (driver) => {
  let folder = '';
  let path = '';
  const libraries: Library[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brushfleet-answers-'));
    path = join(folder, 'ans.jsonl');
  });
  afterEach(async () => {
    await Promise.all(libraries.splice(0).map((library) => library.remove()));
    await rm(folder, { recursive: true, force: true });
  });

  /** Rows with these numbers, the first `done` of them answered. */
  async function scene(indexes: readonly number[], done: number): Promise<Scene> {
    const library = temporaryLibrary(driver);
    libraries.push(library);
    const store = await library.open();
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    await store.addRows(
      created.id,
      indexes.map((index, row) => ({ row, index, fields: { prompt: `of ${row}` } })),
    );
    const dataset = await store.finishDataset(created.id, ['prompt'], []);
    const run = await begun({ store, dataset }, 'anew');
    for (let job = 0; job < done; job += 1) {
      await answerNext(store, run.id);
    }
    return { library, store, dataset, run };
  }

  async function begun(
    { store, dataset }: Pick<Scene, 'store' | 'dataset'>,
    mode: 'anew' | 'resume',
  ): Promise<StoredRun> {
    const outputDir = `${path}.run`;
    const request = { name: 'n', dataset, recipe: RECIPE, options: OPTIONS, outputDir, mode };
    const { run, planned } = await setUpRun(store, request);
    await planned;
    await store.setAnswersFile(run.id, path);
    return run;
  }

  async function answerNext(store: Store, runId: number): Promise<void> {
    const [job] = await store.pending(runId, 0, 1);
    const start = attemptFor(store, job ?? { id: 0, runId });
    await store.sent([start]);
    await store.ended({
      attemptId: start.attemptId,
      jobId: start.jobId,
      runId,
      endedAt: 3500,
      bodySentAt: 1200,
      tookMs: 2500,
      outcome: {
        kind: 'text',
        answer: { text: 'a', mimeType: 'text/plain', finish: 'STOP' },
        usage: {},
        costUsd: 0.002,
      },
      next: { kind: 'done' },
    });
  }

  const write = ({ store, run, dataset }: Scene) => writeAnswers(store, { run, dataset, path });

  it('stop the run, with their number', async () => {
    await write(await scene([0, 1, 2, 3], 3));
    const restored = await scene([0, 1, 2, 3], 1);
    await expect(begun(restored, 'resume')).rejects.toThrow(
      `${path} holds 2 answers ${REFUSED}Choose another --output, or send everything again with --no_resume.`,
    );
    await answerNext(restored.store, restored.run.id);
    await expect(begun(restored, 'resume')).rejects.toThrow(`${path} holds one answer ${REFUSED}`);
    await answerNext(restored.store, restored.run.id);
    await begun(restored, 'resume');
  });

  it('stop it before anything is changed, also where its rows have moved', async () => {
    await write(await scene([0, 1, 2, 3], 4));
    const restored = await scene([0, 1, 2, 3], 2);
    const { store, run } = restored;
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    const prompts = ['in front', 'of 0', 'of 1', 'of 2', 'of 3'];
    await store.addRows(
      created.id,
      prompts.map((prompt, row) => ({ row, index: row, fields: { prompt } })),
    );
    const moved = await store.finishDataset(created.id, ['prompt'], []);
    const before = await store.run(run.id);
    await expect(begun({ store, dataset: moved }, 'resume')).rejects.toThrow(
      `${path} holds 2 answers ${REFUSED}`,
    );
    expect(await store.run(run.id)).toEqual(before);
    expect(before?.counts).toMatchObject({ done: 2, pending: 2 });
    // Taken back, nothing of what is done goes again.
    await answerNext(store, run.id);
    await answerNext(store, run.id);
    await begun(restored, 'resume');
    expect(await store.counts(run.id)).toMatchObject({ done: 4, pending: 0 });
  });

  it('are found of a run whose rows were not all planned, and who continues it is told another way out', async () => {
    const { store, run } = await (async () => {
      await write(await scene([0, 1, 2, 3], 3));
      return scene([0, 1, 2, 3], 1);
    })();
    await store.setPlannedDigest(run.id, null);
    await expect(refuseUnrecorded(store, (await store.run(run.id)) ?? run, 'resume')).rejects.toThrow(
      `${path} holds 2 answers ${REFUSED}Move that file elsewhere to have them asked again.`,
    );
  });

  it('are none where the run has what the file has, though rows share a number', async () => {
    const here = await scene([5, 5, 5], 1);
    await write(here);
    await begun(here, 'resume');
    await write(await scene([5, 5, 5], 2));
    await expect(begun(here, 'resume')).rejects.toThrow(`${path} holds one answer ${REFUSED}`);
  });

  it('are none where the file is gone, or its lines are cut off or say that there is no answer', async () => {
    const here = await scene([0, 1], 0);
    await begun(here, 'resume');
    await write(here);
    await begun(here, 'resume');
    await write(await scene([0, 1], 1));
    await writeFile(path, (await readFile(path)).subarray(0, 40));
    await begun(here, 'resume');
  });

  it('are none where a run that this one replaced gave them', async () => {
    const here = await scene([0, 1, 2], 3);
    await write(here);
    const run = await begun(here, 'anew');
    await answerNext(here.store, run.id);
    // Its process was killed: the file is still the one of the run before.
    await begun(here, 'resume');
  });
});
