/** The main job, as a person does it: from the first start to edited pictures, and back after a restart. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './studio';

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`);
}

/** The demo, from its card to the end of its run. */
async function runDemo(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(page.getByText('20', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
}

test('first run: three cards, and nothing serious for axe', async ({ studio }) => {
  const { page } = studio;
  for (const card of [/Try the demo/, /Add a key/, /Open a CSV or folder/]) {
    await expect(page.getByRole('button', { name: card })).toBeVisible();
  }
  expect(await seriousFaults(page)).toEqual([]);
});

test('the demo is two clicks from 20 pictures and 4 named failures', async ({ studio }) => {
  const { page, home } = studio;
  await runDemo(page);
  const folder = join(home, 'Pictures', 'Brushfleet');
  await expect
    .poll(async () => (await readdir(folder, { recursive: true })).filter((name) => /\.(png|jpg|webp)$/.test(name)).length)
    .toBe(20);
});
