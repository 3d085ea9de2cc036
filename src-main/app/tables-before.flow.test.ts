/** Tables that no run of this library wrote: a run that is about to replace them keeps them, and says so. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../providers/testing/scripted-server';
import type { FolderPlan } from './folder-plan';
import { FolderRun } from './folder-run';
import { openPainterScene } from './testing/painter-scene';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  testEndpoint,
  type TestLibrary,
} from './testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let out: string;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  out = join(library.folder, 'out');
  await mkdir(out);
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

/** What it told. */
async function command(given: Partial<FolderPlan> = {}, of = library): Promise<readonly string[]> {
  const notes: string[] = [];
  const end = await new FolderRun(of.app).run(
    {
      name: 'animals',
      task: 't2i',
      source: { kind: 'prompts', prompts: ['a cat', 'a dog'] },
      recipe: {
        task: 't2i',
        models: [{ provider: 'openai', model: 'm' }],
        instruction: '{{prompt}}',
        imageColumns: [],
        variants: 1,
      },
      options: ONE_AT_A_TIME,
      outputDir: out,
      resume: true,
      adopt: false,
      ...given,
    },
    { onNote: (note) => notes.push(note), onProgress: () => undefined, onJob: () => undefined },
  );
  expect(end).toMatchObject({ kind: 'finished', run: { state: { kind: 'finished' } } });
  return notes;
}

const note = (path: string, as: string): string =>
  `${path} was there before, and is not of this run: it is kept, as ${as}.`;
const textOf = (name: string): Promise<string> => readFile(join(out, name), 'utf8');
const tables = async (): Promise<string[]> =>
  (await readdir(out)).filter((name) => !name.endsWith('.png')).toSorted();

it('of a folder are kept once; what this library wrote there is replaced', async () => {
  await writeFile(join(out, 'results.csv'), 'prompt\nof somebody\n');
  await writeFile(join(out, 'results.jsonl'), '{"prompt":"of somebody"}\n');
  await writeFile(join(out, 'results.before-1.csv'), 'of an earlier time');
  expect(await command()).toEqual([
    note(join(out, 'results.csv'), 'results.before-2.csv'),
    note(join(out, 'results.jsonl'), 'results.before-1.jsonl'),
  ]);
  expect(await textOf('results.before-2.csv')).toBe('prompt\nof somebody\n');
  expect(await textOf('results.before-1.jsonl')).toBe('{"prompt":"of somebody"}\n');
  expect((await textOf('results.jsonl')).split('\n')).toHaveLength(3);
  const kept = ['results.before-1.csv', 'results.before-1.jsonl', 'results.before-2.csv'];
  const all = [...kept, 'results.csv', 'results.jsonl'];
  expect(await tables()).toEqual(all);
  expect(await command()).toEqual([]);
  expect(await command({ resume: false })).toEqual([]);
  expect(await tables()).toEqual(all);
});

it('of another library are kept, also where that has written other rows of the same file', async () => {
  const other = await openTestLibrary();
  try {
    await other.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
    await addTestKeys(other.app, 'e', 'sk-first-key-0001');
    await command({ options: { ...ONE_AT_A_TIME, filterRows: '0' } }, other);
    const theirs = await textOf('results.csv');
    expect(await command({ options: { ...ONE_AT_A_TIME, filterRows: '1' } })).toHaveLength(2);
    expect(await textOf('results.before-1.csv')).toBe(theirs);
  } finally {
    await other.remove();
  }
});

it('that are named are kept, also by a run that is gone on with; its own table is not', async () => {
  const outputCsv = join(library.folder, 'precious.txt');
  await writeFile(outputCsv, 'precious');
  await writeFile(join(out, 'results.csv'), 'of somebody');
  expect(await command({ outputCsv })).toEqual([
    note(join(out, 'results.csv'), 'results.before-1.csv'),
    note(outputCsv, 'precious.before-1.txt'),
  ]);
  expect(await readFile(join(library.folder, 'precious.before-1.txt'), 'utf8')).toBe('precious');
  expect(await textOf('results.before-1.csv')).toBe('of somebody');
  expect(await command({ outputCsv })).toEqual([]);
  await writeFile(outputCsv, 'more');
  expect(await command({ outputCsv })).toEqual([note(outputCsv, 'precious.before-2.txt')]);
  expect(await readFile(outputCsv, 'utf8')).toContain('a cat');
});

it('that are empty, or links to a file elsewhere, are nothing to keep', async () => {
  const elsewhere = join(library.folder, 'elsewhere.csv');
  await writeFile(elsewhere, 'of somebody');
  await symlink(elsewhere, join(out, 'results.csv'));
  await writeFile(join(out, 'results.jsonl'), '');
  expect(await command()).toEqual([]);
  expect(await readFile(elsewhere, 'utf8')).toBe('of somebody');
  expect(await tables()).toEqual(['results.csv', 'results.jsonl']);
});
