/** The export dialog, gone through as somebody without a mouse does. */
import type { Page } from '@playwright/test';
import { expect } from './studio';

/** Selects in the gallery whatever the filter finds: what is on screen first, which a list that is still coming in changes. */
export async function selectAll(page: Page, count: number): Promise<void> {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('Control+a');
    await expect(page.getByText(`${count} selected`)).toBeVisible({ timeout: 5000 });
  }).toPass();
}

/** Of what the screen shows; `filter` is one of a run's. Answers once the dialog is gone: the export is under way then. */
export async function exportByKeys(page: Page, format: RegExp, filter?: string): Promise<void> {
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  const wanted = dialog.getByRole('radio', { name: format });
  await expect(dialog).toBeVisible();
  if (filter !== undefined) {
    await dialog.getByLabel('Which', { exact: true }).selectOption(filter);
  }
  await expect(dialog.getByRole('button', { name: /^Export [\d,]+ / })).toBeEnabled();
  const isOnFormat = () => page.evaluate(() => document.activeElement?.matches('[name=format]') ?? false);
  for (let tabs = 0; tabs < 6 && !(await isOnFormat()); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  for (let steps = 0; steps < 8 && !(await wanted.isChecked()); steps += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await expect(wanted).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
}
