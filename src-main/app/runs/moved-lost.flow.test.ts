/**
 * The same command over a file whose rows have moved, after requests were cut off: what may have been charged goes along with
 * its row, and is sent again when somebody says so, once.
 */
import type { Recipe } from '@shared/model/run';
import { expect, it } from 'vitest';
import { json } from '../../providers/testing/scripted-server';
import { pictureAnswer, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE } from '../testing/picture-plan';
import { tableOf, widthOf } from '../testing/results-table';
import { ALONG, ELSEWHERE, movedLostScene, prompt, prompts, type How } from './testing/moved-lost-scene';

const scene = movedLostScene();
const { sent, command, theRun, runId, counts, jobsOf, lostRows, cutOff, expectResent } = scene;

it('goes along where a row is put in, with what is known of it', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(2, 3));
  const before = (await jobsOf()).filter(({ state }) => state === 'unknown');
  const attemptsBefore = await Promise.all(before.map(({ id }) => scene.library.app.store.attempts(id)));
  const { costUsd, requests } = (await theRun()) ?? {};

  const notes = await command(prompts(9, 1, 2, 3, 4));
  expect(sent()).toEqual(prompts(9));
  expect(notes).toEqual(['2 results moved with their rows.', ALONG(2)]);
  expect(await counts()).toMatchObject({ done: 3, unknown: 2, pending: 0, failed: 0 });
  expect(await lostRows()).toEqual([2, 3]);
  const after = (await jobsOf()).filter(({ state }) => state === 'unknown');
  expect(await Promise.all(after.map(({ id }) => scene.library.app.store.attempts(id)))).toEqual(
    attemptsBefore,
  );
  expect(attemptsBefore.map((attempts) => attempts.length)).toEqual([1, 1]);
  expect(after.map(({ stem, index }) => [stem, index])).toEqual([
    ['000002', 2],
    ['000003', 3],
  ]);
  expect((await theRun())?.requests).toBe((requests ?? 0) + 1);
  expect((await theRun())?.costUsd).toBe(costUsd);

  expect(await command(prompts(9, 1, 2, 3, 4))).toEqual([]);
  await expectResent(prompts(9, 1, 2, 3, 4), prompts(2, 3));
});

it('takes no place from a row that is done where its own line was taken out', async () => {
  await cutOff(prompts(1, 2, 3), prompts(1));
  expect(await command(prompts(2, 3))).toEqual([
    '2 results moved with their rows.',
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(sent()).toEqual([]);
  expect(await counts()).toMatchObject({ done: 2, unknown: 1, pending: 0, cancelled: 0 });
  const lines = await tableOf(scene.out);
  expect(lines.slice(0, 2).map((line) => `${line['prompt']} ${line['status']}`)).toEqual(
    prompts(2, 3).map((row) => `${row} done`),
  );
  expect(await widthOf(scene.out, lines[0]?.['output_image'] ?? '')).toBe(prompt(2).length);
  expect(lines[2]).toMatchObject({ status: 'unknown' });
  // It is what it was when its line is back.
  expect(await command(prompts(1, 2, 3))).toContain(ALONG(1));
  expect(await lostRows()).toEqual([0]);
  await expectResent(prompts(1, 2, 3), prompts(1));
});

it('goes along when somebody edits the file back, or again, and stays what it is', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(1, 4));
  await command(prompts(9, 1, 2, 3, 4));
  expect(await lostRows()).toEqual([1, 4]);
  expect(await command(prompts(1, 2, 3, 4))).toContain(ALONG(2));
  expect(await lostRows()).toEqual([0, 3]);
  await command(prompts(8, 7, 4, 1, 3, 2));
  expect(await lostRows()).toEqual([2, 3]);
  expect(sent()).toEqual(prompts(9, 8, 7));
  await command(prompts(4, 3, 2, 1));
  expect(await lostRows()).toEqual([0, 3]);
  await expectResent(prompts(4, 3, 2, 1), prompts(1, 4));
});

it('goes along where a row is taken out, the last one too', async () => {
  await cutOff(prompts(1, 2, 3, 4), prompts(3, 4));
  expect(await command(prompts(2, 3, 4))).toEqual([
    'One result moved with its row.',
    ALONG(2),
    'One row is no longer in the input and is left out; no result is deleted.',
  ]);
  expect(await lostRows()).toEqual([1, 2]);
  expect(await jobsOf()).toHaveLength(3);
  expect(await counts()).toMatchObject({ done: 1, unknown: 2, pending: 0, cancelled: 0 });
  await expectResent(prompts(2, 3, 4), prompts(3, 4));
});

it('changes places with another that was cut off', async () => {
  await cutOff(prompts(1, 2, 3), prompts(1, 2, 3));
  expect(await command(prompts(3, 1, 2))).toEqual([ALONG(3)]);
  expect(await lostRows()).toEqual([0, 1, 2]);
  await expectResent(prompts(3, 1, 2), prompts(1, 2, 3));
});

it('is told of while its row is gone, and goes to where it comes back', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  expect(await command(prompts(1, 8, 3))).toEqual([ELSEWHERE]);
  expect(sent()).toEqual([]);
  expect(await lostRows()).toEqual([1]);
  // The row there was never sent, and waits for a word as it did.
  expect(await command(prompts(1, 8, 3, 2))).toEqual([ALONG(1)]);
  expect(sent()).toEqual(prompts(8));
  expect(await lostRows()).toEqual([3]);
  await expectResent(prompts(1, 8, 3, 2), prompts(2));
});

it('asks, where its row is gone, for what stands there by now', async () => {
  await cutOff(prompts(1, 2, 3), prompts(2));
  await command(prompts(1, 8, 3));
  await expectResent(prompts(1, 8, 3), prompts(8));
  expect(await command(prompts(9, 1, 8, 3))).toEqual(['3 results moved with their rows.']);
  expect(sent()).toEqual(prompts(9));
});

it('is none more and none less where several rows ask the same', async () => {
  // Whichever of the two is cut off.
  let asked = 0;
  scene.server.reply((request) => {
    const isSecond = promptOf(request) === prompt(7) && ++asked === 2;
    return isSecond ? { kind: 'hang' } : pictureAnswer(promptOf(request).length);
  });
  const under = command(prompts(7, 7, 2));
  await expect.poll(() => scene.server.requests.length).toBe(2);
  await scene.library.app.runs.cancel(await runId(), true);
  await under;
  expect(await counts()).toMatchObject({ done: 1, unknown: 1 });
  sent();

  await command(prompts(9, 2, 7, 7));
  expect(sent()).toEqual(prompts(9, 2));
  expect(await counts()).toMatchObject({ done: 3, unknown: 1, pending: 0 });
  // One is left: the result is its, and the other request is told of.
  expect(await command(prompts(7, 9, 2))).toContain('3 results moved with their rows.');
  expect(await counts()).toMatchObject({ done: 3, unknown: 1, pending: 0 });
  expect(sent()).toEqual([]);
  // Three, and the third was never sent.
  await command(prompts(7, 9, 7, 2, 7));
  expect(sent()).toEqual(prompts(7));
  expect(await counts()).toMatchObject({ done: 4, unknown: 1, pending: 0 });
  await expectResent(prompts(7, 9, 7, 2, 7), prompts(7));
});

it('goes along as the variant that it is of', async () => {
  const recipe = { ...PICTURE_RECIPE, variants: 2 };
  let asked = 0;
  scene.server.reply((request) => {
    const isSecond = promptOf(request) === prompt(2) && ++asked === 2;
    return isSecond ? { kind: 'hang' } : pictureAnswer(promptOf(request).length);
  });
  const under = command(prompts(1, 2), { recipe });
  await expect.poll(() => scene.server.requests.length).toBe(4);
  await scene.library.app.runs.cancel(await runId(), true);
  await under;
  sent();
  await command(prompts(9, 1, 2), { recipe });
  expect(sent()).toEqual(prompts(9, 9));
  const lost = (await jobsOf()).filter(({ state }) => state === 'unknown');
  expect(lost.map(({ row, variant }) => [row, variant])).toEqual([[2, 1]]);
  await command(prompts(9, 1, 2), { recipe, unknown: 'resend' });
  expect(sent()).toEqual(prompts(2));
  expect(await counts()).toMatchObject({ done: 6, unknown: 0 });
});

it('asks again for what was asked of it alone', async () => {
  await command(prompts(1, 2, 3));
  scene.hang(['something in blue']);
  await scene.library.app.versions.rerun((await jobsOf())[1]?.id ?? 0, 'something in blue');
  await expect.poll(async () => (await counts())?.sent).toBe(1);
  await scene.library.app.runs.cancel(await runId(), true);
  await scene.library.app.runs.over(await runId());
  scene.hang([]);
  sent();
  await command(prompts(9, 1, 2, 3));
  expect(sent()).toEqual(prompts(9));
  expect(await lostRows()).toEqual([2]);
  await command(prompts(9, 1, 2, 3), { unknown: 'resend' });
  expect(sent()).toEqual(['something in blue']);
  expect((await jobsOf()).map(({ instruction }) => instruction)).toEqual([
    null,
    null,
    'something in blue',
    null,
  ]);
});

it('goes along where it asks for words', async () => {
  const text = { system: '', answer: { kind: 'text' }, generation: {} } as const;
  const recipe: Recipe = { ...PICTURE_RECIPE, task: 'text', text };
  const asked: string[] = [];
  const lost = new Set(['two']);
  scene.server.reply((request) => {
    const { messages } = JSON.parse(request.body.toString()) as { messages: { content: string }[] };
    const content = messages.at(-1)?.content ?? '';
    asked.push(content);
    return lost.has(content)
      ? { kind: 'hang' }
      : json({
          choices: [{ message: { role: 'assistant', content: `re: ${content}` }, finish_reason: 'stop' }],
        });
  });
  const run = (rows: readonly string[], how: How = {}) => command(rows, { ...how, recipe });
  const under = run(['one', 'two', 'three'], { concurrency: 3 });
  await expect.poll(async () => (await counts())?.done).toBe(2);
  await scene.library.app.runs.cancel(await runId(), true);
  await under;
  lost.clear();
  await run(['zero', 'one', 'two', 'three']);
  expect(asked.slice(3)).toEqual(['zero']);
  expect(await lostRows()).toEqual([2]);
  await run(['zero', 'one', 'two', 'three'], { unknown: 'resend' });
  expect(asked.slice(4)).toEqual(['two']);
  expect((await tableOf(scene.out)).map((line) => line['response'])).toEqual([
    're: zero',
    're: one',
    're: two',
    're: three',
  ]);
});
