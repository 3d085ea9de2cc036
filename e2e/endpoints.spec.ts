/** The pool as the person who manages keys meets it: an endpoint with its keys, limits, weights, states and the lab. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { startRelay } from './relay';
import { expect, test } from './studio';

const GOOD_KEY = 'AIza-good-key-for-e2e-7Qd1';
const SECOND_KEY = 'AIza-second-key-for-e2e-m31a';
const BAD_KEY = 'AIza-bad-key-for-e2e-aa02';

const png = () =>
  sharp({ create: { width: 96, height: 64, channels: 3, background: '#157a4a' } })
    .png()
    .toBuffer();

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`);
}

async function addEndpoint(page: Page, url: string, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click();
  await page.getByRole('button', { name: 'Add an endpoint' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Base URL').fill(url);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Add and enter keys' }).click();
}

async function pasteKeys(page: Page, keys: string, isFirst: boolean): Promise<void> {
  await page.getByRole('dialog').getByRole('textbox', { name: 'Keys' }).fill(keys);
  await confirmPaste(page, isFirst);
}

/** The first time the vault asks how to keep keys. */
async function confirmPaste(page: Page, isFirst: boolean): Promise<void> {
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Add [\d,]+ keys?$/ })
    .click();
  if (isFirst) {
    await page.getByLabel('For this session only').check();
    await page.getByRole('button', { name: 'Use this' }).click();
  }
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** The relays as the list shows them, top down. */
async function orderOf(page: Page): Promise<string[]> {
  const items = await page.getByRole('list', { name: 'Endpoints' }).getByRole('button').allTextContents();
  return items.flatMap((text) => /^Relay (?:one|two)/.exec(text) ?? []);
}

const rowOf = (page: Page, key: string) => page.getByRole('row', { name: new RegExp(`^${key}`) });

test('endpoints, keys, limits and groups are managed, and bad input is refused at its field', async ({
  studio: { page },
}) => {
  const relay = await startRelay({ png: (await png()).toString('base64'), keys: [GOOD_KEY, SECOND_KEY] });
  await addEndpoint(page, relay.url, 'Relay one');

  // A paste with labels and a double; the double is shown before anything is added.
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('textbox', { name: 'Keys' })
    .fill(`label,key\ngood,${GOOD_KEY}\nbad,${BAD_KEY}\n${GOOD_KEY}`);
  await expect(dialog.getByText('2 keys, 1 duplicate left out')).toBeVisible();
  await expect(dialog.getByText(/line 4 repeats line 2/)).toBeVisible();
  await dialog.getByLabel('Tier', { exact: true }).selectOption('free');
  await dialog.getByLabel('Quota group').selectOption('New group…');
  await dialog.getByLabel('Name of the new group').fill('lab account');
  await dialog.getByRole('button', { name: 'Create group' }).click();
  await expect(dialog.getByLabel('Quota group')).toContainText('lab account');
  expect(await seriousFaults(page)).toEqual([]);
  await pasteKeys(page, `label,key\ngood,${GOOD_KEY}\nbad,${BAD_KEY}\n${GOOD_KEY}`, true);
  await expect(rowOf(page, 'good')).toContainText('lab account');

  // The same secret again is refused by the vault's fingerprint, not by its label.
  await page.getByRole('button', { name: 'Add keys' }).first().click();
  await pasteKeys(page, `again=${GOOD_KEY}`, false);
  await expect(page.getByText(/1 was already here/)).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(3);

  // A test tells both keys apart.
  await page.getByRole('button', { name: 'Test endpoint' }).click();
  await expect(page.getByRole('status', { name: 'Test results' })).toContainText('1 work, 1 failed');
  await page.getByRole('button', { name: 'Close the test results' }).click();

  // What it found stands in the key's row, the status line and the event log; requests go with the other key.
  await page.getByRole('button', { name: 'Endpoint lab…' }).click();
  const lab = page.getByRole('dialog', { name: 'Endpoint lab' });
  await lab.getByRole('button', { name: 'Probe 1 endpoint' }).click();
  await expect(lab.getByRole('row', { name: /^Relay one/ })).toContainText('Delivered');
  await lab.getByRole('button', { name: 'Close' }).click();
  await expect(rowOf(page, 'bad')).toContainText('Invalid');
  await expect(rowOf(page, 'good')).toContainText('Ready');
  await expect(page.getByRole('button', { name: /1\/2 keys ready/ })).toBeVisible();
  await page.getByRole('tab', { name: /^Log/ }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'key bad' })).toContainText(
    /Invalid · the key was refused/,
  );
  await page.getByRole('tab', { name: /^Keys/ }).click();

  // Reset, pause, resume, and the editor by keyboard alone.
  await page.getByRole('button', { name: /^More for bad/ }).click();
  await page.getByRole('menuitem', { name: /^Reset/ }).click();
  await expect(rowOf(page, 'bad')).toContainText('Ready');
  await page.getByRole('button', { name: /^Pause bad/ }).click();
  await expect(rowOf(page, 'bad')).toContainText('Paused');
  await rowOf(page, 'good').focus();
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Requests per minute').fill('5');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(rowOf(page, 'good')).toContainText(/\d \/ 5/);
  expect(await seriousFaults(page)).toEqual([]);

  // Settings: half-typed values are never saved, refusals stand at their field.
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Requests per day').fill('250');
  await page.getByLabel('Requests per day').press('Enter');
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText(/\d \/ 250today/);
  await page.getByLabel('Base URL').fill('relay');
  await expect(page.getByText(/A base URL begins with https/)).toBeVisible();
  await page.getByLabel('Daily limits reset').fill('Mars/Olympus');
  await page.getByLabel('Daily limits reset').press('Enter');
  await expect(page.getByText(/There is no time zone Mars\/Olympus/)).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  relay.close();
});

test('traffic is shared by weights that are dragged, an endpoint is paused, and the lab compares both', async ({
  studio,
}) => {
  const { page } = studio;
  const relay = await startRelay({ png: (await png()).toString('base64'), keys: [GOOD_KEY, SECOND_KEY] });
  await addEndpoint(page, relay.url, 'Relay one');
  await pasteKeys(page, `good=${GOOD_KEY}`, true);
  await addEndpoint(page, relay.url, 'Relay two');
  await pasteKeys(page, `second=${SECOND_KEY}`, false);

  // Shares are previewed, then saved for both at once.
  const handle = page.getByRole('slider', { name: /^Share of Relay one/ });
  await expect(handle).toHaveAttribute('aria-valuenow', '50');
  await handle.focus();
  await page.keyboard.press('PageUp');
  await expect(handle).toHaveAttribute('aria-valuenow', '75');
  const list = page.getByRole('list', { name: 'Endpoints' });
  await expect(list.getByRole('button', { name: /^Relay one/ })).toContainText('50% → 75%');
  await page.getByRole('button', { name: 'Save weights' }).click();
  await expect(list.getByRole('button', { name: /^Relay one/ })).toContainText('75%');
  await expect(page.getByRole('button', { name: 'Save weights' })).toHaveCount(0);

  // The order is changed by key and survives a restart of the window.
  await list.getByRole('button', { name: /^Relay two/ }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => orderOf(studio.page)).toEqual(['Relay two', 'Relay one']);

  // The lab asks both for the same picture.
  await page.getByRole('button', { name: 'Endpoint lab…' }).click();
  const lab = page.getByRole('dialog', { name: 'Endpoint lab' });
  await lab.getByLabel('Prompt', { exact: true }).fill('A green field');
  await lab.getByRole('button', { name: 'Probe 2 endpoints' }).click();
  await expect(lab.getByRole('row', { name: /^Relay one/ })).toContainText(/Delivered.*96 × 64/);
  await expect(lab.getByRole('row', { name: /^Relay two/ })).toContainText(/Delivered.*96 × 64/);
  await expect
    .poll(() =>
      lab
        .getByRole('img', { name: /^Answer of Relay one/ })
        .evaluate((one) => (one as HTMLImageElement).naturalWidth),
    )
    .toBe(96);
  expect(relay.requests.map((one) => one.text)).toEqual(['A green field', 'A green field']);
  expect(new Set(relay.requests.map((one) => one.key))).toEqual(new Set([GOOD_KEY, SECOND_KEY]));
  expect(await seriousFaults(page)).toEqual([]);
  await lab.getByRole('button', { name: 'Close' }).click();

  // A paused endpoint says so, everywhere.
  await list.getByRole('button', { name: /^Relay one/ }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(list.getByRole('button', { name: /^Relay one/ })).toContainText('Paused');
  await expect(page.getByRole('button', { name: /1\/1 keys ready/ })).toBeVisible();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(page.getByRole('button', { name: /2\/2 keys ready/ })).toBeVisible();

  await studio.restart();
  await studio.page.getByRole('button', { name: 'Endpoints', exact: true }).click();
  await expect.poll(() => orderOf(studio.page)).toEqual(['Relay two', 'Relay one']);
  relay.close();
});

test('the pool is set by a preset, and 1,500 keys stay usable', async ({ studio: { page, electron } }) => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const pool = page.getByRole('region', { name: 'Pool' });
  // It is chosen once it is saved.
  const preset = pool.getByRole('radio', { name: /^gemini_parallel/ });
  await preset.click();
  await expect(preset).toBeChecked();
  const rest = pool.getByRole('spinbutton', { name: 'A key rests after each answer' });
  await expect(rest).toHaveValue('30');
  await rest.fill('20');
  await rest.press('Enter');
  await expect(pool.getByRole('radio', { name: /^Custom/ })).toBeChecked();
  expect(await seriousFaults(page)).toEqual([]);

  await addEndpoint(page, 'https://relay.example', 'Large fleet');
  const keys = Array.from({ length: 1500 }, (_, at) => `pool-${at},AIzaKeyOfTheLargeFleet${1_000_000 + at}`);
  await electron.evaluate(({ clipboard }, text) => clipboard.writeText(text), keys.join('\n'));
  await page.getByRole('textbox', { name: 'Keys' }).press('Control+V');
  await confirmPaste(page, true);
  const grid = page.getByRole('grid', { name: 'Keys of Large fleet' });
  await expect(grid).toHaveAttribute('aria-rowcount', '1501');
  expect(await grid.getByRole('row').count()).toBeLessThan(60);
  await page.getByLabel('Search keys of this endpoint').fill('pool-1499');
  await expect(grid).toHaveAttribute('aria-rowcount', '2');
  await page.getByLabel('Search keys of this endpoint').fill('');
  await rowOf(page, 'pool-0 ').focus();
  await page.keyboard.press('End');
  await expect(rowOf(page, 'pool-1499')).toBeFocused();
});
