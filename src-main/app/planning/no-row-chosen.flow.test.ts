import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, openTestLibrary, type TestLibrary } from '../testing/test-library';

let library: TestLibrary;
beforeEach(async () => {
  library = await openTestLibrary();
});
afterEach(() => library.remove());

async function run(rows: string, filterRows: string) {
  const path = join(library.folder, 'rows.csv');
  await writeFile(path, rows);
  const options = { ...ONE_AT_A_TIME, filterRows };
  return runPlan(library, picturePlan(library, { name: 'rows', source: { kind: 'file', path }, options }));
}

it.each([
  ['prompt\na\nb\nc\n', '100:200', 'has rows 0 to 2'],
  ['prompt\na\nb\nc\n', '3', 'has rows 0 to 2'],
  ['prompt\na\n', '1:', 'has row 0 alone'],
])("a filter beyond the file is one sentence, and its folder is nobody's", async (rows, filter, which) => {
  const { end } = await run(rows, filter);
  expect(end).toEqual({
    kind: 'refused',
    sentence: `The row filter ${filter} chooses no row: rows ${which}, counted from 0.`,
  });
  expect(await library.app.store.runs()).toEqual([]);
  expect(await readdir(library.folder)).not.toContain('out');
});

it('rows that are chosen and cannot be read are owed to who chose them', async () => {
  const { end } = await run('prompt\na\nb,"never closed\n', '1');
  expect(end).toMatchObject({ kind: 'finished', unread: { count: 1 } });
});
