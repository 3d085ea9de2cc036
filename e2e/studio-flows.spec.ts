/** The artist's flows in the real window, against a painter whose log says what each request carried. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { addPainter, type PainterProvider, startPainter } from './provider';
import { expect, resize, test } from './studio';

const SAMPLES = join(process.cwd(), 'resources', 'sample', 'images');
const CAT = join(SAMPLES, 'cat.png');
const PEARS = join(SAMPLES, 'pears.jpg');

let painter: PainterProvider;
test.beforeEach(async () => {
  painter = await startPainter();
});
test.afterEach(() => painter.close());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const nodes = (page: Page) => page.getByRole('treeitem');

async function bring(page: Page, ...files: string[]): Promise<void> {
  await page.keyboard.press('Control+1');
  await page.locator('input[type=file][aria-label="Pictures to bring in"]').first().setInputFiles(files);
  await expect(
    page.getByRole('list', { name: 'Pictures of the request' }).locator('[data-input]'),
  ).toHaveCount(files.length);
}

/** Sends, and waits until as many nodes are there and done. */
async function send(page: Page, instruction: string, count: number): Promise<void> {
  await page.getByLabel('Instruction').fill(instruction);
  await expect(page.getByRole('button', { name: /Ctrl\+Enter$/ })).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(nodes(page)).toHaveCount(count);
  // What is done is the new one: the one before was shown as done, too.
  await expect(page.getByRole('treeitem', { name: instruction, selected: true })).toHaveCount(1);
  await expect(page.locator('.studio-title').getByText('Done')).toBeVisible();
}

/** Hashes of the pictures that a request carried, in their order. */
function carried(index: number): readonly string[] {
  return painter.requests[index]?.images.map((image) => image.sha256) ?? [];
}

/** The answers in the library, oldest first. */
async function answers(home: string): Promise<readonly string[]> {
  const folder = join(home, 'library', 'studio');
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    /^\d+\/.*\.(?:png|jpg|webp)$/.test(name),
  );
  const found = await Promise.all(
    names
      .filter((name) => !/\.(?:locked|changed)\./.test(name))
      .map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  return found.toSorted((one, other) => one.at - other.at).map(({ path }) => path);
}

async function chooseModel(page: Page, value: string): Promise<void> {
  await page.getByLabel('Model', { exact: true }).selectOption(value);
}

test('combines two pictures in one request, by keyboard', async ({ studio }) => {
  const { page } = studio;
  await addPainter(page, { protocol: 'google_genai', url: painter.google });
  await bring(page, CAT, PEARS);
  await send(page, 'Combine both pictures', 3);
  expect(carried(0)).toEqual([sha256(await readFile(CAT)), sha256(await readFile(PEARS))]);
  expect(painter.requests[0]?.prompt).toMatch(/Image 1 is .*Image 2 is .*Combine both pictures/s);
});

test('five edits in a chain, a restart, a branch from the second: each carries its parent’s exact bytes', async ({
  studio,
}) => {
  await addPainter(studio.page, { protocol: 'openai', url: painter.openai });
  await bring(studio.page, CAT);
  await chooseModel(studio.page, 'openai gpt-image-2.5-flare');
  const edits = [
    'Mirror it',
    'Tint it blue',
    'Make it brighter',
    'Turn it upside down',
    'Add a caption "five"',
  ];
  for (const [at, instruction] of edits.entries()) {
    await send(studio.page, instruction, at + 2);
    await studio.page.getByRole('button', { name: /^Edit this/ }).click();
  }
  const made = await answers(studio.home);
  expect(made).toHaveLength(5);
  const parents = [CAT, ...made.slice(0, 4)];
  for (const [at, parent] of parents.entries()) {
    expect(carried(at), edits[at]).toEqual([sha256(await readFile(parent))]);
  }

  await studio.restart();
  const { page } = studio;
  await page.keyboard.press('Control+1');
  await expect(nodes(page)).toHaveCount(6);
  // What was kept for one session only is asked for again.
  await addPainter(page, { protocol: 'openai', url: painter.openai });
  await page.keyboard.press('Control+1');
  await page.getByRole('treeitem', { name: /Tint it blue/ }).click();
  await page.getByRole('button', { name: /^Edit this/ }).click();
  await send(page, 'Draw it as a sketch', 7);
  expect(carried(5)).toEqual([sha256(await readFile(made[1] ?? ''))]);
  const branch = page.getByRole('treeitem', { name: /Draw it as a sketch/ });
  const sibling = page.getByRole('treeitem', { name: /Make it brighter/ });
  expect(await branch.getAttribute('aria-level')).toBe(await sibling.getAttribute('aria-level'));
});

test('a mask is painted, undone, painted again and sent; the locked edit changes nothing outside it', async ({
  studio,
}) => {
  const { page } = studio;
  await addPainter(page, { protocol: 'openai', url: painter.openai });
  await bring(page, CAT);
  await chooseModel(page, 'openai gpt-image-2.5-flare');
  await page.getByRole('button', { name: /^Paint/ }).click();
  const stage = page.getByRole('application');
  // The picture is drawn, and with it the place of each of its pixels known.
  await expect(stage.locator('img').first()).toHaveJSProperty('complete', true);
  const box = (await stage.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const paint = async (): Promise<void> => {
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.45);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.5, { steps: 8 });
    await page.mouse.up();
    await expect(page.getByText(/% marked$/)).toBeVisible();
  };
  await paint();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Paint B/ })).toBeVisible();
  await page.getByRole('button', { name: /^Paint/ }).click();
  await paint();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Painted/ })).toBeVisible();
  await page.getByLabel('Lock the rest').check();
  await send(page, 'Invert it', 2);
  expect(painter.requests[0]?.mask).toMatchObject({ mimeType: 'image/png' });
  await expect(page.getByText(/locked, blended over/)).toBeVisible();

  const folder = join(studio.home, 'library', 'studio');
  const locked = async (): Promise<string> =>
    (await readdir(folder, { recursive: true })).find((name) => name.endsWith('.locked.png')) ?? '';
  await expect.poll(locked).not.toBe('');
  const composite = join(folder, await locked());
  const [answer = ''] = await answers(studio.home);
  const { outside, inside } = await changes(CAT, composite, await maskOf(folder));
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(0);
  // The provider's own answer stays as it came.
  expect(sha256(await readFile(answer))).not.toBe(sha256(await readFile(composite)));
});

test('by keyboard alone: a mask lasts over a restart and goes along, and undoing a prune edits the picture again', async ({
  studio,
}) => {
  await addPainter(studio.page, { protocol: 'openai', url: painter.openai });
  await bring(studio.page, CAT);
  await chooseModel(studio.page, 'openai gpt-image-2.5-flare');
  await studio.page.locator('.studio-title').click();
  await studio.page.keyboard.press('b');
  await expect(studio.page.getByRole('application')).toBeFocused();
  await studio.page.keyboard.press('Enter');
  await expect(studio.page.getByText(/% marked$/)).toBeVisible();
  await studio.page.keyboard.press('Escape');
  await expect(studio.page.getByRole('button', { name: /^Painted/ })).toBeVisible();

  await studio.restart();
  const { page } = studio;
  await addPainter(page, { protocol: 'openai', url: painter.openai });
  await page.keyboard.press('Control+1');
  await expect(page.getByRole('button', { name: /^Painted/ })).toBeVisible();
  await send(page, 'Invert it', 2);
  expect(painter.requests[0]?.mask).toMatchObject({ mimeType: 'image/png' });

  await page.getByRole('treeitem', { name: 'Invert it' }).focus();
  await page.keyboard.press('e');
  await expect(page.getByLabel('Instruction')).toBeFocused();
  await page.getByRole('treeitem', { name: 'Invert it' }).focus();
  await page.keyboard.press('Delete');
  await expect(nodes(page)).toHaveCount(1);
  await page.keyboard.press('Control+z');
  await expect(nodes(page)).toHaveCount(2);
  const [answer = ''] = await answers(studio.home);
  await send(page, 'Tint it blue', 3);
  expect(carried(1)).toEqual([sha256(await readFile(answer))]);
});

async function maskOf(folder: string): Promise<string> {
  const [name = ''] = await readdir(join(folder, 'masks'));
  return join(folder, 'masks', name);
}

/** How many pixels differ where the mask is wholly opaque, and where it is not. */
async function changes(
  before: string,
  after: string,
  mask: string,
): Promise<{ outside: number; inside: number }> {
  const raw = async (path: string) => sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const [one, other, painted] = await Promise.all([raw(before), raw(after), raw(mask)]);
  expect({ width: other.info.width, height: other.info.height }).toEqual({
    width: one.info.width,
    height: one.info.height,
  });
  let outside = 0;
  let inside = 0;
  const feather = await sharp(mask).extractChannel('alpha').negate().dilate(40).raw().toBuffer();
  for (let at = 0; at < one.info.width * one.info.height; at += 1) {
    const differs = one.data.compare(other.data, at * 4, at * 4 + 4, at * 4, at * 4 + 4) !== 0;
    if (differs && (feather[at] ?? 0) === 0) {
      outside += 1;
    } else if (differs && (painted.data[at * 4 + 3] ?? 255) < 255) {
      inside += 1;
    }
  }
  return { outside, inside };
}

test('at 1280x800 the settings with the lock on and the mask tools stay one row each, and nothing leaves the window', async ({
  studio,
}) => {
  const { page } = studio;
  await resize(studio, { width: 1280, height: 800 });
  await addPainter(page, { protocol: 'openai', url: painter.openai });
  await addPainter(page, { protocol: 'google_genai', url: painter.google });
  await bring(page, CAT);
  await page.getByLabel('Lock the rest').check();
  for (const model of ['openai gpt-image-2.5-flare', 'google_genai gemini-nano-banana-2.1']) {
    await chooseModel(page, model);
    expect(await brokenRows(page, '.composer-settings, .composer-words')).toEqual([]);
  }
  await page.getByRole('button', { name: /^Paint B/ }).click();
  await expect(page.getByRole('button', { name: /^Done/ }).first()).toBeVisible();
  expect(await brokenRows(page, '.mask-bar, .composer-settings, .composer-words')).toEqual([]);
});

/** Rows of controls of which one stands below another, or beyond the window's edge. */
function brokenRows(page: Page, rows: string): Promise<readonly string[]> {
  return page.evaluate(
    (selector) =>
      [...document.querySelectorAll(selector)].flatMap((row) => {
        const boxes = [...row.children].map((child) => child.getBoundingClientRect());
        const shown = boxes.filter(({ width, height }) => width > 0 && height > 0);
        const lowestTop = Math.max(...shown.map(({ top }) => top));
        const highestBottom = Math.min(...shown.map(({ bottom }) => bottom));
        const isInside = shown.every(({ right }) => right <= innerWidth);
        return lowestTop < highestBottom && isInside ? [] : [row.className];
      }),
    rows,
  );
}
