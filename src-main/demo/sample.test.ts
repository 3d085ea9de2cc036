import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { paint } from './paint';
import type { PictureRequest } from './request';
import { demoScript } from './script';
import { pixelsOf } from './testing/pictures';

const FOLDER = fileURLToPath(new URL('../../resources/sample/', import.meta.url));
const MIME_TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

interface Row {
  readonly index: string;
  readonly image_url: string;
  readonly instruction: string;
}

const rows = Papa.parse<Row>(await readFile(join(FOLDER, 'sample.csv'), 'utf8'), {
  header: true,
  skipEmptyLines: true,
}).data;

/** What becomes of a row when it is run through the demo endpoint. */
function fateOf(row: Row): string {
  const paths = row.image_url.split('|').map((path) => join(FOLDER, path));
  if (!paths.every((path) => existsSync(path))) {
    return 'bad_input';
  }
  const fault = demoScript({
    protocol: 'google_genai',
    via: 'generateContent',
    asks: 'picture',
    model: 'm',
    prompt: row.instruction,
    key: null,
    attempt: 1,
    imageCount: paths.length,
  });
  const text = JSON.stringify(fault?.body ?? '');
  if (fault?.status === 503) {
    return 'overloaded';
  }
  return fault === null ? 'done' : text.includes('IMAGE_SAFETY') ? 'blocked' : 'no_image';
}

async function requestOf(row: Row): Promise<PictureRequest> {
  const paths = row.image_url.split('|');
  return {
    protocol: 'google_genai',
    via: 'generateContent',
    model: 'm',
    prompt: row.instruction,
    images: await Promise.all(
      paths.map(async (path) => ({
        bytes: await readFile(join(FOLDER, path)),
        mimeType: MIME_TYPES[extname(path)] ?? '',
        fileName: null,
        field: 'inlineData',
      })),
    ),
    mask: null,
    width: 1024,
    height: 1024,
    count: 1,
    outputFormat: null,
    wantsImage: true,
    params: {},
  };
}

describe('the sample dataset', () => {
  it('has 24 rows, of which four fail, each in its own way', () => {
    expect(rows.map(({ index }) => Number(index))).toEqual(Array.from({ length: 24 }, (_, n) => n));
    const fates = rows.map(fateOf);
    expect(fates.filter((fate) => fate === 'done')).toHaveLength(20);
    expect(fates.filter((fate) => fate !== 'done').toSorted()).toEqual([
      'bad_input',
      'blocked',
      'no_image',
      'overloaded',
    ]);
  });

  it('comes with pictures of 768 to 1024 pixels, less than 4 MB in all', async () => {
    const names = await readdir(join(FOLDER, 'images'));
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(FOLDER, 'images', name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000);
    for (const name of names) {
      const { width, height, format } = await pixelsOf(await readFile(join(FOLDER, 'images', name)));
      expect([Math.max(width, height) >= 768, Math.max(width, height) <= 1024], name).toEqual([true, true]);
      expect(MIME_TYPES[extname(name)], name).toBe(`image/${format}`);
    }
  });

  it.each(rows.filter((row) => fateOf(row) === 'done').map((row) => [row.instruction, row] as const))(
    '"%s" changes what is seen',
    async (_instruction, row) => {
      const request = await requestOf(row);
      const outcome = await paint(request);
      const [after] = outcome.kind === 'painted' ? outcome.pictures : [];
      const [before] = request.images;
      const share = await changedShare(before?.bytes ?? Buffer.alloc(0), after?.bytes ?? Buffer.alloc(0));
      expect(share).toBeGreaterThan(0.05);
    },
  );
});

/** The share of a grid of points that changed visibly; a picture of another shape changed everywhere. */
async function changedShare(before: Buffer, after: Buffer): Promise<number> {
  const [a, b] = await Promise.all([pixelsOf(before), pixelsOf(after)]);
  if (a.width !== b.width || a.height !== b.height) {
    return 1;
  }
  let changed = 0;
  let count = 0;
  for (let y = 4; y < a.height; y += 16) {
    for (let x = 4; x < a.width; x += 16) {
      const after = b.at(x, y);
      changed += a.at(x, y).some((value, c) => Math.abs(value - (after[c] ?? 0)) > 10) ? 1 : 0;
      count += 1;
    }
  }
  return changed / count;
}
