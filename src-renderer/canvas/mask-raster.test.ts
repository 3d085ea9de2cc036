import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxRadii } from './feather';
import { maskFromPixels, runsOf, coverageOfRuns } from './loaded-mask';
import { emptyMask, withStroke } from './mask-document';
import type { MaskStroke } from './mask-document';
import { coverageShare, MaskRaster, maskBands, rasterise } from './mask-raster';

const maskOf = (width: number, height: number, ...strokes: MaskStroke[]) =>
  strokes.reduce(withStroke, emptyMask({ width, height }));
const rectangle = (left: number, top: number, right: number, bottom: number): MaskStroke => ({
  kind: 'rectangle',
  box: [left, top, right, bottom],
  how: 'add',
});
const brush = (points: readonly number[], radiusPx: number, hardness = 1): MaskStroke => ({
  kind: 'brush',
  points,
  radiusPx,
  hardness,
});
/** Full, empty, and what is between. */
const drawn = (values: Uint8Array, width: number) =>
  Array.from({ length: values.length / width }, (_, row) =>
    [...values.subarray(row * width, (row + 1) * width)]
      .map((value) => (value === 255 ? '#' : value === 0 ? '.' : '+'))
      .join(''),
  );

describe('shapes', () => {
  it('a rectangle fills whole pixels and half of a pixel it halves', () => {
    const document = maskOf(6, 4, rectangle(1, 1, 4.5, 3));
    expect(drawn(rasterise(document), 6)).toEqual(['......', '.###+.', '.###+.', '......']);
    expect(rasterise(document)[10]).toBe(128);
  });

  it('a lasso is filled by the even-odd rule: where it crosses itself is outside', () => {
    // Twice around the same square, the second time smaller: a frame.
    const frame = [0, 0, 6, 0, 6, 6, 0, 6, 0, 0, 2, 2, 4, 2, 4, 4, 2, 4, 2, 2];
    const document = maskOf(6, 6, { kind: 'lasso', corners: frame, how: 'add' });
    expect(drawn(rasterise(document), 6)).toEqual([
      '######',
      '######',
      '##..##',
      '##..##',
      '######',
      '######',
    ]);
  });

  it('a triangle has soft edges and half the area of its square', () => {
    const document = maskOf(8, 8, { kind: 'lasso', corners: [0, 0, 8, 0, 0, 8], how: 'add' });
    const values = rasterise(document);
    expect(drawn(values, 8)).toEqual(
      Array.from({ length: 8 }, (_, row) => `${'#'.repeat(7 - row)}+${'.'.repeat(row)}`),
    );
    expect(values.reduce((sum, value) => sum + value, 0) / 255).toBeCloseTo(32, 0);
  });

  it('taken away they leave the rest', () => {
    const document = maskOf(4, 2, rectangle(0, 0, 4, 2), {
      kind: 'rectangle',
      box: [1, 0, 3, 2],
      how: 'subtract',
    });
    expect(drawn(rasterise(document), 4)).toEqual(['#..#', '#..#']);
  });

  it('out of the picture are cut off, and do no harm', () => {
    const document = maskOf(3, 3, rectangle(-50, -50, 1, 100), brush([900, 900, 1], 5), {
      kind: 'lasso',
      corners: [],
      how: 'add',
    });
    expect(drawn(rasterise(document), 3)).toEqual(['#..', '#..', '#..']);
  });
});

describe('brush and eraser', () => {
  it('a hard dab is a disc', () => {
    const values = rasterise(maskOf(9, 9, brush([4.5, 4.5, 1], 3)));
    expect(drawn(values, 9)).toEqual([
      '.........',
      '...+++...',
      '..+###+..',
      '.+#####+.',
      '.+#####+.',
      '.+#####+.',
      '..+###+..',
      '...+++...',
      '.........',
    ]);
    expect(values.reduce((sum, value) => sum + value, 0) / 255).toBeCloseTo(Math.PI * 9, 0);
  });

  it('a stroke goes from point to point, thinner where the pen was lifted', () => {
    const values = rasterise(maskOf(40, 20, brush([5, 10, 1, 35, 10, 0.2], 5)));
    const heightAt = (x: number) => Array.from({ length: 20 }, (_, y) => values[y * 40 + x] ?? 0);
    const filled = (x: number) => heightAt(x).filter((value) => value === 255).length;
    expect(filled(6)).toBeGreaterThan(filled(20));
    expect(filled(20)).toBeGreaterThan(filled(33));
    expect(filled(33)).toBeGreaterThan(0);
  });

  it('passing twice over a place in one stroke counts once, in two strokes twice', () => {
    const there = [2, 8, 1, 14, 8, 1];
    const once = rasterise(maskOf(16, 16, brush(there, 6, 0)));
    const back = rasterise(maskOf(16, 16, brush([...there, 2, 8, 1], 6, 0)));
    const twice = rasterise(maskOf(16, 16, brush(there, 6, 0), brush(there, 6, 0)));
    expect(back).toEqual(once);
    expect((twice[5 * 16 + 8] ?? 0) > (once[5 * 16 + 8] ?? 0)).toBe(true);
  });

  it('a softer brush covers less, never more', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (hardness) => {
        const soft = rasterise(maskOf(24, 24, brush([12, 12, 1], 9, hardness)));
        const hard = rasterise(maskOf(24, 24, brush([12, 12, 1], 9, 1)));
        expect(soft.every((value, at) => value <= (hard[at] ?? 0))).toBe(true);
      }),
    );
  });

  it('the eraser takes away what the brush put there', () => {
    const document = maskOf(12, 12, brush([6, 6, 1], 4), {
      kind: 'eraser',
      points: [6, 6, 1],
      radiusPx: 5,
      hardness: 1,
    });
    expect(rasterise(document).every((value) => value === 0)).toBe(true);
    expect(coverageShare(document)).toBe(0);
  });

  it('grows under the hand to what it is drawn at once', () => {
    const numbers = fc.array(fc.integer({ min: -5, max: 35 }), { minLength: 6, maxLength: 24 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (given, hardness) => {
        const points = given
          .slice(0, given.length - (given.length % 3))
          .map((value, at) => (at % 3 === 2 ? Math.max(0.1, Math.abs(value % 10) / 10) : value));
        const frame = { left: 0, top: 0, scaleX: 1, scaleY: 1, width: 30, height: 30 };
        const grown = new MaskRaster(frame);
        const whole = new MaskRaster(frame);
        for (let count = 1; count <= points.length / 3; count += 1) {
          const so = { kind: 'brush', points: points.slice(0, count * 3), radiusPx: 6, hardness } as const;
          grown.extend(so, count - 1);
        }
        grown.settle(grown.all);
        whole.apply({ kind: 'brush', points, radiusPx: 6, hardness });
        expect(grown.coverage).toEqual(whole.coverage);
      }),
    );
  });
});

describe('invert, clear, feather', () => {
  it('inverted twice it is what it was', () => {
    const once = maskOf(8, 8, brush([4, 4, 1], 3, 0.4));
    const inverted = withStroke(once, { kind: 'invert' });
    expect(rasterise(inverted)).toEqual(rasterise(once).map((value) => 255 - value));
    expect(rasterise(withStroke(inverted, { kind: 'invert' }))).toEqual(rasterise(once));
  });

  it('the three boxes add up to the feather', () => {
    fc.assert(
      fc.property(fc.nat(500), (px) => {
        const radii = boxRadii(px);
        expect(radii.reduce((sum, radius) => sum + radius, 0)).toBe(px);
        expect(radii[0] - radii[2]).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('a feathered edge falls steadily, over as many pixels as asked and no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (px) => {
        const document = maskOf(120, 5, rectangle(0, 0, 60, 5), { kind: 'feather', px });
        const line = [...rasterise(document).subarray(240, 360)];
        expect(line.every((value, at) => at === 0 || value <= (line[at - 1] ?? 0))).toBe(true);
        expect(line.slice(0, 60 - px).every((value) => value === 255)).toBe(true);
        expect(line.slice(60 + px).every((value) => value === 0)).toBe(true);
        expect(line[60 - Math.ceil(px / 3)]).toBeLessThan(255);
      }),
    );
  });

  it('more feather is never a harder edge', () => {
    const edge = (px: number) => {
      const document = maskOf(120, 3, rectangle(0, 0, 60, 3), { kind: 'feather', px });
      return [...rasterise(document).subarray(120, 240)].filter((value) => value > 0 && value < 255).length;
    };
    const widths = Array.from({ length: 25 }, (_, px) => edge(px));
    expect(widths.every((width, px) => px === 0 || width >= (widths[px - 1] ?? 0))).toBe(true);
    expect(widths[0]).toBe(0);
  });

  it('does not soften the mask against the edge of the picture', () => {
    const document = maskOf(20, 20, rectangle(0, 0, 20, 20), { kind: 'feather', px: 9 });
    expect(rasterise(document).every((value) => value === 255)).toBe(true);
  });
});

describe('any part at any scale', () => {
  const document = maskOf(
    200,
    1300,
    brush([40, 60, 1, 150, 1200, 1], 25, 0.5),
    { kind: 'lasso', corners: [10, 500, 190, 520, 100, 900], how: 'add' },
    { kind: 'feather', px: 12 },
  );

  it('is the same in bands as in one piece', () => {
    const whole = new MaskRaster({ left: 0, top: 0, scaleX: 1, scaleY: 1, width: 200, height: 1300 });
    for (const stroke of document.strokes) {
      whole.apply(stroke);
    }
    expect([...maskBands(document, document)].length).toBe(3);
    expect(rasterise(document)).toEqual(whole.feathered(whole.all, 12));
  });

  it('a part is cut out of the whole', () => {
    const part = new MaskRaster({ left: 30, top: 480, scaleX: 1, scaleY: 1, width: 100, height: 80 });
    for (const stroke of document.strokes) {
      part.apply(stroke);
    }
    const whole = rasterise({ ...document, strokes: document.strokes.slice(0, 2) });
    expect(
      part.coverage.every(
        (value, at) => value === whole[(480 + Math.floor(at / 100)) * 200 + 30 + (at % 100)],
      ),
    ).toBe(true);
  });

  it('half as large it covers the same share', () => {
    const share = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const half = rasterise(document, { width: 100, height: 650 });
    expect(Math.abs(share(half) - share(rasterise(document)))).toBeLessThan(1);
  });
});

describe('a mask that came as a picture', () => {
  const pixels = (width: number, height: number, of: (x: number, y: number) => readonly number[]) => ({
    width,
    height,
    rgba: Uint8ClampedArray.from(
      Array.from({ length: width * height }, (_, at) => of(at % width, Math.floor(at / width))).flat(),
    ),
  });
  const hole = (size: number) =>
    pixels(size, size, (x, y) => [0, 0, 0, x < size / 2 && y < size / 2 ? 0 : 255]);

  it('is packed in runs without loss', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 7, 255), { minLength: 1, maxLength: 900 }), (values) => {
        const coverage = Uint8Array.from(
          values.flatMap((value) => Array.from({ length: 1 + value }, () => value)),
        );
        const runs = runsOf(coverage);
        expect(coverageOfRuns({ runs, width: coverage.length, height: 1 })).toEqual(coverage);
      }),
      { numRuns: 30 },
    );
  });

  it('marks what is transparent, and is one more step', () => {
    const read = maskFromPixels(hole(4), { width: 4, height: 4 }, 'm.png');
    expect(read).toMatchObject({ kind: 'read' });
    expect(read).not.toHaveProperty('note');
    const strokes = read.kind === 'read' ? [rectangle(0, 0, 4, 4), read.mask, rectangle(3, 3, 4, 4)] : [];
    expect(drawn(rasterise(maskOf(4, 4, ...strokes)), 4)).toEqual(['##..', '##..', '....', '...#']);
  });

  it('of another size is scaled, and says so', () => {
    const read = maskFromPixels(hole(4), { width: 8, height: 8 }, 'small.png');
    expect(read).toMatchObject({ note: '“small.png” is 4 × 4 and was scaled to the picture’s 8 × 8.' });
    const values = read.kind === 'read' ? rasterise(maskOf(8, 8, read.mask)) : new Uint8Array();
    expect(drawn(values, 8)[0]).toBe('###++...');
  });

  it('without transparency its white part counts, and that is said', () => {
    const white = pixels(2, 1, (x) => [x * 255, x * 255, x * 255, 255]);
    const read = maskFromPixels(white, { width: 2, height: 1 }, 'w.png');
    expect(read).toMatchObject({ note: expect.stringContaining('white part') });
    expect(read.kind === 'read' ? [...rasterise(maskOf(2, 1, read.mask))] : []).toEqual([0, 255]);
  });

  it.each([
    ['of another shape', pixels(4, 2, () => [0, 0, 0, 0]), /is 4 × 2 and has another shape/],
    ['that marks nothing', pixels(4, 4, () => [0, 0, 0, 255]), /marks nothing/],
  ])('%s is refused in one sentence', (_what, given, sentence) => {
    expect(maskFromPixels(given, { width: 4, height: 4 }, 'm.png')).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
    });
  });
});
