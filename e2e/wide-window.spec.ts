/** A window of 1920 x 1080: what is little is shown large, and what is long stands in columns. */
import type { Locator, Page } from '@playwright/test';
import { expect, resize, test, type Studio } from './studio';

const widen = (studio: Studio): Promise<void> => resize(studio, { width: 1920, height: 1080 });

const isScrolled = (list: Locator): Promise<boolean> =>
  list.evaluate((element) => element.scrollHeight > element.clientHeight);

test('few pictures fill the gallery, as far as the chosen size and their own allow', async ({ studio }) => {
  const { page } = studio;
  await widen(studio);
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByRole('button', { name: /^Run \d+ rows/ }).click();
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText('20done');
  await page.keyboard.press('Control+4');
  const grid = page.getByRole('grid', { name: 'Results' });
  const side = async () => Math.round((await grid.getByRole('gridcell').first().boundingBox())?.width ?? 0);
  // They would have some 150 pixels otherwise, and the lower half of the screen would be empty.
  await expect.poll(side).toBeGreaterThan(180);
  await expect.poll(() => isScrolled(grid)).toBe(false);
  const size = page.getByLabel('Size of pictures');
  await page.getByLabel('Search instructions and columns').fill('cup');
  await expect(grid.getByRole('gridcell')).toHaveCount(1);
  await expect.poll(side).toBe(3 * 132);
  await size.fill('96');
  await expect.poll(side).toBe(3 * 96);
  await size.fill('320');
  await expect.poll(side).toBeLessThanOrEqual(512);
});

/** Left edges of the sections that Ctrl and an arrow go through, in that order. */
async function edgesByKey(page: Page): Promise<number[]> {
  const edges: number[] = [];
  for (let before = ''; ; ) {
    await page.keyboard.press('Control+ArrowDown');
    const heading = page.locator('.settings h2:focus');
    const name = (await heading.textContent()) ?? '';
    if (name === before) {
      return edges;
    }
    before = name;
    edges.push(Math.round((await heading.boundingBox())?.x ?? 0));
  }
}

test('the settings stand in two columns, gone through down the first, then the second', async ({
  studio,
}) => {
  const { page } = studio;
  await page.keyboard.press('Control+,');
  expect(new Set(await edgesByKey(page)).size).toBe(1);
  await widen(studio);
  await page.keyboard.press('Control+2');
  await page.keyboard.press('Control+,');
  const edges = await edgesByKey(page);
  expect(new Set(edges).size).toBe(2);
  expect(edges).toEqual([...edges].sort((one, other) => one - other));
});

test('the keys stand in as many columns as there is room for', async ({ studio }) => {
  const { page } = studio;
  const columns = async () => {
    const lefts = await page
      .locator('.keys-list section')
      .evaluateAll((all) => all.map((section) => Math.round(section.getBoundingClientRect().left)));
    return new Set(lefts).size;
  };
  await page.keyboard.press('F1');
  await expect.poll(columns).toBe(3);
  await widen(studio);
  await expect.poll(columns).toBe(4);
});
