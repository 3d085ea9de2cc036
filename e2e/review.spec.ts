/** The review of a run by keyboard, in the real window. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { finishDemo } from './demo';
import { expect, test } from './studio';

const place = (page: Page) => page.locator('.review-place');

async function startReview(page: Page): Promise<void> {
  await finishDemo(page);
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('button', { name: /^Accept P/ })).toBeEnabled();
}

/** Presses a key once the result of that place is there. */
async function judge(page: Page, at: number, key: string): Promise<void> {
  await expect(place(page)).toHaveText(new RegExp(`^${at} / `));
  await expect(page.getByRole('button', { name: /^Accept P/ })).toBeEnabled();
  await page.keyboard.press(key);
}

test('a verdict per key, back through all of them, kept over a restart, exported', async ({ studio }) => {
  const { page, electron } = studio;
  await startReview(page);
  const total = Number((await place(page).textContent())?.split(' / ')[1]);
  expect(total).toBeGreaterThan(10);
  for (let at = 1; at <= 10; at += 1) {
    await judge(page, at, at % 3 === 0 ? 'x' : 'p');
  }
  await expect(page.getByText(/reviewed, 70% accepted/)).toBeVisible();
  for (let at = 10; at > 0; at -= 1) {
    await page.keyboard.press('Control+z');
    await expect(place(page)).toHaveText(new RegExp(`^${at} / `));
  }
  await expect(page.getByText(/^0% reviewed/)).toBeVisible();

  await judge(page, 1, 'p');
  await judge(page, 2, 'x');
  await page.keyboard.press('2');
  await expect(page.getByRole('button', { name: /^Artifacts/ })).toHaveAttribute('aria-pressed', 'true');
  const axe = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(axe.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-export-'));
  const path = join(folder, 'reviewed.csv');
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (async () => ({ canceled: false, filePath })) as typeof dialog.showSaveDialog;
  }, path);
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByLabel('Which', { exact: true }).selectOption('results');
  await page.getByRole('button', { name: /^Export \d+ rows…/ }).click();
  await expect(page.getByText(/^Exported \d+ rows to reviewed.csv/)).toBeVisible();
  const table = await readFile(path, 'utf8');
  expect(table.match(/,accepted,/g)).toHaveLength(1);
  expect(table).toContain(',rejected,,Artifacts,');

  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = (async () => ({
      canceled: false,
      filePaths: [filePath],
    })) as typeof dialog.showOpenDialog;
  }, folder);
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByLabel('Which', { exact: true }).selectOption('accepted');
  await page.getByRole('radio', { name: /^Dataset folder/ }).check();
  await page.getByRole('button', { name: 'Export 1 result…' }).click();
  await expect(page.getByText(/^Exported 1 picture to demo dataset-accepted/)).toBeVisible();
  const split = join(folder, 'demo dataset-accepted', 'train');
  const line = JSON.parse(await readFile(join(split, 'metadata.jsonl'), 'utf8'));
  expect(line).toMatchObject({ verdict: 'accepted', source_file_name: expect.stringMatching(/^source\//) });
  expect((await readFile(join(split, line.edited_file_name))).length).toBeGreaterThan(1000);
  expect((await readFile(join(split, line.source_file_name))).length).toBeGreaterThan(1000);

  await studio.restart();
  await studio.page.keyboard.press('Control+3');
  await expect(place(studio.page)).toHaveText(`1 / ${total - 2}`);
  await studio.page.getByRole('button', { name: 'Rejected', exact: true }).click();
  await expect(place(studio.page)).toHaveText('1 / 1');
  // Its reasons are there again, and tell the rejected from each other in the gallery.
  await expect(studio.page.getByRole('button', { name: /^Artifacts/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  // So are the choices of the last export.
  await studio.page.keyboard.press('Control+2');
  await studio.page.keyboard.press('Control+e');
  await expect(studio.page.getByLabel('Which', { exact: true })).toHaveValue('accepted');
  await expect(studio.page.getByRole('radio', { name: /^Dataset folder/ })).toBeChecked();
  await studio.page.keyboard.press('Escape');
  await studio.page.keyboard.press('Control+4');
  const reasons = studio.page.getByRole('list', { name: 'Rejected for' });
  await expect(reasons.getByRole('button', { name: 'Artifacts, 1' })).toBeVisible();
});
