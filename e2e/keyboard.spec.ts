/** What is done by keys alone where other specs use the pointer: the fleet, the queue, the settings, and a start before its plan. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { dropFiles } from './drop-files';
import { startRelay } from './relay';
import { expect, test } from './studio';

const KEYS = ['AIza-good-key-for-e2e-7Qd1', 'AIza-second-key-for-e2e-m31a'];

const queue = (page: Page) => page.getByRole('region', { name: 'Queue' });
const focused = (page: Page) => page.locator(':focus');

/** With `SCREENSHOTS` naming a folder, a picture of what is on screen. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

test('the fleet, the queue and the settings are worked by keys alone', async ({ studio }) => {
  const { page, home } = studio;
  const png = await sharp({ create: { width: 96, height: 64, channels: 3, background: '#157a4a' } })
    .png()
    .toBuffer();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const relay = await startRelay({ png: png.toString('base64'), keys: KEYS, until: () => released });

  // An endpoint with two keys.
  await press(page, 'Control+6', 'n');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Base URL').focus();
  await page.keyboard.insertText(relay.url);
  await dialog.getByLabel('Name').focus();
  await press(page, 'Control+a');
  await page.keyboard.insertText('Relay');
  await press(page, 'Enter');
  await dialog.getByRole('textbox', { name: 'Keys' }).focus();
  await page.keyboard.insertText(`good=${KEYS[0]}\nsecond=${KEYS[1]}`);
  await dialog.getByRole('button', { name: 'Add 2 keys' }).focus();
  await press(page, 'Enter');
  await page.getByLabel('For this session only').focus();
  await press(page, 'Space');
  await page.getByRole('button', { name: 'Use this' }).focus();
  await press(page, 'Enter');
  await expect(dialog).toHaveCount(0);

  // What was added has the focus. The endpoint is paused and goes on; its second key alone is paused.
  await expect(focused(page)).toContainText('good');
  await page.getByRole('button', { name: /^Relay/ }).focus();
  await press(page, 'p');
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeEnabled();
  await press(page, 'p');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeEnabled();
  await press(page, 'k');
  await expect(focused(page)).toHaveAttribute('role', 'row');
  await press(page, 'ArrowDown', 'p');
  await expect(page.getByRole('button', { name: /^Resume second/ })).toBeVisible();
  await expect(focused(page)).toContainText('second');
  await press(page, 't');
  await expect(page.getByRole('button', { name: 'Test endpoint' })).toBeEnabled();
  await look(page, 'endpoint');
  await press(page, 'Shift+X');
  await expect(page.getByRole('dialog', { name: 'Remove second?' })).toBeVisible();
  await press(page, 'Escape', '?');
  await expect(page.getByRole('term').first()).toHaveText('Add an endpoint');
  await look(page, 'keys');
  // From the key to its endpoint, which then is edited instead.
  await press(page, 'Escape', ']');
  await expect(focused(page)).toContainText('Relay');
  await press(page, 'e');
  await expect(focused(page)).toHaveValue('Relay');
  await press(page, 'Control+a');
  await page.keyboard.insertText('Relay one');
  await press(page, 'Control+s');
  await expect(page.getByRole('heading', { name: 'Relay one' })).toBeVisible();
  await press(page, 'Escape');

  // Two runs, each started by Ctrl+Enter, pressed twice.
  for (const name of ['first', 'second']) {
    const csv = join(home, `${name}.csv`);
    await writeFile(csv, `prompt\n${Array.from({ length: 9 }, (_, at) => `A house ${at}`).join('\n')}\n`);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await press(page, 'Control+n');
    await dropFiles(page, [csv]);
    await expect(page.getByRole('button', { name: 'Run 9 rows' })).toBeEnabled();
    await press(page, 'Control+Enter', 'Control+Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  }

  await press(page, 'Control+j');
  await expect(focused(page)).toHaveText('first');
  await press(page, 'ArrowDown', '+');
  await expect(queue(page).getByRole('heading', { name: 'High priority' })).toBeVisible();
  await expect(focused(page)).toHaveText('second');
  await press(page, 'Shift+X');
  await expect(page.getByRole('dialog', { name: /^Cancel second/ })).toBeVisible();
  await press(page, 'Escape', 'ArrowDown');
  await expect(focused(page)).toHaveText('first');
  await press(page, 'p');
  await expect(queue(page).getByText(/^Pausing: /)).toBeVisible();
  await look(page, 'queue');
  release();
  await expect(queue(page).getByText('Nothing is running')).toBeVisible();
  expect(relay.requests).toHaveLength(18);

  // The settings: the second section, whose field is saved without being left.
  await press(page, 'Control+j', 'Control+,', 'Control+ArrowDown', 'Control+ArrowDown');
  await expect(focused(page)).toHaveText('Daily caps');
  await look(page, 'settings');
  await press(page, 'Tab');
  await page.keyboard.insertText('25');
  await press(page, 'Control+s');
  await expect(page.getByRole('button', { name: 'Reset the daily caps' })).toBeVisible();
  await expect(focused(page)).toHaveValue('25');
  relay.close();
});
