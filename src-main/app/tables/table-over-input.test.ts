import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import type { FolderPlan } from '../runs/folder-plan';
import { openPainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import type { TestLibrary } from '../testing/test-library';

const ROWS = 'prompt,mine\na cat,1\na dog,2\n';

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

function plan(path: string, outputCsv?: string): FolderPlan {
  return picturePlan(library, {
    source: { kind: 'file', path },
    ...(outputCsv === undefined ? {} : { outputCsv }),
  });
}

it.each([
  ['results.csv of its own output folder', async () => plan(await written(join(out, 'results.csv')))],
  ['results.csv by a link', async () => plan(await linked(await written(join(out, 'results.csv'))))],
  [
    'the table that is asked for',
    async () => {
      const path = await written(join(library.folder, 'rows.csv'));
      await link(path, join(library.folder, 'table.csv'));
      return plan(path, join(library.folder, 'table.csv'));
    },
  ],
])('is refused before anything is sent: %s', async (_which, planned) => {
  const asked = await planned();
  const { end } = await runPlan(library, asked);
  expect(end).toMatchObject({
    kind: 'refused',
    sentence: expect.stringContaining('is the file that is read'),
  });
  expect(server.requests).toEqual([]);
  const { source } = asked;
  expect(await readFile(source.kind === 'file' ? source.path : '', 'utf8')).toBe(ROWS);
});

it('beside its results a file is read as any other, time and again', async () => {
  const path = await written(join(out, 'rows.csv'));
  for (let time = 0; time < 2; time += 1) {
    const { end } = await runPlan(library, plan(path));
    expect(end).toMatchObject({ kind: 'finished', run: { counts: { done: 2 } } });
  }
  expect(server.requests).toHaveLength(2);
  expect(await readFile(path, 'utf8')).toBe(ROWS);
});

async function written(path: string): Promise<string> {
  await writeFile(path, ROWS);
  return path;
}

async function linked(path: string): Promise<string> {
  const other = join(library.folder, 'link.csv');
  await symlink(path, other);
  return other;
}
