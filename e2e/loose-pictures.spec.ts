/** More pictures than a page takes by themselves, dropped one by one as a file manager drops them. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dropFiles } from './drop-files';
import { expect, test } from './studio';

const PICTURE = join(process.cwd(), 'resources', 'sample', 'images', 'candle.jpg');
const COUNT = 1203;

async function loosePictures(home: string): Promise<readonly string[]> {
  const folder = join(home, 'card');
  await mkdir(folder);
  const paths = Array.from({ length: COUNT }, (_, at) => join(folder, `IMG ${at}.jpg`));
  for (const path of paths) {
    await copyFile(PICTURE, path);
  }
  return paths;
}

test('become a run of all of them; the studio offers that, or as many as it takes', async ({ studio }) => {
  const { page, home } = studio;
  const paths = await loosePictures(home);
  await page.keyboard.press('Control+1');
  await dropFiles(page, paths);
  await expect(page.getByText(/^These are 1,203 pictures; the studio takes 200 at once/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Bring in the first 200' })).toBeVisible();
  await page.getByRole('button', { name: 'Start a run with all 1,203' }).click();
  await expect(
    page
      .getByRole('heading', { name: /1,203 pictures/ })
      .or(page.getByText('1,203 pictures'))
      .first(),
  ).toBeVisible();
  await expect(page.getByText('IMG 0.jpg').first()).toBeVisible();

  await page.keyboard.press('Control+2');
  await dropFiles(page, paths.slice(0, 250));
  await expect(page.getByText('250 pictures').first()).toBeVisible();
});
