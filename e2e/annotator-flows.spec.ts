/** The annotator's flows in the real window, on the demo endpoint: judge, rerun, search, act on many, compare blind. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { parquetReadObjects } from 'hyparquet';
import { open as openZip } from 'yauzl';
import { selectAll } from './export-keys';
import { expect, type Studio, test } from './studio';
import { answerDialogs } from './system-dialogs';

const place = (page: Page) => page.locator('.review-place').first();
const accept = (page: Page) => page.getByRole('button', { name: /^Accept P/ });

/** The demo's 24 rows, each so many times; 4 of the rows fail on purpose. */
async function runDemo(page: Page, variants: number): Promise<number> {
  await page.keyboard.press('Control+2');
  await page.getByRole('button', { name: /Try the demo/ }).click();
  await page.getByLabel('Pictures per row').fill(String(variants));
  await page.getByRole('button', { name: /^Run / }).click();
  const done = 20 * variants;
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText(`${done}done`);
  return done;
}

test('fifty verdicts by keyboard, all taken back and given again; an instruction is changed and rerun in place', async ({
  studio,
}) => {
  const { page } = studio;
  const done = await runDemo(page, 3);
  await page.keyboard.press('Control+3');
  await expect(accept(page)).toBeEnabled();
  const judge = async (from: number, to: number): Promise<void> => {
    for (let at = from; at <= to; at += 1) {
      await expect(place(page)).toHaveText(new RegExp(`^${at} / `));
      await expect(accept(page)).toBeEnabled();
      await page.keyboard.press(at % 5 === 0 ? 'x' : 'p');
    }
  };
  await judge(1, 50);
  await expect(page.getByText(/80% accepted/)).toBeVisible();
  for (let at = 50; at > 0; at -= 1) {
    await page.keyboard.press('Control+z');
    await expect(place(page)).toHaveText(new RegExp(`^${at} / `));
  }
  await expect(page.getByText(/^0% reviewed/)).toBeVisible();

  // The job asks for something else from now on, in its own run; what it was stays as a version.
  await expect(accept(page)).toBeEnabled();
  await page.keyboard.press('i');
  await page.getByLabel('Instruction').fill('Turn it upside down and tint it green');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Turn it upside down and tint it green').first()).toBeVisible();
  await expect(page.getByText(/2 versions|Version 1|Versions/).first()).toBeVisible();
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText(`${done}done`);
});

test('search, facets, many at once, and what was deleted comes back', async ({ studio }) => {
  const { page } = studio;
  const done = await runDemo(page, 1);
  const total = page.locator('.gallery-total');
  await page.keyboard.press('Control+4');
  await expect(total).toContainText(String(done));
  await page.keyboard.press('Control+f');
  await page.keyboard.type('hat OR "nothing like it" -zebra \' ; DROP');
  await expect(total).not.toContainText(`${done} `);
  await page.keyboard.press('Escape');
  await expect(total).toContainText(String(done));

  const facets = page.getByRole('navigation', { name: 'Views and filters' });
  await facets.getByRole('button', { name: /^demo/ }).first().click();
  await expect(page.getByRole('group', { name: 'Filters' })).toBeVisible();
  await expect(total).toContainText(String(done));
  await selectAll(page, done);
  await page
    .getByRole('toolbar', { name: 'Selection' })
    .getByRole('button', { name: /^Accept/ })
    .click();
  await expect(facets.getByRole('button', { name: new RegExp(`^Accepted, ${done}`) })).toBeVisible();
  await page
    .getByRole('toolbar', { name: 'Selection' })
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(total).toHaveText(/^0 /);
  const told = page.locator('.toast').filter({ hasText: 'moved to the trash' });
  await told.getByRole('button', { name: 'Undo' }).click();
  await expect(total).toContainText(String(done));
});

test('two runs over the same rows are compared blind, to a win rate', async ({ studio }) => {
  const { page } = studio;
  const all = (await runDemo(page, 1)) + 23;
  await page.keyboard.press('Control+n');
  await page.getByRole('list', { name: 'Datasets' }).getByRole('button').first().click();
  await page.getByLabel(/What to do/).fill('Tint it blue');
  await page.getByRole('button', { name: /^Run / }).click();
  await expect(page.getByRole('list', { name: 'Figures' })).toContainText('23done');
  await page.getByRole('button', { name: 'More' }).first().click();
  await page.getByRole('menuitem', { name: /^Compare blind/ }).click();
  await page.getByLabel('Compare with another run over the same rows').selectOption({ index: 1 });
  await page.getByRole('button', { name: /^Compare \d+ pairs?$/ }).click();
  const pairs = Number((await place(page).textContent())?.split(' / ')[1]);
  expect(pairs).toBeGreaterThanOrEqual(16);
  // Nothing on the page may tell whose they are.
  await expect(page.locator('.arena')).not.toContainText(/Tint it blue/);
  for (let at = 0; at < pairs; at += 1) {
    await expect(place(page)).toHaveText(`${at} / ${pairs}`);
    await page.keyboard.press(at % 4 === 3 ? 'ArrowDown' : 'ArrowLeft');
    if (at === 2) {
      await expect(place(page)).toHaveText(`3 / ${pairs}`);
      await page.keyboard.press('Control+z');
      await expect(place(page)).toHaveText(`2 / ${pairs}`);
      await page.keyboard.press('ArrowLeft');
    }
  }
  await expect(page.getByRole('region', { name: 'Win rate' }).getByRole('listitem')).toHaveCount(2);
  await expect(page.getByText(new RegExp(`^${pairs} pairs decided`))).toBeVisible();
  await expectExportedPairs(studio, pairs - Math.floor(pairs / 4));

  // The same from the gallery: what is selected there is compared, and nothing else.
  await page.keyboard.press('Control+4');
  const bar = page.getByRole('toolbar', { name: 'Selection' });
  const compareSelected = async (): Promise<void> => {
    await bar.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Compare models blind…' }).click();
  };
  await page.getByRole('gridcell').first().click();
  await compareSelected();
  await expect(page.getByText(/^Only one picture is selected/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/^Only one picture is selected/)).toHaveCount(0);
  await selectAll(page, all);
  await compareSelected();
  await page.getByRole('button', { name: `Compare ${pairs} pairs` }).click();
  await expect(place(page)).toHaveText(`0 / ${pairs}`);
});

/** The pairs of the arena as they are exported by key: who was chosen how often is what the window says. */
async function expectExportedPairs(studio: Studio, preferences: number): Promise<void> {
  const { page, home } = studio;
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-pairs-'));
  await answerDialogs(studio, folder);
  await page.keyboard.press('Control+e');
  await expect(page.getByText(`Exported ${preferences} pairs to`)).toBeVisible();
  const made = join(folder, (await readdir(folder))[0] ?? '');
  const lines = (await readFile(join(made, 'pairs.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(preferences);
  const runsOf = await runsByPicture(join(home, 'Pictures', 'Brushfleet'));
  // The demo may paint the same for both: such a pair says nothing of who was chosen.
  const wins: Record<string, number> = {};
  for (const line of lines.map((text) => JSON.parse(text) as Record<string, string>)) {
    const side = async (which: string): Promise<readonly string[]> =>
      runsOf.get((await readFile(join(made, line[which] ?? ''))).toString('base64')) ?? [];
    const [chosen, rejected] = [await side('chosen'), await side('rejected')];
    expect(new Set([...chosen, ...rejected]).size).toBe(2);
    const winner = chosen.length === 1 ? (chosen[0] ?? '') : 'either';
    wins[winner] = (wins[winner] ?? 0) + 1;
  }
  const { either = 0, ...known } = wins;
  const told = await page.getByRole('region', { name: 'Win rate' }).getByRole('listitem').allTextContents();
  const figures = told.map((text) => Number(/won (\d+)/.exec(text)?.[1])).toSorted((a, b) => a - b);
  expect(figures.reduce((sum, won) => sum + won, 0)).toBe(preferences);
  const least = [0, 0, ...Object.values(known)].toSorted((a, b) => a - b).slice(-2);
  for (const [at, won] of figures.entries()) {
    expect(won - (least[at] ?? 0)).toBeGreaterThanOrEqual(0);
    expect(won - (least[at] ?? 0)).toBeLessThanOrEqual(either);
  }
}

/** Which runs delivered a picture, by its bytes. */
async function runsByPicture(results: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const run of await readdir(results)) {
    for (const name of (await readdir(join(results, run))).filter((one) => /\d{6}\.\w+$/.test(one))) {
      const bytes = (await readFile(join(results, run, name))).toString('base64');
      found.set(bytes, [...new Set([...(found.get(bytes) ?? []), run])]);
    }
  }
  return found;
}

test('every format of the export is written whole and read back', async ({ studio }) => {
  const { page } = studio;
  const done = await runDemo(page, 1);
  const folder = await mkdtemp(join(tmpdir(), 'brushfleet-export-'));
  await answerDialogs(studio, folder);
  await page.keyboard.press('Control+4');
  for (const [count, format] of ['Dataset folder', 'Parquet', 'ZIP'].entries()) {
    await selectAll(page, done);
    await page.keyboard.press('Control+e');
    await page.getByRole('radio', { name: new RegExp(`^${format}`) }).check();
    await page.getByRole('button', { name: new RegExp(`^Export ${done} results?`) }).click();
    // Under its own name it is whole; before, no progress may have been told yet.
    const whole = async () => (await readdir(folder)).filter((name) => !/^\.|\.part$/.test(name));
    await expect.poll(whole).toHaveLength(count + 1);
    await expect(page.getByRole('region', { name: 'Exports' })).toHaveCount(0);
  }
  const names = await readdir(folder, { recursive: true });
  expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);

  // As the `datasets` library reads an ImageFolder: metadata.jsonl names files beside it.
  const metadata = join(folder, names.find((name) => name.endsWith('metadata.jsonl')) ?? '');
  const lines = (await readFile(metadata, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(done);
  for (const line of lines) {
    for (const name of [line.edited_file_name, line.source_file_name]) {
      expect((await readFile(join(dirname(metadata), name))).byteLength).toBeGreaterThan(1000);
    }
  }
  const edited = new Set(lines.map((line) => line.edited_file_name));
  expect(edited.size).toBe(done);

  const parquet = await readFile(join(folder, names.find((name) => name.endsWith('.parquet')) ?? ''));
  const rows = await parquetReadObjects({ file: bytesOf(parquet), utf8: false });
  expect(rows).toHaveLength(done);
  const first = await readFile(join(dirname(metadata), lines[0].edited_file_name));
  expect(Buffer.from(rows[0]?.['edited_image'].bytes).equals(first)).toBe(true);

  const inside = await namesInZip(join(folder, names.find((name) => name.endsWith('.zip')) ?? ''));
  expect(inside.filter((name) => name.endsWith('metadata.jsonl'))).toHaveLength(1);
  expect(inside.filter((name) => edited.has(name.replace(/^.*?train\//, '')))).toHaveLength(done);
});

/** A copy of its own: hyparquet takes plain memory. */
function bytesOf(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function namesInZip(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    openZip(path, (error, zip) => {
      if (error !== null || zip === undefined) {
        reject(error);
        return;
      }
      const names: string[] = [];
      zip.on('entry', (entry: { fileName: string }) => names.push(entry.fileName));
      zip.on('end', () => resolve(names));
      zip.on('error', reject);
    });
  });
}
