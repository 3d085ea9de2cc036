/** What leaves the library by keyboard in the real window, and is read back: cells byte for byte, pairs, a stopped export. */
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import Papa from 'papaparse';
import { dropFiles } from './drop-files';
import { exportByKeys, selectAll } from './export-keys';
import { addPainter, type PainterProvider, startPainter } from './provider';
import { expect, test } from './studio';
import { answerDialogs } from './system-dialogs';

let folder: string;
test.beforeEach(async ({ studio }) => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-export-'));
  await answerDialogs(studio, folder);
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

/** Names of the columns are cells, too. */
const COLUMNS = ['name', 'a "quoted", odd; column', '=1+1'] as const;

/** What programs trip over that take a table apart, or run what is in its cells. */
const NASTY: readonly string[] = [
  '=1+1',
  '=HYPERLINK("http://example.test";"a; b")',
  '+1-555',
  '-2',
  '@SUM(A1)',
  "'already protected",
  '\ttab before, tab after\t',
  'two\r\nlines, and\nanother\rone',
  '"quoted", and a "',
  'semi;colons;everywhere',
  '\u{FEFF}begins with a byte order mark',
  '背景を夜に 😀 Ñandú é é',
  '',
  '  spaces around  ',
  '＝full width',
  '{"json": [1, "two"]}',
];

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** With the mark that Excel writes, and every other line in another manner. */
function nastyTable(): Buffer {
  const lines = NASTY.map((cell, at) => [`thing ${at}`, cell, NASTY.at(at - 1) ?? '']);
  const text = [COLUMNS, ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n');
  return Buffer.from(`\u{FEFF}${text}\r\n`, 'utf8');
}

/** As a program of somebody else reads it. */
function rowsOf(table: Buffer): readonly (readonly string[])[] {
  const { data, errors } = Papa.parse<string[]>(table.toString('utf8'), {
    delimiter: ',',
    newline: '\r\n',
    skipEmptyLines: true,
  });
  expect(errors).toEqual([]);
  return data;
}

/** The cells that came in, as bytes. */
const inputBytes = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.map((cells) => Buffer.from(cells.slice(0, COLUMNS.length).join('\0'), 'utf8').toString('hex'));

const EXPECTED = inputBytes([
  COLUMNS,
  ...NASTY.map((cell, at) => [`thing ${at}`, cell, NASTY.at(at - 1) ?? '']),
]);

const figures = (page: Page) => page.getByRole('list', { name: 'Figures' });

/** Draws a picture for every row of a table. */
async function drawRows(page: Page, file: string): Promise<void> {
  await page.keyboard.press('Control+n');
  await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible();
  await dropFiles(page, [file]);
  await page.getByLabel('Generate from text alone').check();
  await page.getByLabel('What to draw for every row').fill('Draw {{name}}');
  await expect(page.getByText('Draw thing 0')).toBeVisible();
  const run = page.getByRole('button', { name: /^Run \d+ rows/ });
  await expect(run).toBeEnabled();
  await run.press('Control+Enter');
  await expect(figures(page)).toContainText(`${NASTY.length}done`);
}

/** What is whole: under its own name, not that under which it is being written. */
async function whole(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.') && !name.endsWith('.part'));
}

/** The one file or folder that an export has added. */
async function added(before: readonly string[]): Promise<string> {
  const fresh = async (): Promise<readonly string[]> =>
    (await whole()).filter((name) => !before.includes(name));
  await expect.poll(fresh).toHaveLength(1);
  return join(folder, (await fresh())[0] ?? '');
}

test.describe('a table with cells that programs trip over', () => {
  let painter: PainterProvider;
  test.beforeEach(async () => {
    painter = await startPainter();
  });
  test.afterEach(() => painter.close());

  test('leaves as exact CSV and JSONL byte for byte, and for spreadsheets without a formula and reversibly', async ({
    studio,
  }) => {
    const { page, home } = studio;
    await mkdir(join(home, 'data'));
    const source = join(home, 'data', 'nasty.csv');
    await writeFile(source, nastyTable());
    await addPainter(page, { protocol: 'google_genai', url: painter.google });
    await drawRows(page, source);

    await exportByKeys(page, /^CSV\b(?! for)/);
    const exact = await readFile(await added([]));
    expect(exact.subarray(0, 3).toString('hex')).not.toBe('efbbbf');
    expect(inputBytes(rowsOf(exact))).toEqual(EXPECTED);

    await exportByKeys(page, /^JSON Lines/);
    const lines = (await readFile(await added(['nasty.csv']), 'utf8')).trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(
      inputBytes([COLUMNS, ...objects.map((one) => COLUMNS.map((name) => one[name] ?? 'absent'))]),
    ).toEqual(EXPECTED);

    await exportByKeys(page, /^CSV for spreadsheets/);
    const path = await added(['nasty.csv', 'nasty.jsonl']);
    const safe = await readFile(path);
    const cells = rowsOf(safe.subarray(3)).flat();
    expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([]);
    expect(cells).toContain("'=1+1");

    // Brought back in, it is the table that it was; and so it leaves again.
    await rm(join(folder, 'nasty.csv'));
    const again = join(home, 'data', 'again.csv');
    await writeFile(again, safe);
    await drawRows(page, again);
    const before = await readdir(folder);
    await exportByKeys(page, /^CSV\b(?! for)/);
    expect(inputBytes(rowsOf(await readFile(await added(before))))).toEqual(EXPECTED);
  });

  test('leaves with what was accepted alone, of a run and of a filter', async ({ studio }) => {
    const { page, home } = studio;
    const source = join(home, 'nasty.csv');
    await writeFile(source, nastyTable());
    await addPainter(page, { protocol: 'google_genai', url: painter.google });
    await drawRows(page, source);
    await page.keyboard.press('Control+4');
    await page.getByRole('gridcell').first().click();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect(page.getByText('3 selected')).toBeVisible();
    await page.keyboard.press('p');
    const facets = page.getByRole('navigation', { name: 'Views and filters' });
    await expect(facets.getByRole('button', { name: /^Accepted, 3/ })).toBeVisible();

    await page.keyboard.press('Control+2');
    await exportByKeys(page, /^CSV\b(?! for)/, 'accepted');
    const ofRun = rowsOf(await readFile(await added([])));
    await page.keyboard.press('Control+4');
    await facets.getByRole('button', { name: /^Accepted, 3/ }).press('Enter');
    await expect(page.locator('.gallery-total')).toContainText('3');
    await selectAll(page, 3);
    const before = await readdir(folder);
    await exportByKeys(page, /^CSV\b(?! for)/);
    const ofFilter = rowsOf(await readFile(await added(before)));

    const known = new Set(EXPECTED);
    for (const rows of [ofRun, ofFilter]) {
      expect(rows).toHaveLength(4);
      expect(inputBytes(rows).filter((row) => !known.has(row))).toEqual([]);
      const verdict = rows[0]?.indexOf('verdict') ?? -1;
      expect(rows.slice(1).map((cells) => cells[verdict])).toEqual(['accepted', 'accepted', 'accepted']);
    }
    expect(new Set(inputBytes(ofFilter))).toEqual(new Set(inputBytes(ofRun)));
  });
});

/** Whoever waits for this pipe reads its end. */
async function letGo(pipe: string): Promise<void> {
  const handle = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null);
  await handle?.close();
}

test.describe('of the demo', () => {
  /** Two results of each of its rows; 4 of them fail on purpose. */
  async function runDemo(page: Page): Promise<number> {
    await page.getByRole('button', { name: /Try the demo/ }).click();
    await page.getByLabel('Pictures per row').fill('2');
    const run = page.getByRole('button', { name: /^Run 24 rows/ });
    await expect(run).toBeEnabled();
    await run.click();
    await expect(figures(page)).toContainText('40done');
    return 40;
  }

  /** Presses a key once the result of that place is shown. */
  async function press(page: Page, at: number, key: string): Promise<void> {
    await expect(page.locator('.review-place').first()).toHaveText(new RegExp(`^${at} / `));
    await expect(page.getByRole('button', { name: /^Accept P/ })).toBeEnabled();
    await page.keyboard.press(key);
  }

  test('the variants that were judged against one another are preference pairs, with the very pictures', async ({
    studio,
  }) => {
    const { page, home } = studio;
    await runDemo(page);
    await page.keyboard.press('Control+3');
    for (let at = 1; at <= 8; at += 1) {
      await press(page, at, at % 2 === 1 ? 'p' : 'x');
    }
    // Right after a rejection digits are its reasons: only after another step they rate.
    await press(page, 9, 'ArrowRight');
    await press(page, 10, '2');
    await press(page, 10, 'ArrowLeft');
    await press(page, 9, '5');
    await expect(page.getByRole('button', { name: '5 of 5' })).toHaveAttribute('aria-pressed', 'true');

    await exportByKeys(page, /^CSV\b(?! for)/, 'results');
    const [head = [], ...rows] = rowsOf(await readFile(await added([])));
    const cell = (row: readonly string[], column: string): string => row[head.indexOf(column)] ?? '';
    const results = join(
      home,
      'Pictures',
      'Brushfleet',
      (await readdir(join(home, 'Pictures', 'Brushfleet')))[0] ?? '',
    );
    const picture = async (row: readonly string[] | undefined): Promise<string> =>
      (await readFile(join(results, cell(row ?? [], 'output_image')))).toString('base64');
    const better = rows.filter((row) => cell(row, 'verdict') === 'accepted' || cell(row, 'rating') === '5');
    const worse = rows.filter((row) => cell(row, 'verdict') === 'rejected' || cell(row, 'rating') === '2');
    expect(better).toHaveLength(5);

    const before = await readdir(folder);
    await exportByKeys(page, /^Preference pairs/, 'results');
    const made = await added(before);
    const lines = (await readFile(join(made, 'pairs.jsonl'), 'utf8')).trimEnd().split('\n');
    const pairs = lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(pairs.map(({ by }) => by)).toEqual(['verdict', 'verdict', 'verdict', 'verdict', 'rating']);
    const bytes = async (name: string | undefined): Promise<string> =>
      (await readFile(join(made, name ?? ''))).toString('base64');
    for (const [at, pair] of pairs.entries()) {
      expect(pair['prompt']).not.toBe('');
      expect(await bytes(pair['chosen'])).toBe(await picture(better[at]));
      expect(await bytes(pair['rejected'])).toBe(await picture(worse[at]));
    }
  });

  test('an export that takes long tells how far it is, and is stopped by key without leaving anything', async ({
    studio,
  }) => {
    const { page, home } = studio;
    const done = await runDemo(page);
    await page.keyboard.press('Control+4');
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    await selectAll(page, done);
    // A disk that does not answer: what reads this one waits until somebody writes into it.
    const pictures = join(home, 'Pictures', 'Brushfleet');
    const names = (await readdir(pictures, { recursive: true })).filter((name) =>
      /\d{6}.*\.(png|jpg|webp)$/.test(name),
    );
    const stuck = join(pictures, names.toSorted()[20] ?? '');
    await rm(stuck);
    execFileSync('mkfifo', [stuck]);
    try {
      await exportByKeys(page, /^ZIP/);
      const exports = page.getByRole('region', { name: 'Exports' });
      await expect(exports.getByText(new RegExp(`^[1-9]\\d* of ${done}$`))).toBeVisible();
      expect((await readdir(folder)).filter((name) => name.endsWith('.zip'))).toEqual([]);
      await exports.getByRole('button', { name: 'Stop' }).press('Enter');
      await expect(exports).toHaveCount(0);
    } finally {
      await letGo(stuck);
    }
    await expect.poll(() => readdir(folder)).toEqual([]);
    // What was stopped is no failure, and the next one goes through: the picture that is gone is left out.
    await expect(page.getByRole('alert')).toHaveCount(0);
    await rm(stuck);
    await exportByKeys(page, /^ZIP/);
    await expect(
      page.getByText(new RegExp(`^Exported ${done - 1} pictures to .*; 1 left out`)),
    ).toBeVisible();
    expect(await readdir(folder)).toEqual([expect.stringMatching(/\.zip$/)]);
  });
});
