import { existsSync, readdirSync } from 'node:fs';
import { link, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PreflightReport } from '@shared/model/plan';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Recipe } from '@shared/model/run';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredRow } from '../../store/store';
import { preflight } from './preflight';
import { listedModel } from '../testing/listed-model';

const RECIPE: Recipe = {
  task: 'edit',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: '{{instruction}}',
  imageColumns: [],
  maskColumn: 'mask',
  variants: 1,
};

const MODEL = listedModel('m', { provider: 'openai', tasks: ['edit'], mask: true });

/** Linux lists what this process has open. */
const OPEN_FILES = '/proc/self/fd';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-preflight-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function picture(name: string, width = 8, height = 4): Promise<number> {
  const create = { width, height, channels: 3, background: 'red' } as const;
  const image = sharp({ create });
  const bytes = await (name.endsWith('.gif') ? image.gif() : image.png()).toBuffer();
  await writeFile(join(folder, name), bytes);
  return bytes.byteLength;
}

interface Given {
  readonly recipe?: Partial<Recipe>;
  readonly includes?: (row: number) => boolean;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  readonly model?: CatalogueModel;
}

async function check(fields: readonly Record<string, string>[], given: Given = {}) {
  const rows: StoredRow[] = fields.map((one, row) => ({ row, index: row, fields: one }));
  let pages = 0;
  const reports: PreflightReport[] = [];
  const checking = preflight(
    {
      store: {
        rows: async (_datasetId, from, limit) => {
          pages += 1;
          return rows.slice(from, from + limit);
        },
      },
      clock: { now: given.now ?? (() => 0) },
      catalogueModel: () => given.model,
    },
    {
      datasetId: 1,
      recipe: { ...RECIPE, ...given.recipe },
      total: rows.length,
      includes: given.includes ?? (() => true),
      rules: { baseDir: folder, roots: [], embeddedDir: folder },
    },
    given.signal,
  );
  for await (const report of checking) {
    reports.push(report);
  }
  return { reports, pages: () => pages, last: reports.at(-1) };
}

describe('the check of rows before a run', () => {
  it('finds nothing where every row can be sent, and sums up what would be uploaded', async () => {
    const bytes = await picture('a.png');
    const { last } = await check([
      { instruction: 'make it blue', image: 'a.png' },
      { instruction: 'make it green', image: 'a.png' },
      { instruction: 'as it lies there', image: 'https://example.test/b.png' },
    ]);
    expect(last).toEqual({ checked: 3, total: 3, inputBytes: 2 * bytes, problems: [], done: true });
  });

  it('groups what would fail by its reason, most frequent first, with the rows', async () => {
    await picture('a.png');
    await writeFile(join(folder, 'text.png'), 'no picture at all');
    const { last } = await check([
      { instruction: 'x', image: 'gone.png' },
      { instruction: '', image: 'a.png' },
      { instruction: 'x', image: 'lost.png' },
      { instruction: 'x', image: 'text.png' },
      { instruction: 'x', image: '' },
    ]);
    expect(last?.problems).toEqual([
      {
        message: 'The image "…" does not exist or cannot be read; check its path.',
        count: 2,
        rows: [0, 2],
      },
      { message: 'The instruction of this row is empty.', count: 1, rows: [1] },
      {
        message: '"text.png" is not an image (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP or TIFF).',
        count: 1,
        rows: [3],
      },
      { message: 'The row names no input image.', count: 1, rows: [4] },
    ]);
  });

  it('blanks what differs within a group, and keeps what all of it shares', async () => {
    await picture('a.png');
    const { last } = await check(
      [
        { instruction: 'x', image: 'gone.png' },
        { instruction: 'x', image: 'gone.png' },
        { instruction: 'x', image: 'a.png', image2: 'a.png', image3: 'a.png' },
        { instruction: 'x', image: 'a.png', image2: 'a.png', image3: 'a.png', image4: 'a.png' },
      ],
      {
        recipe: { imageColumns: ['image', 'image2', 'image3', 'image4'] },
        model: { ...MODEL, maxInputImages: 2 },
      },
    );
    expect(last?.problems).toEqual([
      {
        message: 'The image "gone.png" does not exist or cannot be read; check its path.',
        count: 2,
        rows: [0, 1],
      },
      { message: 'The row has … images, m takes at most 2.', count: 2, rows: [2, 3] },
    ]);
  });

  it('knows what the provider takes', async () => {
    await picture('a.png');
    await picture('b.png', 4, 4);
    await picture('c.gif');
    const { last } = await check([
      { instruction: 'x', image: 'a.png', mask: 'b.png' },
      { instruction: 'x', image: 'a.png', mask: 'a.png' },
      { instruction: 'x', image: 'c.gif' },
    ]);
    expect(last?.problems.map(({ message, rows }) => [message, rows])).toEqual([
      ['The mask of the row has another size than its first image: make both equal.', [0]],
      ['An image of the row is image/gif, which OpenAI does not take: convert it.', [2]],
    ]);
  });

  it('says when a picture lies on its side under its mask, moves, or has a mask that is not taken', async () => {
    await picture('upright.png', 4, 8);
    const wide = sharp({ create: { width: 8, height: 4, channels: 3, background: 'red' } });
    await writeFile(
      join(folder, 'sideways.jpg'),
      await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    );
    const frames = await Promise.all(
      [wide.clone(), wide.clone().negate()].map((frame) => frame.png().toBuffer()),
    );
    const moving = sharp(frames, { join: { animated: true } }).webp({ loop: 0 });
    await writeFile(join(folder, 'moving.webp'), await moving.toBuffer());
    const rows = [
      { instruction: 'x', image: 'sideways.jpg', mask: 'upright.png' },
      { instruction: 'x', image: 'moving.webp' },
    ];
    const { last } = await check(rows);
    expect(last?.problems.map(({ message, rows: found }) => [message, found])).toEqual([
      [
        'The first image of the row is stored on its side, and its mask is upright: save the image upright.',
        [0],
      ],
      [
        'An image of the row is animated, and models look at one frame: save the frame you mean as a still image.',
        [1],
      ],
    ]);
    const { last: maskless } = await check(rows.slice(0, 1), { model: { ...MODEL, mask: false } });
    expect(maskless?.problems[0]?.message).toBe('The row has a mask, and m takes none.');
  });

  it('says when the file of a picture, or of a mask, ends before it does', async () => {
    await picture('a.png');
    const bytes = await readFile(join(folder, 'a.png'));
    await writeFile(join(folder, 'part.png'), bytes.subarray(0, -5));
    const { last } = await check([
      { instruction: 'x', image: 'part.png' },
      { instruction: 'x', image: 'a.png' },
      { instruction: 'x', image: 'a.png', mask: 'part.png' },
    ]);
    expect(last?.problems.map(({ message, rows }) => [message, rows])).toEqual([
      [
        'An image of the row is cut off: its file ends before the picture does. Copy or save it again, or leave the row out.',
        [0, 2],
      ],
    ]);
  });

  it('reads no file outside the granted folders', async () => {
    const { last } = await check([{ instruction: 'x', image: '/etc/passwd' }]);
    expect(last?.problems[0]?.message).toMatch(/is outside the granted folders/);
  });

  it.skipIf(!existsSync(OPEN_FILES))('has few files open at once, however many a page names', async () => {
    await picture('a.png');
    const columns = Array.from({ length: 8 }, (_, column) => `image${column}`);
    const rows = Array.from({ length: 200 }, (_, row) =>
      Object.fromEntries([['instruction', 'x'], ...columns.map((name) => [name, `${name}-${row}.png`])]),
    );
    const names = rows.flatMap((row) => columns.map((name) => row[name] ?? ''));
    await Promise.all(names.map((name) => link(join(folder, 'a.png'), join(folder, name))));
    const before = readdirSync(OPEN_FILES).length;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, readdirSync(OPEN_FILES).length - before);
    }, 1);
    const { last } = await check(rows, { recipe: { imageColumns: columns } });
    clearInterval(watch);
    expect(last?.problems).toEqual([]);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('looks only at the rows that take part', async () => {
    const { last } = await check(
      Array.from({ length: 10 }, () => ({ instruction: '' })),
      { includes: (row) => row === 3 || row === 7 },
    );
    expect(last).toMatchObject({ checked: 2, problems: [{ count: 2, rows: [3, 7] }] });
  });

  it('tells how far it is at most ten times a second, page by page', async () => {
    let now = 0;
    const rows = Array.from({ length: 2000 }, () => ({ instruction: 'x' }));
    const slow = await check(rows, { recipe: { task: 't2i' }, now: () => (now += 30) });
    expect(slow.pages()).toBe(11);
    expect(slow.reports.map(({ checked }) => checked)).toEqual([0, 800, 1600, 2000]);
    const fast = await check(rows, { recipe: { task: 't2i' } });
    expect(fast.reports.map(({ checked }) => checked)).toEqual([0, 2000]);
  });

  it('ends where it is when nobody waits for it any more', async () => {
    const signal = AbortSignal.abort();
    const { reports } = await check([{ instruction: 'x' }], { recipe: { task: 't2i' }, signal });
    expect(reports.some(({ done }) => done)).toBe(false);
  });
});
