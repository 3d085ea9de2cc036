/** Tables that no run of this library wrote: a run that is about to replace them keeps them, and says so. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import type { FolderPlan } from '../runs/folder-plan';
import { openPainterScene, type PainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import {
  addTestKeys,
  ONE_AT_A_TIME,
  openTestLibrary,
  testEndpoint,
  type TestLibrary,
} from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let picture: PainterScene['picture'];
let out: string;
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
  out = join(library.folder, 'out');
  await mkdir(out);
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

/** What it told. */
async function command(given: Partial<FolderPlan> = {}, of = library): Promise<readonly string[]> {
  const { end, notes } = await ended(given, of);
  expect(end).toMatchObject({ kind: 'finished', run: { state: { kind: 'finished' } } });
  return notes;
}

function ended(given: Partial<FolderPlan>, of: TestLibrary) {
  const source = { kind: 'prompts', prompts: ['a cat', 'a dog'] } as const;
  return runPlan(of, picturePlan(library, { source, ...given }));
}

async function openOther(): Promise<TestLibrary> {
  const other = await openTestLibrary();
  await other.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  await addTestKeys(other.app, 'e', 'sk-first-key-0001');
  return other;
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
  const other = await openOther();
  try {
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

it('of another library that are named are kept, by a run that is gone on with; what this library wrote is not', async () => {
  const other = await openOther();
  try {
    const theirOut = join(other.folder, 'theirs');
    await command({ outputDir: theirOut }, other);
    const outputCsv = join(theirOut, 'results.csv');
    const theirs = await readFile(outputCsv, 'utf8');
    await command({ options: { ...ONE_AT_A_TIME, filterRows: '0' } });
    expect(await command({ outputCsv })).toEqual([note(outputCsv, 'results.before-1.csv')]);
    expect(await readFile(join(theirOut, 'results.before-1.csv'), 'utf8')).toBe(theirs);
    expect(await command({ outputCsv })).toEqual([]);
    // Also where an earlier version of the program wrote it.
    const { store } = library.app;
    const mark = (await store.namedTable(out, outputCsv))?.replace(/^\d+/, '0') ?? '';
    await store.setNamedTable((await store.runAt(out))?.id ?? 0, { path: outputCsv, mark });
    expect(await command({ outputCsv })).toEqual([]);
    // Also where it is sent anew, and by its name in the folder itself.
    expect(await command({ outputCsv, resume: false })).toEqual([]);
    expect(await command({ outputCsv: join(out, 'results.csv') })).toEqual([]);
    expect((await readdir(theirOut)).filter((name) => name.endsWith('.csv')).toSorted()).toEqual([
      'results.before-1.csv',
      'results.csv',
    ]);
  } finally {
    await other.remove();
  }
});

it('of a run of another library that begins after the folder was looked into stay where they are', async () => {
  const other = await openOther();
  // Something to be looked at, row by row.
  await writeFile(join(out, 'zzz.png'), 'no picture');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  server.reply(async () => {
    await (server.requests.length > 1 ? released : undefined);
    return picture;
  });
  let first: ReturnType<typeof ended> | undefined;
  const rows = other.app.store.rows.bind(other.app.store);
  const looked = vi.spyOn(other.app.store, 'rows').mockImplementation(async (...asked) => {
    // Behind the last row: no picture is looked for any more.
    if (asked[1] > 0) {
      first ??= ended({}, library);
      await expect.poll(() => textOf('results.jsonl').catch(() => '')).toContain('a cat');
    }
    return rows(...asked);
  });
  try {
    const { end } = await ended({}, other);
    expect(end).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('Another run writes into'),
    });
    expect(await tables()).toEqual(['results.jsonl']);
    release();
    expect(await first).toMatchObject({ end: { run: { state: { kind: 'finished' } } } });
    expect(await tables()).toEqual(['results.csv', 'results.jsonl']);
  } finally {
    looked.mockRestore();
    release();
    await other.remove();
  }
});
