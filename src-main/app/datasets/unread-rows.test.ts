/** Inputs with rows that cannot be read, through a real app: what a run and a check of them say. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import type { FolderPlan } from '../runs/folder-plan';
import { FolderRun } from '../runs/folder-run';
import { openPainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

const CHECK_HOOKS = { onNote: () => undefined, onReport: () => undefined };
const NO_OBJECT = 'This line is not a JSON object or string.';
/** Rows 1, 2, 5 and 7 of eight cannot be read. */
const LINES = ['{"prompt":"a"}', '[1]', '2', '{"prompt":"b"}', '"c"', 'x', '{"prompt":"d"}', '[3]'];

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

async function planOf(name: string, content: string, filterRows = ''): Promise<FolderPlan> {
  const path = join(library.folder, name);
  await writeFile(path, content);
  return picturePlan(library, {
    name,
    source: { kind: 'file', path },
    options: { ...ONE_AT_A_TIME, filterRows },
  });
}

const run = async (plan: FolderPlan) => (await runPlan(library, plan)).end;
const check = (plan: FolderPlan) => new FolderRun(library.app).check(plan, CHECK_HOOKS);

describe('rows of an input that cannot be read', () => {
  it('are told at the end of the run and by its check', async () => {
    const plan = await planOf('animals.csv', 'prompt\na cat\na dog\n"a hen\na cow\na pig\n');
    expect(await check(plan)).toMatchObject({
      report: {
        checked: 2,
        problems: [{ message: expect.stringContaining('never closed'), count: 1, rows: [2] }],
      },
    });
    expect(server.requests).toHaveLength(0);
    expect(await run(plan)).toMatchObject({
      run: { counts: { done: 2 } },
      unread: { count: 1, reasons: [expect.stringMatching(/^line 4: A quote in this row is never closed/)] },
    });
  });

  it('count as far as the row filter chooses them', async () => {
    const content = LINES.join('\n');
    const problems = async (filterRows: string) => {
      const end = await check(await planOf('rows.jsonl', content, filterRows));
      return end.kind === 'checked' ? end.report.problems : end;
    };
    expect(await problems('')).toEqual([{ message: NO_OBJECT, count: 4, rows: [1, 2, 5, 7] }]);
    expect(await problems('2:6')).toEqual([{ message: NO_OBJECT, count: 2, rows: [2, 5] }]);
    expect(await problems('7:')).toEqual([{ message: NO_OBJECT, count: 1, rows: [7] }]);
    expect(await problems('3:5')).toEqual([]);
    const end = await run(await planOf('rows.jsonl', content, '0:2'));
    expect(end).toMatchObject({ run: { counts: { done: 1 } } });
    expect(end).toMatchObject({ unread: { count: 1, reasons: [`line 2: ${NO_OBJECT}`] } });
  });

  it('may be all there are', async () => {
    expect(await run(await planOf('none.jsonl', '[1]\n[2]\n'))).toMatchObject({ unread: { count: 2 } });
  });

  it('are not those without a word in them', async () => {
    const plan = await planOf('sheet.csv', 'prompt,note\na cat,x\n,\na dog,y\n,\n');
    expect(await check(plan)).toMatchObject({ report: { checked: 2, problems: [] } });
    const end = await run(plan);
    expect(end).toMatchObject({ run: { counts: { done: 2 } } });
    expect(end).not.toHaveProperty('unread');
  });
});
