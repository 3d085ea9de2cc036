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

describe.each(['png', 'jpeg', 'webp', 'gif'] as const)('a %s', (format) => {
  const make = () =>
    sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .toFormat(format)
      .toBuffer();

  it('that is whole is told with its kind and size', async () => {
    const bytes = await make();
    expect(await look(bytes)).toEqual({
      mimeType: `image/${format}`,
      extension: format === 'jpeg' ? 'jpg' : format,
      sizeBytes: bytes.length,
      pixels: { width: 64, height: 48 },
    });
  });

  it('that was cut off anywhere is none', async () => {
    const bytes = await make();
    for (const length of [0, 3, 20, Math.floor(bytes.length / 2), bytes.length - 1]) {
      expect(await look(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toBeNull();
    }
  });
});

it('is none where its bytes are something else', async () => {
  expect(await look(Buffer.from('{"error": "no picture"}'))).toBeNull();
});
