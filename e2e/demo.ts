/** The sample of the first start, as a run of 24 rows. */
import type { Page } from '@playwright/test';
import { expect } from './studio';

/** Twenty become pictures, four fail on purpose; the slowest takes five seconds. */
export async function finishDemo(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  // Under way, failures are counted too: twenty of them may have come with pictures still missing.
  await expect(page.getByRole('button', { name: /20\/24 ?Finished with failures$/ })).toBeVisible();
}
