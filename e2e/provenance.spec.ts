/** A picture that leaves with its recipe says how it came about wherever it is dropped again, its own library or another. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { addPainter, type PainterProvider, startPainter } from './provider';
import { expect, openStudio, type Studio, test } from './studio';

const CAT = join(process.cwd(), 'resources', 'sample', 'images', 'cat.png');

let painter: PainterProvider;
test.beforeEach(async () => {
  painter = await startPainter();
});
test.afterEach(() => painter.close());

const nodes = (page: Page) => page.getByRole('treeitem');

async function bring(page: Page, file: string): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.locator('input[type=file][aria-label="Pictures to bring in"]').first().setInputFiles([file]);
}

/** The system's dialog answers with this path. */
async function saveTo({ electron }: Studio, path: string): Promise<void> {
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

test('a result is saved with its recipe, and finds its place again', async ({ studio }) => {
  const { page } = studio;
  await addPainter(page, { protocol: 'google_genai', url: painter.google });
  await bring(page, CAT);
  await page.getByLabel('Instruction').fill('Tint it blue');
  await expect(page.getByRole('button', { name: /Ctrl\+Enter$/ })).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(nodes(page)).toHaveCount(2);
  await expect(page.locator('.studio-title').getByText('Done')).toBeVisible();

  const saved = join(await mkdtemp(join(tmpdir(), 'brushfleet-provenance-')), 'blue.png');
  await saveTo(studio, saved);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: /^Save as/ }).click();
  await page.getByRole('checkbox', { name: /Embed its recipe/ }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Choose where…' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const bytes = await readFile(saved);
  expect(bytes.includes('Tint it blue')).toBe(true);
  expect((await sharp(bytes).metadata()).format).toBe('png');

  // In its own library it is the node that it was.
  await bring(page, saved);
  await expect(nodes(page)).toHaveCount(2);
  await expect(page.getByRole('treeitem', { name: /Tint it blue/ })).toHaveAttribute('aria-selected', 'true');

  // In another it is a picture that still knows what was asked for it.
  const other = await openStudio({});
  try {
    await bring(other.studio.page, saved);
    await expect(nodes(other.studio.page)).toHaveCount(1);
    await expect(other.studio.page.getByText('Tint it blue').first()).toBeVisible();
  } finally {
    await other.close();
  }
});
