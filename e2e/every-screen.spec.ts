/**
 * Every screen, empty and in use, light and dark, at both sizes: nothing a reader of the screen would stumble over,
 * nothing wider than the window, no text without its contrast. With `SCREENSHOTS` naming a folder, a picture of each.
 */
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { finishDemo } from './demo';
import { expect, resize, test, type Studio } from './studio';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;
const SCHEMES = ['light', 'dark'] as const;

/** `keys`: pressed one after the other. */
const SCREENS: readonly { readonly name: string; readonly keys: string }[] = [
  { name: 'Studio', keys: 'Control+1' },
  { name: 'Runs', keys: 'Control+2' },
  { name: 'Review', keys: 'Control+3' },
  { name: 'Gallery', keys: 'Control+4' },
  { name: 'Text', keys: 'Control+5' },
  { name: 'Endpoints', keys: 'Control+6' },
  { name: 'Usage', keys: 'Control+6 u' },
  { name: 'Settings', keys: 'Control+,' },
  { name: 'New run', keys: 'Control+n' },
];

const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** All that axe knows in the light; in the dark what colours can break, for all else is the same page. */
async function faults(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const { violations } = await (isDark ? axe.withRules(COLOUR_RULES) : axe).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** What a reader would stumble over on what is shown now. */
async function faultsAt({ page }: Studio, where: string): Promise<string[]> {
  const found = (await faults(page)).map((fault) => `${where}: ${fault}`);
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) {
    await page.screenshot({ path: join(folder, `${where.replaceAll(' ', '-')}.png`) });
  }
  return isTooWide ? [...found, `${where}: wider than the window`] : found;
}

/** At both sizes, light and dark. */
async function inEveryLook(
  studio: Studio,
  visit: (look: string) => Promise<readonly string[]>,
): Promise<void> {
  const found: string[] = [];
  for (const size of SIZES) {
    await resize(studio, size);
    for (const colorScheme of SCHEMES) {
      await studio.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await visit(`${colorScheme} ${size.width}`)));
    }
  }
  expect(found).toEqual([]);
}

async function look(studio: Studio, scene: string): Promise<void> {
  await inEveryLook(studio, async (how) => {
    const found: string[] = [];
    for (const { name, keys } of SCREENS) {
      for (const key of keys.split(' ')) {
        await studio.page.keyboard.press(key);
      }
      await studio.page.waitForTimeout(150);
      found.push(...(await faultsAt(studio, `${scene} ${name} ${how}`)));
    }
    return found;
  });
}

async function runDemo(page: Page, done: number): Promise<void> {
  await page.getByRole('button', { name: /^Run \d+ rows/ }).click();
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText(`${done}done`);
}

test('every screen of an empty library', async ({ studio }) => {
  await look(studio, 'empty');
});

test('every screen of a library in use', async ({ studio }) => {
  const { page } = studio;
  await page.keyboard.press('Control+2');
  await finishDemo(page);
  await page.keyboard.press('Control+5');
  await page.getByLabel('Prompt', { exact: true }).fill('Which colours has the sea? Say why.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible();
  await page.getByLabel('JSON', { exact: true }).check();
  await look(studio, 'used');
});

test('what opens over the screens: keys, export, close look, mask, and two answers blind', async ({
  studio,
}) => {
  const { page } = studio;
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await runDemo(page, 20);
  await page.keyboard.press('Control+n');
  await page.getByRole('list', { name: 'Datasets' }).getByRole('button').first().click();
  await page.getByLabel(/What to do/).fill('Tint it blue');
  await runDemo(page, 23);
  const dialog = page.getByRole('dialog');
  const leave = async (): Promise<void> => {
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  };
  /** How each is reached by keys, and left again. */
  const scenes: readonly { readonly name: string; open(): Promise<void>; leave(): Promise<void> }[] = [
    {
      name: 'Keyboard shortcuts',
      open: async () => page.keyboard.press('F1').then(() => dialog.waitFor()),
      leave,
    },
    {
      name: 'Export',
      open: async () => page.keyboard.press('Control+e').then(() => dialog.waitFor()),
      leave,
    },
    {
      name: 'Close look',
      open: async () => {
        await page.keyboard.press('Control+4');
        await page.getByRole('gridcell').first().click();
        await page.keyboard.press('e');
        await expect(dialog.locator('img').first()).toBeVisible();
      },
      leave,
    },
    {
      name: 'Mask',
      open: async () => {
        await page.keyboard.press('s');
        await page.getByRole('button', { name: /^Paint/ }).click();
        await expect(page.getByRole('toolbar', { name: 'Mask tools' })).toBeVisible();
      },
      leave: async () => {
        await page.keyboard.press('Escape');
        await expect(page.getByRole('toolbar', { name: 'Mask tools' })).toHaveCount(0);
      },
    },
    {
      name: 'Arena',
      open: async () => {
        await page.keyboard.press('Control+2');
        await page.keyboard.press('b');
        await page.getByLabel('Compare with another run over the same rows').selectOption({ index: 1 });
        await page.getByRole('button', { name: /^Compare \d+ pairs?$/ }).click();
        await expect(page.getByRole('button', { name: /Left is better/ })).toBeVisible();
      },
      leave: async () => undefined,
    },
    {
      name: 'Result of the arena',
      open: async () => {
        await page.keyboard.press('ArrowLeft');
        await expect(page.locator('.review-place')).toHaveText(/^1 \//);
        await page.keyboard.press('o');
        await expect(page.getByRole('region', { name: 'Win rate' })).toBeVisible();
      },
      leave: async () => page.keyboard.press('Control+2'),
    },
  ];
  await inEveryLook(studio, async (how) => {
    const found: string[] = [];
    for (const scene of scenes) {
      await scene.open();
      found.push(...(await faultsAt(studio, `over ${scene.name} ${how}`)));
      await scene.leave();
    }
    return found;
  });
});
