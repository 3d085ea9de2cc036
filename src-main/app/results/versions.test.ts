/** Results done again in place, over a real socket, and what is left when the process dies at any step of it. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe, Run } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSha256 } from '../../images/file-sha256';
import { type ScriptedServer, startScriptedServer } from '../../providers/testing/scripted-server';
import { keepVersions, type VersionSource } from './keep-versions';
import { setUpRun } from '../runs/run-setup';
import { pictureAnswer } from '../testing/painter-scene';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  type TestLibrary,
  testEndpoint,
} from '../testing/test-library';

const RECIPE: Recipe = {
  task: 't2i',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: 'draw {{prompt}}',
  imageColumns: [],
  variants: 1,
};

let server: ScriptedServer;
let library: TestLibrary;
let prompts: string[];
beforeEach(async () => {
  prompts = [];
  server = await startScriptedServer();
  library = await openTestLibrary();
  // Each answer is another picture: a result that is lost cannot be mistaken for its successor.
  server.reply(async (request) => {
    prompts.push((JSON.parse(request.body.toString()) as { prompt: string }).prompt);
    return pictureAnswer(8 + prompts.length);
  });
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  await addTestKeys(library.app, 'e', 'sk-first-key-0001');
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const out = (...names: readonly string[]): string => join(library.folder, 'out', ...names);

async function begin(canary?: number): Promise<Run> {
  const { store, importer, runs } = library.app;
  const { run, planned } = await setUpRun(store, {
    name: 'animals',
    dataset: await importer.prompts('animals', ['a cat', 'a dog']),
    recipe: RECIPE,
    options: { ...ONE_AT_A_TIME, ...(canary === undefined ? {} : { canary }) },
    outputDir: out(),
    mode: 'anew',
  });
  const started = await runs.start(run, { planned });
  await runs.over(started.id);
  expect(await runs.view(await runs.found(started.id))).toMatchObject({ failures: {} });
  return started;
}

async function jobOf(run: Run, row = 0) {
  const { jobs } = await library.app.store.jobs({ runId: run.id, offset: row, limit: 1 });
  const [job] = jobs;
  if (job === undefined) {
    throw new Error('no such job');
  }
  return job;
}

async function rerun(run: Run, instruction?: string): Promise<void> {
  const { id } = await jobOf(run);
  await library.app.versions.rerun(id, instruction);
  await library.app.runs.over(run.id);
}

/** Whatever happened: each result that the library knows of a job stands whole under the name it knows. */
async function expectWhole(jobId: number, count: number): Promise<void> {
  const versions = await library.app.store.versions(jobId);
  expect(versions).toHaveLength(count);
  for (const { result } of versions) {
    expect(await fileSha256(out(result.fileName))).toBe(result.sha256);
  }
}

describe('a rerun in place', () => {
  it('sends what this job alone is asked, in the same run, and keeps the old result with its verdict', async () => {
    const run = await begin();
    const { app } = library;
    const before = await jobOf(run);
    await app.store.setReview(before.id, before.resultId ?? 0, {
      verdict: 'rejected',
      reasons: ['Artifacts'],
      note: '',
    });
    await rerun(run, 'draw a blue {{cat}}');
    // Word for word: what looks like a column is none.
    expect(prompts).toEqual(['draw a cat', 'draw a dog', 'draw a blue {{cat}}']);
    const after = await jobOf(run);
    expect(after).toMatchObject({ state: 'done', instruction: 'draw a blue {{cat}}', review: null });
    expect(after.result).toMatchObject({ fileName: before.result?.fileName, width: 11 });
    expect(await app.versions.list(before.id)).toMatchObject([
      { isCurrent: true, instruction: 'draw a blue {{cat}}', width: 11 },
      {
        isCurrent: false,
        resultId: before.resultId,
        instruction: 'draw a cat',
        review: { verdict: 'rejected' },
        width: 9,
      },
    ]);
    expect((await readdir(out())).filter((name) => name.endsWith('.png')).sort()).toEqual([
      '000000.png',
      '000000.v1.png',
      '000001.png',
    ]);
    await expectWhole(before.id, 2);
    expect(await readFile(out('results.csv'), 'utf8')).toContain('draw a blue {{cat}}');
    expect((await app.runs.list()).length).toBe(1);
  });

  it('is what a plain rerun is, too, and a resume does not undo it', async () => {
    const run = await begin();
    await rerun(run, 'draw a fox');
    await rerun(run);
    expect(prompts.slice(2)).toEqual(['draw a fox', 'draw a fox']);
    await library.app.runs.resume(run.id);
    await library.app.runs.over(run.id);
    expect(prompts).toHaveLength(4);
    await expectWhole((await jobOf(run)).id, 3);
    // The run's own words again are no words of the job's own.
    await rerun(run, 'draw a cat');
    expect((await jobOf(run)).instruction).toBeNull();
  });

  it('leaves a paused run paused: nothing but the job is sent', async () => {
    const run = await begin(1);
    expect(prompts).toEqual(['draw a cat']);
    await rerun(run, 'draw a fox');
    expect(prompts).toEqual(['draw a cat', 'draw a fox']);
    expect((await library.app.runs.found(run.id)).counts).toMatchObject({ done: 1, pending: 1 });
  });

  it('refuses an empty instruction', async () => {
    const { id } = await jobOf(await begin());
    await expect(library.app.versions.rerun(id, '  ')).rejects.toMatchObject({ field: 'instruction' });
    expect(prompts).toHaveLength(2);
  });
});

describe('a version that is taken back', () => {
  it('has the name, the verdict and the instruction of the present one, which stays; and back again', async () => {
    const run = await begin();
    const { app } = library;
    const { id, resultId: first = 0 } = await jobOf(run);
    await app.store.setReview(id, first, { verdict: 'accepted', reasons: [], note: '' });
    await rerun(run, 'draw a fox');
    const { resultId: second = 0 } = await jobOf(run);
    await app.versions.takeBack(id, first);
    expect(await jobOf(run)).toMatchObject({
      resultId: first,
      instruction: null,
      verdict: 'accepted',
      result: { fileName: '000000.png' },
    });
    await expectWhole(id, 2);
    await app.versions.takeBack(id, second);
    expect(await jobOf(run)).toMatchObject({ resultId: second, instruction: 'draw a fox', review: null });
    await expectWhole(id, 2);
    await expect.poll(() => readFile(out('results.csv'), 'utf8')).toContain('draw a fox');
  });

  it('is refused when its file is gone', async () => {
    const run = await begin();
    const { id, resultId: first = 0 } = await jobOf(run);
    await rerun(run);
    await rm(out('000000.v1.png'));
    await expect(library.app.versions.takeBack(id, first)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await jobOf(run)).resultId).not.toBe(first);
  });
});

describe('a process that dies', () => {
  class Killed extends Error {}

  /** The store as far as `point`; from there on nothing reaches it. */
  function dyingAt(point: 'before the note' | 'after the note'): VersionSource {
    const { store } = library.app;
    return {
      jobIds: store.jobIds,
      jobsById: store.jobsById,
      rowsAt: store.rowsAt,
      versions: store.versions,
      takenStems: store.takenStems,
      movedResults: async (moved) => {
        if (point === 'after the note') {
          await store.movedResults(moved);
        }
        throw new Killed();
      },
    };
  }

  it.each(['before the note', 'after the note'] as const)(
    'loses nothing, and the next try goes on: %s of the new name',
    async (point) => {
      const run = await begin();
      const { id } = await jobOf(run);
      const stored = await library.app.runs.found(run.id);
      await expect(
        keepVersions(dyingAt(point), stored, { kind: 'jobs', jobIds: [id] }),
      ).rejects.toBeInstanceOf(Killed);
      await expectWhole(id, 1);
      await library.reopen();
      await expectWhole(id, 1);
      await library.app.runs.resume(run.id);
      await library.app.runs.over(run.id);
      // What is done is believed: nothing was sent again.
      expect(prompts).toHaveLength(2);
      await rerun(run, 'draw a fox');
      await expectWhole(id, 2);
      expect(await readdir(out())).not.toContain('000000.v2.png');
    },
  );

  it('with the job already waiting: the old result is a version, the job is sent once', async () => {
    const run = await begin();
    const { id, resultId: first = 0 } = await jobOf(run);
    const stored = await library.app.runs.found(run.id);
    await keepVersions(library.app.store, stored, { kind: 'jobs', jobIds: [id] });
    await library.app.store.requeueWith(id, 'draw a fox');
    await library.reopen();
    await expectWhole(id, 1);
    await library.app.runs.resume(run.id);
    await library.app.runs.over(run.id);
    expect(prompts.slice(2)).toEqual(['draw a fox']);
    await expectWhole(id, 2);
    await library.app.versions.takeBack(id, first);
    expect((await jobOf(run)).resultId).toBe(first);
  });

  it('never lets a version stand in the way of, or be taken for, a file of somebody else', async () => {
    const run = await begin();
    await writeFile(out('000000.v1.png'), 'of another program');
    await rerun(run);
    expect(await readFile(out('000000.v1.png'), 'utf8')).toBe('of another program');
    await expectWhole((await jobOf(run)).id, 2);
    expect(await readdir(out())).toContain('000000.v2.png');
  });
});
