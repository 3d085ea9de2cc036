/** The size of everything in the window: chosen in Settings or by key, and the same when it is opened again. */
import type { Page } from '@playwright/test';
import { addPainter } from './provider';
import { finishDemo } from './demo';
import { expect, resize, test } from './studio';

const widthOf = (page: Page): Promise<number> => page.evaluate(() => innerWidth);

/** To 200 %: of 1280 pixels 640 are left. */
async function enlarge(page: Page): Promise<void> {
  for (let width = await widthOf(page); width > 640; width = await widthOf(page)) {
    await page.keyboard.press('Control+=');
    await expect.poll(() => widthOf(page)).toBeLessThan(width);
  }
}

test('at 200 % the picture has the room: panels stand over the work, and the request is one line until somebody writes it', async ({
  studio,
}) => {
  const { page } = studio;
  await resize(studio, { width: 1280, height: 800 });
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'Try it with a sample picture' }).click();
  const stage = page.locator('.studio-stage');
  await expect(stage).toBeVisible();
  await enlarge(page);
  const panel = page.getByRole('complementary', { name: 'Sources' });
  await expect(panel).toHaveCount(0);
  await page.locator('h1').first().click();
  // Of the 400 that are left.
  await expect.poll(async () => (await stage.boundingBox())?.height ?? 0).toBeGreaterThan(130);
  expect((await stage.boundingBox())?.width).toBe(640);

  const send = page.locator('.composer-send .primary');
  const before = await send.boundingBox();
  await page.locator('.composer textarea').click();
  await expect(page.getByLabel('Model', { exact: true })).toBeVisible();
  expect(await send.boundingBox()).toEqual(before);

  await page.getByRole('button', { name: 'Sources' }).click();
  await expect(panel).toBeVisible();
  expect((await stage.boundingBox())?.width).toBe(640);
  await page.getByRole('button', { name: 'Fold the panel' }).click({ position: { x: 600, y: 100 } });
  await expect(panel).toHaveCount(0);
});

test('at 200 % a review shows the pictures: one line of head and foot, the rest under the pointer or the keyboard', async ({
  studio,
}) => {
  const { page } = studio;
  await resize(studio, { width: 1280, height: 800 });
  await finishDemo(page);
  await page.keyboard.press('Control+3');
  const accept = page.locator('.verdict.ok');
  await expect(accept).toBeEnabled();
  await enlarge(page);
  const pictures = page.locator('.compare-stage');
  await page.mouse.move(320, 180);
  // Of the 400 that are left.
  await expect.poll(async () => (await pictures.boundingBox())?.height ?? 0).toBeGreaterThan(130);

  const heightOf = async (part: string): Promise<number> =>
    (await page.locator(part).boundingBox())?.height ?? 0;
  const place = await accept.boundingBox();
  await accept.hover();
  await expect.poll(() => heightOf('.review-foot')).toBeGreaterThan(60);
  expect(await accept.boundingBox()).toEqual(place);
  await page.mouse.move(320, 180);
  await expect.poll(() => heightOf('.review-foot')).toBeLessThan(45);

  await page.keyboard.press('x');
  await expect.poll(() => heightOf('.reasons')).toBeLessThan(50);
  await page.getByRole('button', { name: /^Wrong object/ }).hover();
  await expect.poll(() => heightOf('.reasons')).toBeGreaterThan(80);
  await page.getByRole('button', { name: 'Close the reasons' }).click();

  await page.getByLabel('Run that is reviewed').focus();
  await page.keyboard.press('Tab');
  await expect.poll(() => heightOf('.review-head')).toBeGreaterThan(80);
  await page.getByRole('button', { name: 'Export…' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('at 200 % the keys of an endpoint have the room below its tabs, and what stands above them is scrolled to', async ({
  studio,
}) => {
  const { page } = studio;
  await resize(studio, { width: 1280, height: 800 });
  await addPainter(page, { protocol: 'openai', url: 'http://127.0.0.1:9/v1' });
  await enlarge(page);
  const key = page.getByRole('row', { name: /^painter/ });
  await key.getByRole('button', { name: /^Test painter/ }).focus();
  // Its last column is scrolled to.
  await expect(key).toBeInViewport({ ratio: 0.9 });
  const main = page.locator('main').first();
  await main.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  const grid = page.getByRole('grid', { name: /^Keys of/ });
  expect((await grid.boundingBox())?.height).toBeGreaterThan(120);
  await expect(page.getByRole('tab', { name: 'Settings' })).toBeInViewport({ ratio: 1 });
  await page.getByRole('button', { name: 'Test endpoint' }).focus();
  await expect(page.getByRole('button', { name: 'Test endpoint' })).toBeInViewport({ ratio: 1 });
});

test('is chosen in Settings or by key, and stays', async ({ studio }) => {
  const whole = await widthOf(studio.page);
  await studio.page.keyboard.press('Control+,');
  await studio.page.getByLabel('Size', { exact: true }).selectOption('150');
  await expect.poll(() => widthOf(studio.page)).toBeCloseTo(whole / 1.5, -1);
  await studio.restart();
  await expect.poll(() => widthOf(studio.page)).toBeCloseTo(whole / 1.5, -1);
  await studio.page.keyboard.press('Control+-');
  await expect.poll(() => widthOf(studio.page)).toBeCloseTo(whole / 1.25, -1);
  await studio.page.reload();
  await expect.poll(() => widthOf(studio.page)).toBeCloseTo(whole / 1.25, -1);
  await studio.page.keyboard.press('Control+,');
  await studio.page.getByRole('button', { name: 'Reset Size' }).click();
  await expect.poll(() => widthOf(studio.page)).toBe(whole);
});
