/** Pictures and files between a browser and the machine it runs on: copied, dragged out, edited elsewhere, dropped in. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser, logIn, saveTo, serveToColleague } from './colleague';
import { dropFiles } from './drop-files';
import { expect, test } from './studio';

/** The smallest PNG there is. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a colleague copies and drags out a picture, downloads one to edit, and drops a folder', async ({
  studio,
}) => {
  const { page, electron, home } = studio;
  const { address, token } = await serveToColleague(page, electron);
  const saved = join(home, 'saved.png');
  await saveTo(electron, saved);
  const browser = await openBrowser(electron, `${address}/app/`);
  await logIn(browser, token);
  await browser.getByRole('button', { name: /Try the demo/ }).click();
  await browser.getByRole('button', { name: /^Run \d+ rows/ }).click();
  await expect(browser.getByRole('list', { name: 'Figures' })).toContainText(/20done/);

  // The service's own clipboard holds the token; what the page copies goes to the browser's.
  await browser.locator('main .tile img').first().click();
  const copy = browser.getByRole('button', { name: 'Copy', exact: true }).first();
  await copy.click();
  await expect(browser.getByText('Copied the picture')).toBeVisible();
  // Read by the browser itself: the window's own clipboard is the same here.
  const kinds = await browser.evaluate(async () =>
    (await navigator.clipboard.read()).flatMap(({ types }) => [...types]),
  );
  expect(kinds).toContain('image/png');
  await expect(browser.getByRole('button', { name: 'Show in folder' })).toHaveCount(0);

  const handle = browser.locator('.drag-handle').first();
  await handle.hover();
  const dragged = (): Promise<string> =>
    handle.evaluate((element) => {
      const dataTransfer = new DataTransfer();
      element.dispatchEvent(new DragEvent('dragstart', { dataTransfer, bubbles: true, cancelable: true }));
      return dataTransfer.getData('DownloadURL');
    });
  await expect.poll(dragged).toMatch(/^image\/\w+:[^:]+\.\w+:http/);
  const [, , ...rest] = (await dragged()).split(':');
  const told = await browser.evaluate(async (url) => {
    const answer = await fetch(url);
    const bytes = (await answer.arrayBuffer()).byteLength;
    return { status: answer.status, bytes, disposition: answer.headers.get('content-disposition') };
  }, rest.join(':'));
  expect(told.status).toBe(200);
  expect(told.disposition).toContain('attachment');
  expect(told.bytes).toBeGreaterThan(1000);

  const folder = join(home, 'holiday');
  await mkdir(folder);
  await writeFile(join(folder, 'a.png'), PIXEL);
  await writeFile(join(folder, 'b.png'), PIXEL);
  await dropFiles(browser, [folder]);
  await expect(browser.getByRole('heading', { name: /New run/ })).toBeVisible();
  await expect(browser.getByText(/holiday/).first()).toBeVisible();
  await expect(browser.getByText(/2 rows/).first()).toBeVisible();

  // A browser opens no other program: the picture is downloaded, and it says what to do with it.
  await browser.keyboard.press('Control+1');
  await dropFiles(browser, [join(folder, 'a.png')]);
  await expect(browser.getByRole('treeitem').first()).toBeVisible();
  await browser.keyboard.press('Shift+O');
  await expect(browser.getByText(/edit the downloaded picture, then drop it on the studio/)).toBeVisible();
  await expect.poll(async () => (await stat(saved).catch(() => null))?.size ?? 0).toBe(PIXEL.length);
});
