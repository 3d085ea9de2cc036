import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWholeImage } from './whole-image';

let path = '';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-whole-'));
  path = join(folder, 'image');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function look(bytes: Uint8Array) {
  await writeFile(path, bytes);
  return readWholeImage(path);
}

const make = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif') =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .toFormat(format)
    .toBuffer();

describe.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('a %s', (format) => {
  it.each([1, 100, 4000])('with %i bytes behind its end is whole, as sharp has it', async (more) => {
    const bytes = Buffer.concat([await make(format), Buffer.alloc(more)]);
    await expect(sharp(bytes).removeAlpha().raw().toBuffer()).resolves.toHaveLength(64 * 48 * 3);
    expect(await look(bytes)).toMatchObject({ sizeBytes: bytes.length });
  });
});

describe.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('a %s', (format) => {
  it('that is whole is told with its kind and size', async () => {
    const bytes = await make(format);
    expect(await look(bytes)).toEqual({
      mimeType: `image/${format}`,
      extension: format === 'jpeg' ? 'jpg' : format,
      sizeBytes: bytes.length,
      pixels: { width: 64, height: 48 },
    });
  });

  it('that was cut off anywhere is none', async () => {
    const bytes = await make(format);
    for (const length of [0, 3, 20, Math.floor(bytes.length / 2), bytes.length - 1]) {
      expect(await look(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toBeNull();
    }
  });
});

it('a PNG with an end and no pixels is none', async () => {
  const bytes = await make('png');
  const pixels = bytes.indexOf('IDAT') - 4;
  const without = Buffer.concat([bytes.subarray(0, pixels), bytes.subarray(bytes.indexOf('IEND') - 4)]);
  await expect(sharp(without).raw().toBuffer()).rejects.toThrow();
  expect(await look(without)).toBeNull();
});

it('is none where its bytes are something else', async () => {
  expect(await look(Buffer.from('{"error": "no picture"}'))).toBeNull();
});
