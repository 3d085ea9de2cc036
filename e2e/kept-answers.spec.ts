/** An answer that was paid for and does not fit its schema is shown with what is wrong with it, also after a restart. */
import { expect, test } from './studio';

const SCHEMA = '{"type":"object","properties":{"score":{"type":"integer"}},"required":["score"]}';

test('an answer that does not fit its schema is shown, with its problems, and kept', async ({ studio }) => {
  const { page } = studio;
  await page.keyboard.press('Control+5');
  const model = page.getByLabel('Model', { exact: true });
  await model.selectOption({ label: 'Demo writer · Google GenAI' });
  await page.getByLabel('JSON', { exact: true }).check();
  await page.getByLabel('JSON Schema', { exact: true }).fill(SCHEMA);
  await expect(page.getByText('The schema can be used.')).toBeVisible();
  await page.getByLabel('Prompt', { exact: true }).fill('Score it in the wrong shape');
  await page.getByLabel('Prompt', { exact: true }).press('Control+Enter');
  await expect(page.getByRole('alert')).toContainText('Wrong shape.');
  const misfit = page.getByRole('region', { name: 'The answer that does not fit' });
  await expect(misfit.getByRole('listitem').first()).toContainText('score');
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) {
    await page.screenshot({ path: `${folder}/misfit.png` });
  }
  await studio.restart();
  const again = studio.page;
  await again.keyboard.press('Control+5');
  await again.getByRole('button', { name: /^Score it in the wrong shape/ }).click();
  await expect(again.getByRole('region', { name: 'The answer that does not fit' })).toBeVisible();
});
