/** A result without a place in its folder, whichever of its run it is: the run is not over, and the picture is told of. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { openPainterScene, type PainterScene } from '../testing/painter-scene';
import { picturePlan, runPlan } from '../testing/picture-plan';
import type { TestLibrary } from '../testing/test-library';

const PROMPTS = ['a cat', 'a dog', 'a hen'];

let server: ScriptedServer;
let library: TestLibrary;
let picture: PainterScene['picture'];
let out = '';
beforeEach(async () => {
  ({ server, library, picture } = await openPainterScene());
  out = join(library.folder, 'out');
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

const command = () =>
  runPlan(library, picturePlan(library, { source: { kind: 'prompts', prompts: PROMPTS } }));

/** While its request is under way, a folder gets the name of its result; answers that folder. */
function blockNameOf(nth: number): string {
  const name = join(out, `${String(nth - 1).padStart(6, '0')}.png`);
  server.reply(async () => {
    if (server.requests.length === nth) {
      await mkdir(join(name, 'x'), { recursive: true });
    }
    return picture;
  });
  return name;
}

it.each([1, 3])('pauses the run and says where it lies: request %s of 3', async (nth) => {
  const name = blockNameOf(nth);
  const { end } = await command();
  expect(end).toMatchObject({
    kind: 'finished',
    run: { state: { kind: 'paused', failure: 'storage' }, counts: { sent: 1 } },
  });
  const sentence = end.kind === 'finished' ? (end.sentence ?? '') : '';
  expect(sentence).toContain('a folder has the name of a file');
  const path = /The picture is kept in (.*)\.$/.exec(sentence)?.[1];
  const bytes = await readFile(path ?? '');
  await rm(name, { recursive: true });
  expect((await command()).end).toMatchObject({
    run: { state: { kind: 'finished' }, counts: { done: 3, sent: 0 } },
  });
  expect(await readFile(name)).toEqual(bytes);
  expect(server.requests).toHaveLength(3);
});

it('is told of by its path before anything is sent, where a later start has no place for it either', async () => {
  const away = `${out}-away`;
  server.reply(async () => {
    if (server.requests.length === 3) {
      await rename(out, away);
    }
    return picture;
  });
  await command();
  await library.reopen();
  await rename(away, out);
  const name = join(out, '000002.png');
  await mkdir(join(name, 'x'), { recursive: true });
  const { end, notes } = await command();
  expect(end).toMatchObject({ run: { counts: { done: 2, unknown: 1 } } });
  const told = notes.join(' ');
  expect(told).toContain('--unknown resend would pay for it again');
  const bytes = await readFile(/is kept in (.*\.whole\.part):/.exec(told)?.[1] ?? '');
  await rm(name, { recursive: true });
  const last = await command();
  expect(last.end).toMatchObject({ run: { counts: { done: 3, unknown: 0 } } });
  expect(last.notes).toEqual([]);
  expect(await readFile(name)).toEqual(bytes);
  expect(server.requests).toHaveLength(3);
});
