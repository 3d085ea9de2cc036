/** The studio in a browser, beside the window: a colleague logs in with a token, runs, and sees it live in both. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { logIn, openBrowser, saveTo, serveToColleague } from './colleague';
import { expect, test } from './studio';

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

test('a colleague logs in, runs, sees it live, sends and saves files, until the token is revoked', async ({
  studio,
}) => {
  const { page, electron, home } = studio;
  const { address, token } = await serveToColleague(page, electron);
  const service = page.getByRole('region', { name: 'Service' });

  const saved = join(home, 'saved.csv');
  await saveTo(electron, saved);
  const browser = await openBrowser(electron, `${address}/app/`);
  const faults: string[] = [];
  browser.on('pageerror', (error) => faults.push(error.message));
  browser.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  browser.on('response', (response) => {
    if (response.status() >= 400) {
      faults.push(`${response.status()} ${new URL(response.url()).pathname}`);
    }
  });
  await expect(browser.getByLabel('Token')).toBeFocused();
  expect(await seriousFaults(browser)).toEqual([]);
  await logIn(browser, 'bf-wrong');
  await expect(browser.getByRole('alert')).toContainText('This token is not known here');
  await logIn(browser, token);
  await expect(browser).toHaveURL(`${address}/app/`);
  expect(await browser.evaluate(() => document.cookie)).toBe('');

  await browser.getByRole('button', { name: /Try the demo/ }).click();
  await browser.getByRole('button', { name: /^Run \d+ rows/ }).click();
  await expect(browser.getByRole('list', { name: 'Figures' })).toContainText(/20done/);
  const tile = browser.locator('main img').first();
  await expect
    .poll(() => tile.evaluate((image: HTMLImageElement) => [image.naturalWidth > 0, image.src]))
    .toEqual([true, expect.stringMatching(/\/app\/media\//)]);
  expect(await browser.content()).not.toContain(home);

  await browser.getByRole('button', { name: /4 failures, why/ }).click();
  await browser.getByRole('button', { name: 'Export errors as CSV' }).click();
  await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toMatch(/blocked/i);
  await browser.keyboard.press('Control+n');
  const chooser = browser.waitForEvent('filechooser');
  await browser.getByRole('button', { name: /Open a file/ }).click();
  await (await chooser).setFiles({
    name: 'sent.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('prompt\na kite\na boat\n'),
  });
  await expect(browser.getByRole('cell', { name: 'a boat' })).toBeVisible();
  await expect(browser.getByRole('button', { name: 'Choose a folder…' })).toHaveCount(0);
  // The wrong token, and the sample's row whose picture is missing on purpose.
  await expect
    .poll(() => [...new Set(faults)].toSorted())
    .toEqual(['401 /app/login', expect.stringMatching(/^404 \/app\/media\/input-/)]);

  // The service is away for a while: the page says so, and its login is over when it comes back.
  await service.getByLabel('Run the service on this computer').uncheck();
  // A call that was under way may say so besides.
  await expect(browser.getByText(/The connection to Brushfleet was lost\. Trying again/)).toBeVisible();
  await service.getByLabel('Run the service on this computer').check();
  await expect(browser).toHaveURL(`${address}/app/login`);
  await logIn(browser, token);
  await expect(browser).toHaveURL(`${address}/app/`);

  await service.getByRole('button', { name: 'Revoke a colleague' }).click();
  await page.getByRole('button', { name: 'Revoke token' }).click();
  await expect(browser).toHaveURL(`${address}/app/login`);
});
