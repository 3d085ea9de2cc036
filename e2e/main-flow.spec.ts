/** The main job, as a person does it: from the first start to edited pictures, and back after a restart. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { dropFiles } from './drop-files';
import { startRelay } from './relay';
import { expect, test } from './studio';

const GOOD_KEY = 'AIza-good-key-for-e2e-7Qd1';
const BAD_KEY = 'AIza-bad-key-for-e2e-aa02';
const PASSPHRASE = 'correct horse battery';

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`);
}

const picture = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 96, height: 64, channels: 3, background } })
    .png()
    .toBuffer();

function figures(page: Page) {
  return page.getByRole('list', { name: 'Figures' });
}

async function addEndpoint(page: Page, url: string, keys: string): Promise<void> {
  await page.getByRole('button', { name: /Add a key/ }).click();
  await page.getByLabel('Base URL').fill(url);
  await page.getByRole('button', { name: 'Add and enter keys' }).click();
  await page.getByRole('textbox', { name: 'Keys' }).fill(keys);
  await page
    .getByRole('button', { name: /^Add \d keys?$/ })
    .last()
    .click();
  await page.getByLabel('In a file sealed by a passphrase').check();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Repeat passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Use this' }).click();
  await expect(page.getByRole('button', { name: /^Test good/ })).toBeVisible();
}

test('first run, the demo, comparing, and the state after a restart', async ({ studio }) => {
  const { page, home } = studio;
  for (const card of [/Try the demo/, /Add a key/, /Open a CSV or folder/]) {
    await expect(page.getByRole('button', { name: card })).toBeVisible();
  }
  expect(await seriousFaults(page)).toEqual([]);

  // Two clicks to finished pictures.
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run 24 rows/ }).click();
  await expect(figures(page)).toContainText('20done');
  await expect(figures(page)).toContainText('4failed');
  for (const kind of ['Blocked', 'No picture', 'Bad input', 'Provider overloaded']) {
    await expect(page.getByRole('button', { name: new RegExp(`^${kind} 1`) })).toBeVisible();
  }
  const files = async () => readdir(join(home, 'Pictures', 'Brushfleet'), { recursive: true });
  expect((await files()).filter((name) => /\d{6}\.(png|jpg|webp)$/.test(name))).toHaveLength(20);
  // The table is written once the last row is through.
  await expect.poll(async () => (await files()).some((name) => name.endsWith('results.csv'))).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);

  // Previews are real pictures, made by the image process.
  await expect
    .poll(() =>
      page
        .locator('[role=gridcell] img')
        .evaluateAll(
          (pictures) => pictures.filter((one) => (one as HTMLImageElement).naturalWidth > 100).length,
        ),
    )
    .toBeGreaterThan(8);

  // Before and after.
  await page.getByRole('gridcell').first().click();
  const divider = page.getByRole('slider', { name: 'Divider between source and result' });
  await expect(divider).toBeVisible();
  const before = await divider.inputValue();
  await divider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(divider).not.toHaveValue(before);

  await studio.restart();
  await studio.page
    .getByRole('button', { name: /demo dataset/ })
    .first()
    .click();
  await expect(figures(studio.page)).toContainText('20done');
  await expect(figures(studio.page)).toContainText('4failed');
});

test('a key is added, tested and removed; a CSV runs through a relay that answers data URLs in text', async ({
  studio,
}) => {
  const png = (await picture('#157a4a')).toString('base64');
  const relay = await startRelay({ png, keys: [GOOD_KEY] });
  const folder = join(studio.home, 'data');
  await mkdir(folder);
  const inputs = await Promise.all(['#c2410c', '#1d5fc2', '#e7b44a'].map(picture));
  await Promise.all(inputs.map((bytes, at) => writeFile(join(folder, `${at}.png`), bytes)));
  const csv = join(folder, 'portraits.csv');
  await writeFile(csv, 'photo,subject\n0.png,the fox\n1.png,the owl\n2.png,the cat\n');
  const { page } = studio;

  await addEndpoint(page, relay.url, `good=${GOOD_KEY}\nbad=${BAD_KEY}`);
  await page.getByRole('button', { name: /^Test good/ }).click();
  await expect(page.getByText(/1 model/)).toBeVisible();
  await page.getByRole('button', { name: /^Test bad/ }).click();
  await expect(page.getByText(/API key not valid/).first()).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: /^More for bad/ }).click();
  await page.getByRole('menuitem', { name: /^Remove/ }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(page.getByRole('button', { name: /^Test bad/ })).toHaveCount(0);

  // Drop, map, write the instruction, run.
  await dropFiles(page, [csv]);
  await page.getByRole('button', { name: 'photo', exact: true }).click();
  await page.getByLabel(/Edit the row/).check();
  await page.getByLabel(/What to do/).fill('Paint {{subject}} in green');
  await expect(page.getByText('Paint the fox in green')).toBeVisible();
  await page.getByRole('button', { name: /^Run 3 rows/ }).click();
  await expect(figures(page)).toContainText('3done');

  expect(relay.requests.map((one) => one.text).toSorted()).toEqual([
    'Paint the cat in green',
    'Paint the fox in green',
    'Paint the owl in green',
  ]);
  const fox = relay.requests.find((one) => one.text.includes('fox'));
  expect(fox?.images).toEqual([inputs[0]?.toString('base64')]);
  expect(new Set(relay.requests.map((one) => one.key))).toEqual(new Set([GOOD_KEY]));
  const results = join(studio.home, 'Pictures', 'Brushfleet', 'portraits');
  expect((await readFile(join(results, '000001.png'))).toString('base64')).toBe(png);
  // Written once the last row is through.
  await expect
    .poll(() => readFile(join(results, 'results.csv'), 'utf8').catch(() => ''))
    .toMatch(/^photo,subject,output_image,status,/);

  await page.getByRole('button', { name: 'Gallery', exact: true }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(3);

  // The vault asks again after a restart, and no file holds the key in clear.
  await studio.restart();
  await expect(studio.page.getByRole('button', { name: /portraits/ }).first()).toBeVisible();
  let names: readonly string[] = [];
  // Chromium clears folders of its own away meanwhile: a walk that meets with that is begun anew.
  await expect(async () => (names = await readdir(studio.home, { recursive: true }))).toPass();
  expect(names).toContain('library');
  for (const name of names) {
    const bytes = await readFile(join(studio.home, name)).catch(() => Buffer.alloc(0));
    expect(bytes.includes(GOOD_KEY), name).toBe(false);
  }
  relay.close();
});

test('bad input: an empty CSV says one clear sentence', async ({ studio }) => {
  const csv = join(studio.home, 'empty.csv');
  await writeFile(csv, '');
  await expect(studio.page.getByRole('button', { name: /Try the demo/ })).toBeVisible();
  await dropFiles(studio.page, [csv]);
  await expect(studio.page.getByText(/"empty.csv" is empty/)).toBeVisible();
});
