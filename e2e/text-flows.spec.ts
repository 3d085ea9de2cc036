/** Text in the window, on the demo: asked one by one, over a dataset, as a story that becomes pictures, and as a service. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { makeToken, switchServiceOn } from './colleague';
import { dropFiles } from './drop-files';
import { expect, test } from './studio';
import { answerDialogs } from './system-dialogs';

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

async function ask(page: Page, prompt: string): Promise<void> {
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('');
}

const stage = (page: Page) => page.getByRole('region', { name: 'Answer' });

test('asking: streamed, continued, stopped, with a file of the disk, and kept over a restart', async ({
  studio,
}) => {
  const { page, home } = studio;
  await page.keyboard.press('Control+5');
  const model = page.getByLabel('Model', { exact: true });
  await model.selectOption({ label: 'Gemini 3.8 Flash · Google GenAI' });
  await ask(page, 'Is anybody there?');
  await expect(page.getByRole('alert')).toContainText(/Not sent\. .*endpoint/);
  await model.selectOption({ label: 'Demo writer · Google GenAI' });
  await ask(page, 'Say "the first light"');
  await expect(stage(page)).toContainText('the first light');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect
    .poll(() => studio.electron.evaluate(({ clipboard }) => clipboard.readText()))
    .toBe('the first light');
  const saved = join(home, 'answer.txt');
  await studio.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, saved);
  await page.getByRole('button', { name: 'Save…' }).click();
  await expect(page.getByText('Saved answer.txt')).toBeVisible();
  expect(await readFile(saved, 'utf8')).toBe('the first light');
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await ask(page, 'Count the words');
  await expect(stage(page)).toContainText('3 words.');
  // A picture by its path: the page never has its bytes.
  const picture = join(process.cwd(), 'resources', 'sample', 'images', 'mountain-lake.jpg');
  await dropFiles(page, [picture]);
  await expect(page.getByRole('button', { name: /^image 1: mountain-lake\.jpg/ })).toBeVisible();
  await ask(page, 'What does <image> show?');
  await expect(stage(page)).toContainText(/landscape picture of \d+ x \d+/);
  await ask(page, 'Answer slowly, then say "never seen"');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText(/You stopped it/)).toBeVisible();
  await ask(page, 'This is forbidden');
  await expect(page.getByRole('alert')).toContainText('Blocked.');
  expect(await faults(page)).toEqual([]);

  await studio.restart();
  const again = studio.page;
  await again.keyboard.press('Control+5');
  await again.getByRole('button', { name: /^Say "the first light"/ }).click();
  await expect(stage(again)).toContainText('the first light');
  await again.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(again.getByRole('button', { name: /^Say "the first light"/ })).toHaveCount(0);
  await again.getByRole('button', { name: 'Undo' }).click();
  await expect(again.getByRole('button', { name: /^Say "the first light"/ })).toBeVisible();
});

test('a structured answer: a schema that is wrong is shown where, one that is not met fails after one more try', async ({
  studio,
}) => {
  const { page } = studio;
  await page.keyboard.press('Control+5');
  await page.getByLabel('JSON', { exact: true }).check();
  const schema = page.getByLabel('JSON Schema', { exact: true });
  await schema.fill('{\n  "type": "object",\n  "properties": { "score": { "type": "whole" } }\n}');
  const problem = page.getByRole('button', { name: /^line 3, column/ });
  await expect(problem).toBeVisible();
  await problem.click();
  await expect(schema).toBeFocused();
  await ask(page, 'Score it');
  await expect(page.getByRole('alert')).toContainText(/score/);
  await page.getByRole('button', { name: 'Edit and rerun' }).click();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('Score it');
  await schema.fill('{"type":"object","properties":{"score":{"type":"integer"}},"required":["score"]}');
  await expect(page.getByText('The schema can be used.')).toBeVisible();
  await page.getByLabel('Prompt', { exact: true }).press('Control+Enter');
  await expect(stage(page).getByText('score', { exact: true })).toBeVisible();
  await ask(page, 'Score it in the wrong shape once');
  await expect(stage(page).getByText('score', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Asked again:/)).toBeVisible();
  await ask(page, 'Score it in the wrong shape');
  await expect(page.getByRole('alert')).toContainText('Wrong shape.');
});

test('a run of text over a dataset: its answers as columns, and as a column of the next dataset', async ({
  studio,
}) => {
  const { page, home } = studio;
  const file = join(home, 'cities.csv');
  await mkdir(home, { recursive: true });
  const lines = ['city,wish', ...Array.from({ length: 12 }, (_, at) => `City ${at},say ""hello ${at}""`)];
  await writeFile(file, lines.map((line) => line.replace(/,(say.*)$/, ',"$1"')).join('\n'));
  await page.keyboard.press('Control+n');
  await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible();
  await dropFiles(page, [file]);
  await page.getByLabel('Answer with text').check();
  await page.getByLabel('What to ask for every row').fill('For {{city}}: {{wish}}');
  await expect(page.getByText(/12 rows × 1 model × 1 answer = 12 answers/)).toBeVisible();
  await page.getByRole('button', { name: /^Run 12 rows/ }).click();
  const table = page.getByRole('grid', { name: /^Answers of/ });
  await expect(table.getByText('hello 11', { exact: true })).toBeVisible();
  await table.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toContainText(
    'For City 1: say "hello 1"',
  );
  expect(await faults(page)).toEqual([]);
  // Judged by keys alone, from the table and back.
  await page.keyboard.press('v');
  const answer = page.getByRole('article', { name: 'Answer' });
  const place = page.locator('.review-place');
  await expect(answer).toContainText('hello 0');
  await page.keyboard.press('p');
  await expect(place).toHaveText('2 / 12');
  await expect(answer).toContainText('hello 1');
  await page.keyboard.press('x');
  await expect(place).toHaveText('3 / 12');
  await page.keyboard.press('1');
  await expect(page.getByText('17% reviewed, 50% accepted')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Control+2');
  await expect(table).toBeVisible();
  const out = join(home, 'exports');
  await mkdir(out);
  await answerDialogs(studio, out);
  await page.keyboard.press('Control+e');
  await page.getByRole('button', { name: 'Export 12 rows…' }).click();
  await expect(page.getByText('Exported 12 rows to cities.csv')).toBeVisible();
  const exported = await readFile(join(out, 'cities.csv'), 'utf8');
  expect(exported).toMatch(/^city,wish,response,.*\r\n/u);
  expect(exported).toContain(',rejected,,Wrong,');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Add answers as a column/ }).click();
  await page.getByLabel('Name of the column').fill('greeting');
  await page.getByRole('button', { name: 'Create dataset' }).click();
  await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'greeting' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'hello 0', exact: true })).toBeVisible();
});

test('a story becomes pictures', async ({ studio }) => {
  const { page } = studio;
  await page.keyboard.press('Control+5');
  await page.getByLabel('Story', { exact: true }).check();
  await ask(page, 'A lighthouse in a storm');
  await page.getByRole('button', { name: 'Open as a story' }).click();
  await expect(page.getByRole('region', { name: 'Chapter 1' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make pictures…' }).click();
  const make = page.getByRole('button', { name: /^Make \d+ pictures$/ });
  const count = Number(/\d+/.exec((await make.textContent()) ?? '')?.[0]);
  await make.click();
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText(`${count}done`);
});

test('pictures are judged, described into a column, and an instruction is improved', async ({ studio }) => {
  const { page } = studio;
  await page.keyboard.press('Control+2');
  await page.getByRole('button', { name: /Try the demo/ }).click();
  const instruction = page.getByLabel('What to do with every row’s pictures');
  await instruction.fill('Make it blue');
  await page.getByRole('button', { name: 'Improve my instruction…' }).click();
  const proposed = page.getByLabel('Proposed');
  await expect(proposed).toHaveValue(/blue/);
  const words = await proposed.inputValue();
  expect(words).not.toBe('Make it blue');
  await page.getByRole('button', { name: 'Use the proposal' }).click();
  await expect(instruction).toHaveValue(words);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(instruction).toHaveValue('Make it blue');
  await page.getByLabel('Rows', { exact: true }).fill('0:4');
  await page.getByRole('button', { name: /^Run 4 rows/ }).click();
  const figures = page.getByRole('list', { name: 'Figures' });
  await expect(figures).toContainText('4done');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Judge with a text model/ }).click();
  await page.getByRole('button', { name: 'Judge 4 pictures' }).click();
  const table = page.getByRole('grid', { name: /^Answers of/ });
  await expect(table.getByRole('columnheader', { name: 'score' })).toBeVisible();
  await expect(figures).toContainText('4done');
  await page.keyboard.press('Control+2');
  await page
    .getByRole('list', { name: 'Runs' })
    .getByRole('button', { name: /^demo dataset \d/ })
    .click();
  await page.getByRole('button', { name: 'Scores' }).click();
  await expect(table.getByRole('columnheader', { name: 'reason' })).toBeVisible();

  await page
    .getByRole('list', { name: 'Datasets' })
    .getByRole('button', { name: /demo dataset \d/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Describe the pictures into a column…' }).click();
  await page.getByRole('button', { name: /^Describe \d+ rows/ }).click();
  await expect(table).toContainText(/picture of/);
});

test('the service is switched on, used, and switched off', async ({ studio }) => {
  const { page, electron } = studio;
  // The demo is there once it was used.
  await page.keyboard.press('Control+5');
  await ask(page, 'Say "hello"');
  await expect(stage(page)).toContainText('hello');
  const address = await switchServiceOn(page);
  const service = page.getByRole('region', { name: 'Service' });
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const status = await (await fetch(`${address}/`)).json();
  expect(status).toMatchObject({ status: expect.any(String), version: expect.any(String) });
  expect((await fetch(`${address}/v1/models`)).status).toBe(401);

  const token = await makeToken(page, electron, 'a test');
  expect(token).toMatch(/^bf-/);
  expect(await page.content()).not.toContain(token);
  const answer = await fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      model: 'demo-text',
      messages: [{ role: 'user', content: 'Say "through the service"' }],
    }),
  });
  expect(await answer.json()).toMatchObject({
    choices: [{ message: { content: 'through the service' } }],
  });
  await expect(service.getByText(/[1-9]\d* requests? since/)).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await service.getByRole('button', { name: 'Revoke a test' }).click();
  await page.getByRole('button', { name: 'Revoke token' }).click();
  await expect(service.getByText(/No tokens yet/)).toBeVisible();
  await service.getByLabel('Run the service on this computer').uncheck();
  await expect(service.getByText('Off', { exact: true })).toBeVisible();
  await expect(fetch(`${address}/`)).rejects.toThrow();
});
