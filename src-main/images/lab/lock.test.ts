import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../datasets/testing/temporary-folder';
import { driftOf, lockAnswer } from './lock';
import { MaskMisfit } from './mask';
import { drawn, maskWith } from './testing/drawn';

const LIMIT = 50_000_000;
const newFolder = temporaryFolders();
let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Numbers as they are in the file, whatever its profile. */
async function numbersOf(picture: string | Buffer, depth: 'uchar' | 'ushort' = 'uchar') {
  const decoder = sharp(picture, { ignoreIcc: true }).autoOrient();
  const { data, info } = await (depth === 'ushort' ? decoder.toColourspace('rgb16') : decoder)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const values = depth === 'ushort' ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { values, ...info };
}

type Numbers = Awaited<ReturnType<typeof numbersOf>>;

/** The greatest difference of any channel outside (or inside) a rectangle. */
function greatest(one: Numbers, other: Numbers, hole: Rect, where: 'outside' | 'inside'): number {
  expect([one.width, one.height, one.channels]).toEqual([other.width, other.height, other.channels]);
  let most = 0;
  for (let at = 0; at < one.values.length; at++) {
    const pixel = Math.floor(at / one.channels);
    const x = pixel % one.width;
    const y = Math.floor(pixel / one.width);
    const isInside =
      x >= hole.left && x < hole.left + hole.width && y >= hole.top && y < hole.top + hole.height;
    if (isInside === (where === 'inside')) {
      most = Math.max(most, Math.abs((one.values[at] ?? 0) - (other.values[at] ?? 0)));
    }
  }
  return most;
}

const SIZE = { width: 640, height: 480 };
const HOLE: Rect = { left: 200, top: 120, width: 180, height: 160 };

/** What a model makes of it: all of it a little different, the hole quite. */
async function answerOf(source: Buffer): Promise<Buffer> {
  const patch = await sharp({ create: { width: 220, height: 200, channels: 3, background: '#e01080' } })
    .png()
    .toBuffer();
  return sharp(source)
    .removeAlpha()
    .modulate({ brightness: 1.03 })
    .composite([{ input: patch, left: 180, top: 100 }])
    .jpeg({ quality: 88 })
    .toBuffer();
}

async function locked(source: Buffer, options: { featherPx?: number; mask?: Buffer; answer?: Buffer } = {}) {
  const composite = join(folder, 'locked.png');
  const heatMap = join(folder, 'heat.webp');
  const outcome = await lockAnswer(
    {
      source,
      answer: options.answer ?? (await answerOf(source)),
      mask: options.mask ?? (await maskWith(SIZE, HOLE)),
      featherPx: options.featherPx ?? 0,
      composite,
      heatMap,
    },
    LIMIT,
  );
  return { outcome, composite, heatMap };
}

describe('a locked edit', () => {
  it.each([0, 24])('differs from its source by 0 outside the mask (feather %i)', async (featherPx) => {
    const source = await drawn(SIZE);
    const { outcome, composite } = await locked(source, { featherPx });
    expect(outcome.isComposed).toBe(true);
    const [before, after] = await Promise.all([numbersOf(source), numbersOf(composite)]);
    expect(greatest(before, after, HOLE, 'outside')).toBe(0);
    expect(greatest(before, after, HOLE, 'inside')).toBeGreaterThan(80);
  });

  it('fades in from the edge of the mask', async () => {
    const source = await sharp({ create: { ...SIZE, channels: 3, background: '#202020' } })
      .composite([{ input: await drawn({ width: 640, height: 60 }), top: 0, left: 0 }])
      .png()
      .toBuffer();
    const { composite } = await locked(source, { featherPx: 40 });
    const { values, width, channels } = await numbersOf(composite);
    const red = [0, 10, 20, 30, 60].map(
      (inwards) => values[(200 * width + HOLE.left + inwards) * channels] ?? 0,
    );
    expect(red).toEqual(red.toSorted((one, other) => one - other));
    expect(red[0]).toBeLessThan(60);
    expect(red.at(-1)).toBeGreaterThan(200);
  });

  it('keeps the colour profile and its numbers', async () => {
    const source = await sharp(await drawn(SIZE))
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const profile = (await sharp(source).metadata()).icc;
    const { composite } = await locked(source);
    expect((await sharp(composite).metadata()).icc).toEqual(profile);
    expect(greatest(await numbersOf(source), await numbersOf(composite), HOLE, 'outside')).toBe(0);
    // The answer's pink is another number in a wider space.
    const { values, width } = await numbersOf(composite);
    const middle = (200 * width + 290) * 3;
    expect(values[middle]).toBeLessThan(215);
  });

  it('keeps transparency, and the colours below it', async () => {
    const { data, info } = await sharp(await drawn(SIZE))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    for (let at = 0; at < data.length; at += 4) data[at + 3] = (at / 4) % 256;
    const source = await sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } })
      .png()
      .toBuffer();
    const { composite } = await locked(source);
    const [before, after] = [await numbersOf(source), await numbersOf(composite)];
    expect(greatest(before, after, HOLE, 'outside')).toBe(0);
    const isAlphaKept = before.values.every((value, at) => at % 4 !== 3 || value === after.values[at]);
    expect(isAlphaKept).toBe(true);
  });

  it('keeps 16 bits', async () => {
    const { data, info } = await sharp(await drawn(SIZE))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const deep = Uint16Array.from(data, (value, at) => value * 257 - (value > 0 ? at % 200 : 0));
    const source = await sharp(deep, { raw: { width: info.width, height: info.height, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const { composite } = await locked(source);
    expect((await sharp(composite).metadata()).depth).toBe('ushort');
    const [before, after] = [await numbersOf(source, 'ushort'), await numbersOf(composite, 'ushort')];
    expect(greatest(before, after, HOLE, 'outside')).toBe(0);
    expect(greatest(before, after, HOLE, 'inside')).toBeGreaterThan(20_000);
  });

  it('stands upright like its source', async () => {
    const source = await sharp(await drawn({ width: 480, height: 640 }))
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toBuffer();
    const upright = await sharp(source).autoOrient().png().toBuffer();
    const { composite } = await locked(source, { answer: await answerOf(upright) });
    expect(greatest(await numbersOf(upright), await numbersOf(composite), HOLE, 'outside')).toBe(0);
  });

  it('says which of a source no PNG can hold', async () => {
    const source = await sharp(await drawn(SIZE))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    const { outcome, composite } = await locked(source);
    expect(outcome.notes).toEqual([expect.stringContaining('CMYK')]);
    expect((await sharp(composite).metadata()).space).toBe('srgb');
  });

  it('refuses a mask of another shape, and takes one of another size', async () => {
    const source = await drawn(SIZE);
    const square = await maskWith({ width: 480, height: 480 }, { left: 9, top: 9, width: 50, height: 50 });
    await expect(locked(source, { mask: square })).rejects.toThrow(
      new MaskMisfit('The mask has 480 × 480 pixels and its picture 640 × 480: draw it on that picture.'),
    );
    const half = await maskWith({ width: 320, height: 240 }, { left: 100, top: 60, width: 90, height: 80 });
    const { composite } = await locked(source, { mask: half });
    const around = { left: 196, top: 116, width: 188, height: 168 };
    expect(greatest(await numbersOf(source), await numbersOf(composite), around, 'outside')).toBe(0);
  });
});

/** The same scene at twice the size, seen through a window of it: reducing, unlike enlarging, moves nothing. */
async function scene(size: { width: number; height: number }) {
  const large = await drawn({ width: size.width * 2, height: size.height * 2, seed: 5 });
  const source = await sharp(large).resize(size.width, size.height, { fit: 'fill' }).png().toBuffer();
  const seen = (rect: Rect, to: { width: number; height: number }): Promise<Buffer> =>
    sharp(large)
      .extract(rect)
      .png({ compressionLevel: 1 })
      .toBuffer()
      .then((cut) =>
        sharp(cut).resize(to.width, to.height, { fit: 'fill' }).jpeg({ quality: 90 }).toBuffer(),
      );
  return { source, seen };
}

describe('registration', () => {
  it('finds 1024 x 858 in an answer of 1152 x 896, moved, to half a pixel', async () => {
    const { source, seen } = await scene({ width: 1024, height: 858 });
    // Of the doubled scene: 10 and 6 pixels of the source to the right and down.
    const rect = { left: 20, top: 12, width: 2000, height: 1680 };
    const { drift, isRegistered } = await driftOf(
      { source, answer: await seen(rect, { width: 1152, height: 896 }), mask: null, heatMap: null },
      LIMIT,
    );
    expect(isRegistered).toBe(true);
    const corner = { x: 1152 * drift.scaleX + drift.shiftX, y: 896 * drift.scaleY + drift.shiftY };
    expect(Math.hypot(drift.shiftX - 10, drift.shiftY - 6)).toBeLessThan(0.5);
    expect(Math.hypot(corner.x - 1010, corner.y - 846)).toBeLessThan(0.5);
    expect(drift.changedShare).toBeLessThan(0.002);
  });

  it('is not led astray by what was edited, and puts it where it belongs', async () => {
    const { source, seen } = await scene(SIZE);
    const rect = { left: 8, top: 4, width: 1264, height: 948 };
    const moved = await seen(rect, { width: 900, height: 675 });
    const other = await drawn({ width: 330, height: 300, seed: 9 });
    const answer = await sharp(moved)
      .composite([{ input: other, left: 250, top: 150 }])
      .png()
      .toBuffer();
    const { outcome, composite } = await locked(source, { answer });
    expect(Math.hypot(outcome.drift.shiftX - 4, outcome.drift.shiftY - 2)).toBeLessThan(0.5);
    expect(greatest(await numbersOf(source), await numbersOf(composite), HOLE, 'outside')).toBe(0);
  });

  it('says of a picture that is none of its source that it could not be placed', async () => {
    const [source, answer] = await Promise.all([drawn(SIZE), drawn({ ...SIZE, seed: 77 })]);
    const { drift, isRegistered } = await driftOf({ source, answer, mask: null, heatMap: null }, LIMIT);
    expect(drift.changedShare).toBeGreaterThan(0.5);
    expect(isRegistered && drift.scaleX === 1).toBe(false);
  });
});

describe('a heat-map', () => {
  it('is clear where nothing changed and where a change was wanted, and hot elsewhere', async () => {
    const source = await drawn(SIZE);
    const spot = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#00ff40' } })
      .png()
      .toBuffer();
    const answer = await sharp(source)
      .composite([
        { input: spot, left: 260, top: 170 },
        { input: spot, left: 500, top: 350 },
      ])
      .png()
      .toBuffer();
    const { heatMap, outcome } = await locked(source, { answer });
    const { data, info } = await sharp(await readFile(heatMap))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const alphaAt = (x: number, y: number): number => data[(y * info.width + x) * 4 + 3] ?? -1;
    expect([info.width, info.height]).toEqual([640, 480]);
    expect(alphaAt(290, 200)).toBe(0);
    expect(alphaAt(40, 40)).toBe(0);
    expect(alphaAt(530, 380)).toBeGreaterThan(150);
    const outside = SIZE.width * SIZE.height - HOLE.width * HOLE.height;
    expect(outcome.drift.changedShare).toBeCloseTo((60 * 60) / outside, 2);
  });

  it('is not written over when the source cannot be read', async () => {
    const heatMap = join(folder, 'heat.webp');
    await writeFile(heatMap, 'earlier');
    const order = { source: join(folder, 'none.png'), answer: await drawn(SIZE), mask: null, heatMap };
    await expect(driftOf(order, LIMIT)).rejects.toThrow('source: missing');
    expect(await readFile(heatMap, 'utf8')).toBe('earlier');
  });
});
