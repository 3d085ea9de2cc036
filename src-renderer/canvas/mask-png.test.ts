import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { emptyMask, withStroke } from './mask-document';
import type { MaskDocument } from './mask-document';
import { maskPng } from './mask-file';
import { encodeMask } from './mask-png';
import { rasterise } from './mask-raster';
import { sizeOfPng } from './png-size';

/** A plain reader of what PNG says: chunks, inflate, the filter "up". */
function alphaOf(bytes: Uint8Array): {
  width: number;
  height: number;
  alpha: Uint8Array;
  colours: Set<number>;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const data: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'IDAT') {
      data.push(bytes.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const lines = inflateSync(Buffer.concat(data));
  const alpha = new Uint8Array(width * height);
  const colours = new Set<number>();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 4 + 1) + 1 + x * 4;
      colours.add(lines[at] ?? -1);
      alpha[y * width + x] = (lines[at + 3] ?? 0) + (y === 0 ? 0 : (alpha[(y - 1) * width + x] ?? 0));
    }
  }
  return { width, height, alpha, colours };
}

const document = [
  { kind: 'brush', points: [20, 30, 1, 60, 700, 1], radiusPx: 15, hardness: 0.3 } as const,
  { kind: 'feather', px: 4 } as const,
].reduce(withStroke, emptyMask({ width: 90, height: 1100 }));

async function encoded(mask: MaskDocument): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await encodeMask(mask, mask);
  expect(bytes).not.toBeNull();
  return bytes ?? new Uint8Array();
}

describe('a mask as PNG', () => {
  it('is none where nothing is marked, and one where a single pixel is', async () => {
    const size = { width: 4000, height: 700 };
    const box = (left: number, top: number) => [left, top, left + 1, top + 1] as const;
    const erased = [
      { kind: 'rectangle', box: box(5, 5), how: 'add' } as const,
      { kind: 'rectangle', box: box(5, 5), how: 'subtract' } as const,
    ].reduce(withStroke, emptyMask(size));
    expect(await encodeMask(erased, size)).toBeNull();
    expect(await maskPng(erased)).toBeNull();
    const dot = withStroke(erased, { kind: 'rectangle', box: box(3999, 699), how: 'add' });
    expect(await maskPng(dot)).not.toBeNull();
  });

  it('is transparent where it is to be changed, black and opaque elsewhere, over all its bands', async () => {
    const read = alphaOf(await encoded(document));
    expect([read.width, read.height]).toEqual([90, 1100]);
    expect(read.alpha).toEqual(rasterise(document).map((value) => 255 - value));
    expect([...read.colours]).toEqual([0]);
  });

  it('is a file of exactly the size asked for', async () => {
    const file = await maskPng(document, { width: 45, height: 550 });
    expect([file?.name, file?.type]).toEqual(['mask.png', 'image/png']);
    expect(sizeOfPng(new Uint8Array((await file?.arrayBuffer()) ?? []))).toEqual({ width: 45, height: 550 });
  });

  it('is decoded by others', async () => {
    const { default: sharp } = await import('sharp');
    const { data, info } = await sharp(await encoded(document))
      .extractChannel('alpha')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 90, height: 1100, channels: 1 });
    expect(new Uint8Array(data)).toEqual(rasterise(document).map((value) => 255 - value));
  });
});
