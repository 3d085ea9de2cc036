/** Pictures that lie where a run is about to write: it takes the name of none that nobody knew of, and says so. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '@shared/model/run';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, type PainterScene, pictureAnswer } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
let picture: PainterScene['picture'];
let out = '';
let theirs: Buffer;
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
  out = join(library.folder, 'out');
  theirs = await sharp({ create: { width: 30, height: 30, channels: 3, background: 'blue' } })
    .png()
    .toBuffer();
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const PROMPTS = ['a cat', 'a dog', 'a hen', 'a cow', 'a pig'];
const put = (name: string): Promise<void> => writeFile(join(out, name), theirs);
const pictures = async (): Promise<string[]> =>
  (await readdir(out)).filter((name) => name.endsWith('.png')).toSorted();

/** What it told. */
async function command(resume: boolean, options: Partial<RunOptions> = {}): Promise<readonly string[]> {
  const plan = picturePlan(library, {
    source: { kind: 'prompts', prompts: PROMPTS },
    options: { ...ONE_AT_A_TIME, ...options },
    resume,
  });
  const { end, notes } = await runPlan(library, plan);
  expect(end).toMatchObject({ kind: 'finished', run: { state: { kind: 'finished' } } });
  return notes;
}

it('put there while it runs', async () => {
  const log = join(library.folder, 'library', 'logs', 'brushfleet.log');
  let isLogged = false;
  server.reply(async () => {
    if (server.requests.length === 1) {
      await put('000000.png');
      await writeFile(join(out, '000001.png'), theirs.subarray(0, -5));
      await put('000003.png');
    }
    if (server.requests.length === 5) {
      // A process that is killed says nothing at its end.
      await expect.poll(() => readFile(log, 'utf8')).toContain('is kept, as 000003.found.png.');
      isLogged = true;
    }
    return picture;
  });
  expect(await command(true)).toEqual([
    '3 pictures that lay where results were to be are kept, as 000000.found.png, 000001.found.png, 000003.found.png.',
  ]);
  expect(await pictures()).toEqual(
    ['000000.found', '000000', '000001.found', '000001', '000002', '000003.found', '000003', '000004'].map(
      (name) => `${name}.png`,
    ),
  );
  for (const name of ['000000.found.png', '000003.found.png']) {
    expect(await readFile(join(out, name))).toEqual(theirs);
  }
  expect(await readFile(join(out, '000000.png'))).toEqual(await readFile(join(out, '000004.png')));
  expect(isLogged).toBe(true);
  library.app.log.flush();
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('kept, as '));
  expect(lines.map((line) => line.split('kept, as ')[1]).toSorted()).toEqual([
    '000000.found.png.',
    '000001.found.png.',
    '000003.found.png.',
  ]);
  // It is nobody's result, and nothing to be asked about.
  expect(await command(true)).toEqual([]);
  expect(server.requests).toHaveLength(5);
});

it('of an earlier program, where everything is to be sent anew', async () => {
  await command(true, { filterRows: '4' });
  await Promise.all(['000000', '000001', '000002', '000003'].map((name) => put(`${name}.png`)));
  const first = await readFile(join(out, '000004.png'));
  server.reply({ ...picture });
  expect(await command(false)).toEqual([
    '4 pictures that lay where results were to be are kept, as 000000.found.png and so on.',
  ]);
  // The provider made the same picture once more.
  expect(await readFile(join(out, '000004.png'))).toEqual(first);
  expect((await pictures()).filter((name) => name.startsWith('000004'))).toEqual(['000004.png']);
});

it('of the run before it, sent anew again and again, are replaced; one that somebody has changed is kept', async () => {
  await command(true);
  const named = ['000000.png', '000001.png', '000002.png', '000003.png', '000004.png'];
  for (const width of [9, 10]) {
    server.reply(await pictureAnswer(width));
    expect(await command(false)).toEqual([]);
    expect(await pictures()).toEqual(named);
    expect(await readFile(join(out, '000004.png'))).toEqual(await readFile(join(out, '000000.png')));
  }
  await put('000002.png');
  server.reply(picture);
  expect(await command(false)).toEqual([
    'One picture that lay where a result was to be is kept, as 000002.found.png.',
  ]);
  expect(await readFile(join(out, '000002.found.png'))).toEqual(theirs);
  expect(await pictures()).toEqual([...named, '000002.found.png'].toSorted());
});
