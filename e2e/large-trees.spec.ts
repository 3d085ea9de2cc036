/** Trees of many pictures, and what changed in a review, in the real window. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from '@playwright/test';
import { finishDemo } from './demo';
import { expect, openStudio, test, type Studio } from './studio';

const CAT = join(process.cwd(), 'resources', 'sample', 'images', 'cat.png');

const items = (page: Page) => page.getByRole('treeitem');
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id ?? '');

async function picture({ page }: Studio, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) {
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

async function bringOne({ page }: Studio): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.locator('input[type=file][aria-label="Pictures to bring in"]').first().setInputFiles([CAT]);
  await expect(items(page)).toHaveCount(1);
}

/** As many pictures as that in the tree of the first, each grown from an earlier one, while no window is open. */
function grow(home: string, total: number): void {
  const db = new DatabaseSync(join(home, 'library', 'brushfleet.db'));
  const [root] = db.prepare('SELECT id, tree_id, origin FROM studio_nodes ORDER BY id LIMIT 1').all();
  const add = db.prepare(
    'INSERT INTO studio_nodes (tree_id, parent_id, name, created_at, origin) VALUES (?, ?, ?, ?, ?)',
  );
  const { id = 0, tree_id: treeId = 0, origin = '' } = root ?? {};
  db.exec('BEGIN');
  const ids = [Number(id)];
  for (let at = 1; at < total; at += 1) {
    const parent = ids[at % 7 === 0 ? 0 : Math.floor(at / 2)] ?? 0;
    const added = add.run(treeId, parent, `Picture ${at}`, Date.now() + at, origin);
    ids.push(Number(added.lastInsertRowid));
  }
  db.exec('COMMIT');
  db.close();
}

for (const total of [20, 2000]) {
  test(`of ${total} pictures: branches close and open by key and mouse, stay so over a restart, and what is in sight is drawn`, async () => {
    const { studio, close } = await openStudio({});
    try {
      await bringOne(studio);
      await studio.electron.close();
      grow(studio.home, total);
      await studio.restart();
      const { page } = studio;
      await page.keyboard.press('Control+1');
      await items(page).first().waitFor();
      expect(await items(page).count()).toBeLessThan(60);
      await page.keyboard.press('ArrowDown');
      await items(page).and(page.locator('[aria-selected=true]')).focus();
      await page.keyboard.press('Home');
      await expect.poll(() => focused(page)).toMatch(/^studio-node-/);
      const root = await focused(page);
      await expect(page.locator(`#${root}`)).toBeInViewport({ ratio: 1 });
      await picture(studio, `tree-${total}`);

      await page.keyboard.press('End');
      await expect.poll(() => focused(page)).not.toBe(root);
      await expect(page.locator(`#${await focused(page)}`)).toBeInViewport({ ratio: 1 });
      await page.keyboard.press('Home');
      await page.keyboard.press('-');
      await expect(items(page)).toHaveCount(1);
      await expect(page.locator(`#${root}`)).toHaveAttribute('aria-expanded', 'false');
      await page.locator(`#${root} .node-fold`).click();
      await expect(page.locator(`#${root}`)).toHaveAttribute('aria-expanded', 'true');

      // All branches, and the first open again.
      await page.keyboard.press('*');
      await expect(items(page)).toHaveCount(1);
      await page.keyboard.press('+');
      await expect.poll(() => items(page).count()).toBeGreaterThan(1);
      await picture(studio, `tree-${total}-closed`);
      await page.locator(`#${root}`).click();
      await studio.restart();
      await studio.page.keyboard.press('Control+1');
      await items(studio.page).first().waitFor();
      await expect(studio.page.locator('[role=treeitem][aria-expanded=false]').first()).toBeVisible();
    } finally {
      await close();
    }
  });
}

test('the heat-map lies over the result of a review, by its key, from one result to the next', async ({
  studio,
}) => {
  const { page } = studio;
  await finishDemo(page);
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('button', { name: /^Accept P/ })).toBeEnabled();
  await page.keyboard.press('h');
  const button = page.getByRole('button', { name: /^Heat-map/ });
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const map = page.getByAltText('Heat-map', { exact: true });
  // Some rows make a picture of nothing: the first that has a source.
  for (let at = 1; at < 10 && (await button.isDisabled()); at += 1) {
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.review-place')).toHaveText(new RegExp(`^${at + 1} / `));
  }
  await expect(map).toBeVisible();
  // It has its place before it has come.
  await expect.poll(() => map.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await picture(studio, 'review-heat-map');
  const before = await map.getAttribute('src');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByAltText('Heat-map', { exact: true })).not.toHaveAttribute('src', before ?? '');
  await page.keyboard.press('h');
  await expect(map).toHaveCount(0);
});
