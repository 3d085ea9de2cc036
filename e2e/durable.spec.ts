/** Runs that lose nothing, as a person sees them: checked before, looked at early, ordered, capped, cut off and gone on with. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { startRelay } from './relay';
import type { Relay, RelayOptions } from './relay';
import { expect, test } from './studio';
import type { Studio } from './studio';

const KEY = 'AIza-good-key-for-e2e-7Qd1';
const PASSPHRASE = 'correct horse battery';

const figures = (page: Page) => page.getByRole('list', { name: 'Figures' });
const queue = (page: Page) => page.getByRole('region', { name: 'Queue' });
const queued = (page: Page) =>
  queue(page)
    .getByRole('listitem')
    .getByRole('button', { name: /^[a-z]+$/ });

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`);
}

const picture = (): Promise<Buffer> =>
  sharp({ create: { width: 96, height: 64, channels: 3, background: '#157a4a' } })
    .png()
    .toBuffer();

/** A relay with its key in the window, sealed by a passphrase. */
async function connected({ page }: Studio, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const png = (await picture()).toString('base64');
  const relay = await startRelay({ png, keys: [KEY], ...options });
  await page.getByRole('button', { name: /Add a key/ }).click();
  await page.getByLabel('Base URL').fill(relay.url);
  await page.getByRole('button', { name: 'Add and enter keys' }).click();
  await page.getByRole('textbox', { name: 'Keys' }).fill(`good=${KEY}`);
  await page
    .getByRole('button', { name: /^Add 1 key$/ })
    .last()
    .click();
  await page.getByLabel('In a file sealed by a passphrase').check();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Repeat passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Use this' }).click();
  await expect(page.getByRole('button', { name: /^Test good/ })).toBeVisible();
  return relay;
}

/** Drags one run of the queue to the place above another. */
async function drag(page: Page, name: string, above: string): Promise<void> {
  const middle = async (of: string) => {
    const box = await queue(page).getByRole('button', { name: of, exact: true }).boundingBox();
    return { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
  };
  const from = await middle(name);
  const to = await middle(above);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y - 4, { steps: 6 });
  await page.mouse.up();
}

/** `rows` prompts in a file of that name, opened as a new run. */
async function openPrompts({ page, home }: Studio, name: string, rows: number): Promise<void> {
  const csv = join(home, `${name}.csv`);
  const lines = Array.from({ length: rows }, (_, row) => `${name} ${row}`);
  await writeFile(csv, `prompt\n${lines.join('\n')}\n`);
  await dropFile(page, csv);
  await expect(page.getByRole('button', { name: `Run ${rows} rows` })).toBeEnabled();
}

async function dropFile(page: Page, file: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 700, y: 300, data });
  }
}

async function startRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Run \d+ rows/ }).click();
  await expect(figures(page)).toBeVisible();
}

test('rows are checked before, the first three are looked at, and the rest goes on', async ({ studio }) => {
  const { page, home } = studio;
  const relay = await connected(studio);
  const folder = join(home, 'data');
  await mkdir(folder);
  const rows = [0, 1, 2, 3, 4, 5];
  await Promise.all(
    rows
      .filter((row) => row !== 4)
      .map(async (row) => writeFile(join(folder, `${row}.png`), await picture())),
  );
  await writeFile(join(folder, 'pets.csv'), `image\n${rows.map((row) => `${row}.png`).join('\n')}\n`);
  await dropFile(page, join(folder, 'pets.csv'));
  await page.getByLabel(/What to do/).fill('Paint it green');

  const check = page.getByRole('region', { name: 'Check', exact: true });
  await expect(check.getByText(/6 rows checked: 1 problem/)).toBeVisible();
  await check.getByRole('button', { name: 'Look at row 4' }).click();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByText(/“4\.png” cannot be read/)).toBeVisible();
  await expect(check.getByRole('group').or(check).getByText('requests')).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'Try 3 rows first' }).click();
  await expect(figures(page)).toContainText('3done');
  await expect(page.getByText(/first 3 rows are finished/)).toBeVisible();
  expect(relay.requests).toHaveLength(3);
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Continue with the remaining 3' }).click();
  await expect(figures(page)).toContainText('5done');
  await expect(figures(page)).toContainText('1failed');
  expect(relay.requests).toHaveLength(5);
  relay.close();
});

test('a start that is asked for while its file is still being read is made, and once', async ({ studio }) => {
  const { page, home } = studio;
  const relay = await connected(studio);
  const lines = Array.from({ length: 5 }, (_, row) => `early ${row}`);
  const csv = join(home, 'early.csv');
  await writeFile(csv, `prompt\n${lines.join('\n')}\n`);
  const drop = () => dropFile(page, csv);
  const newRun = async () => {
    await page.keyboard.press('Control+n');
    await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible();
  };
  await newRun();
  await drop();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Control+Enter');
  await expect(figures(page)).toContainText('5done');
  expect(relay.requests).toHaveLength(5);
  // No plan is asked for before it is taken back: it rests a moment first, and that moment does not pass.
  await page.clock.install();
  await page.reload();
  await page.locator('main').first().waitFor();
  await newRun();
  await page.clock.pauseAt(Date.now() + 60_000);
  await drop();
  // This clock stamps the page's events and not the preload's, so that a drop is known again only once it is open.
  await expect(page.getByRole('region', { name: 'Source' }).getByText('early.csv')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText(/Press Esc or change anything above to call it off/)).toBeVisible();
  if (process.env['SCREENSHOTS'] !== undefined) {
    await page.screenshot({ path: join(process.env['SCREENSHOTS'], 'start-ahead.png') });
  }
  await page.keyboard.press('Escape');
  await page.clock.resume();
  await expect(page.getByRole('button', { name: /^Run 5 rows/ })).toBeEnabled();
  expect(relay.requests).toHaveLength(5);
  relay.close();
});

test('runs share the pool in an order that the keyboard changes, and pause, cancel and come back', async ({
  studio,
}) => {
  const { page } = studio;
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const relay = await connected(studio, { until: () => released });
  for (const name of ['first', 'second', 'third']) {
    await openPrompts(studio, name, 40);
    await page.getByLabel('Requests in flight').first().fill('4');
    await startRun(page);
  }
  await page.keyboard.press('Control+j');
  await expect(queued(page)).toHaveText(['first', 'second', 'third']);
  await queue(page).getByRole('button', { name: 'third', exact: true }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(queued(page)).toHaveText(['first', 'third', 'second']);
  // The moved run keeps the focus, so that it can be moved on.
  await page.keyboard.press('Alt+ArrowUp');
  await expect(queued(page)).toHaveText(['third', 'first', 'second']);
  await drag(page, 'second', 'first');
  await expect(queued(page)).toHaveText(['third', 'second', 'first']);

  await queue(page).getByRole('button', { name: 'More for second' }).click();
  await page.getByRole('menuitem', { name: 'High priority' }).click();
  await expect(queued(page)).toHaveText(['second', 'third', 'first']);
  expect(await seriousFaults(page)).toEqual([]);

  await queue(page).getByRole('button', { name: 'Cancel first…' }).click();
  await expect(page.getByText(/may be charged all the same/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel 36 jobs' }).click();
  await expect(queue(page).getByText('36 / 40')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await queue(page).getByRole('button', { name: 'Pause third' }).click();
  await expect(
    queue(page)
      .getByText(/Pausing: 4 requests in flight finish first/)
      .first(),
  ).toBeVisible();
  release();
  await expect(queue(page).getByRole('button', { name: 'Resume third' })).toBeVisible();
  await queue(page).getByRole('button', { name: 'Resume third' }).click();
  for (const name of ['first', 'second', 'third']) {
    await page.getByRole('complementary', { name: 'Sources' }).getByRole('button', { name }).first().click();
    await expect(figures(page)).toContainText('40done');
  }
  expect(relay.requests).toHaveLength(120);
  relay.close();
});

test('a cap pauses the run, is raised in place, and nothing is sent twice', async ({ studio }) => {
  const { page } = studio;
  const relay = await connected(studio);
  await openPrompts(studio, 'capped', 12);
  await page.getByLabel('Requests in flight').first().fill('2');
  await page.getByLabel('Request cap').fill('5');
  await startRun(page);
  const raised = page.getByLabel('This run: request cap');
  await expect(raised).toBeVisible();
  expect(relay.requests.length).toBeLessThanOrEqual(5);
  expect(await seriousFaults(page)).toEqual([]);
  await raised.fill('100');
  await page.getByRole('button', { name: 'Save and resume' }).click();
  await expect(figures(page)).toContainText('12done');
  expect(relay.requests).toHaveLength(12);
  relay.close();
});

test('refused rows go again with another instruction as a run of their own', async ({ studio }) => {
  const { page } = studio;
  const relay = await connected(studio, { refuses: (text) => /[13]$/.test(text) });
  await openPrompts(studio, 'scenes', 4);
  await startRun(page);
  await expect(figures(page)).toContainText('2failed');
  await page.getByRole('button', { name: /2 failures, why/ }).click();
  for (const row of [1, 3]) {
    await expect(page.getByRole('button', { name: `Show row ${row}` })).toBeVisible();
  }
  await page.getByRole('button', { name: 'Rerun 2 Blocked…' }).click();
  await page.getByLabel('Instruction').fill('{{prompt}}, gently');
  await expect(page.getByText(/become a new run/)).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make a new run of 2 jobs' }).click();
  await expect(page.getByRole('heading', { name: 'scenes, again' })).toBeVisible();
  await expect(figures(page)).toContainText('2done');
  expect(
    relay.requests
      .slice(4)
      .map((one) => one.text)
      .toSorted(),
  ).toEqual(['scenes 1, gently', 'scenes 3, gently']);
  relay.close();
});

test('what was in flight when the app was killed is listed, and goes again only when told', async ({
  studio,
}) => {
  const { page, home } = studio;
  let isHolding = true;
  const relay = await connected(studio, {
    until: (text) => (isHolding && /[45]$/.test(text) ? new Promise(() => {}) : Promise.resolve()),
  });
  await openPrompts(studio, 'cut', 6);
  await startRun(page);
  await expect(figures(page)).toContainText('4done');
  await expect(figures(page)).toContainText('2in flight');
  studio.electron.process().kill('SIGKILL');
  await studio.restart();

  const again = studio.page;
  await expect(again.getByText('2 jobs possibly charged, result lost')).toBeVisible();
  await again.getByRole('button', { name: '2 jobs possibly charged, result lost' }).click();
  const lost = again.getByRole('table', { name: 'Possibly charged' });
  await expect(lost.getByText('cut 4')).toBeVisible();
  await expect(lost.getByText(/…7Qd1/).first()).toBeVisible();
  expect(await seriousFaults(again)).toEqual([]);
  const files = await readdir(join(home, 'Pictures', 'Brushfleet', 'cut'));
  expect(files.filter((name) => name.endsWith('.png'))).toHaveLength(4);
  expect(relay.requests).toHaveLength(6);

  isHolding = false;
  await again.getByRole('button', { name: 'Send 2 again…' }).click();
  await expect(again.getByRole('dialog').getByText(/may be charged a second time/)).toBeVisible();
  await again.getByRole('dialog').getByRole('button', { name: 'Send 2 again' }).click();
  await again.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await again.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(figures(again)).toContainText('6done');
  expect(relay.requests).toHaveLength(8);
  relay.close();
});

test('a chosen folder that holds something is named, and nothing is mixed or sent unasked', async ({
  studio,
}) => {
  const { page, home } = studio;
  const relay = await connected(studio);
  const found = join(home, 'found');
  await mkdir(found);
  for (const row of [0, 1]) {
    await writeFile(join(found, `00000${row}.png`), await picture());
  }
  await writeFile(join(found, '000002.png'), (await picture()).subarray(0, 60));
  await openPrompts(studio, 'scenes', 4);
  await chooseFolder(studio, found);
  await expect(page.getByText(/3 pictures that this library has no record of/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Run 4 rows/ })).toBeDisabled();
  await page.getByRole('radio', { name: /Count 2 intact pictures as done/ }).check();
  expect(await seriousFaults(page)).toEqual([]);
  await startRun(page);
  await expect(figures(page)).toContainText('4done');
  expect(relay.requests.map((one) => one.text).toSorted()).toEqual(['scenes 2', 'scenes 3']);

  await openPrompts(studio, 'scenes', 4);
  await chooseFolder(studio, found);
  await expect(page.getByText(/with the same recipe/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Resume the run/ })).toBeEnabled();
  await page
    .getByLabel(/^What to|^Prompt/)
    .first()
    .fill('{{prompt}}, at night');
  await expect(page.getByText(/which has a different recipe: instruction/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Run 4 rows/ })).toBeDisabled();
  expect(relay.requests).toHaveLength(2);
  relay.close();
});

/** The system's dialog cannot be driven: it answers at once with that folder. */
async function chooseFolder({ page, electron }: Studio, folder: string): Promise<void> {
  await electron.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
  }, folder);
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
}
