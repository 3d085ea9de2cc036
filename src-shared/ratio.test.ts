import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMMON_RATIOS,
  fitsFreeSize,
  formatPixels,
  formatRatio,
  nearestFreeSize,
  nearestRatio,
  nearestSize,
  parsePixels,
  parseRatio,
  sizeOfRatio,
} from './ratio';

const side = fc.integer({ min: 1, max: 10_000 });
const OPENAI = { multipleOf: 16, minPixels: 655_360, maxPixels: 8_294_400, maxSide: 3840, maxRatio: 3 };

const distance = (size: { width: number; height: number }, text: string): number => {
  const ratio = parseRatio(text);
  return Math.abs(Math.log(size.width / size.height) - Math.log((ratio?.width ?? 0) / (ratio?.height ?? 1)));
};

describe('parseRatio', () => {
  it.each([
    ['16:9', '16:9'],
    [' 32 : 18 ', '16:9'],
    ['1920:1080', '16:9'],
  ])('reads %s as %s', (text, expected) => {
    const ratio = parseRatio(text);
    expect(ratio && formatRatio(ratio)).toBe(expected);
  });

  it.each(['', '16', '16x9', '0:9', '16:0', '1.5:1', '-16:9', 'wide'])('does not read %j', (text) => {
    expect(parseRatio(text)).toBeUndefined();
  });
});

describe('nearestRatio', () => {
  it.each([
    [1920, 1080, '16:9'],
    [1080, 1920, '9:16'],
    [1000, 700, '3:2'],
    [1024, 1024, '1:1'],
    [4000, 3000, '4:3'],
    [3440, 1440, '21:9'],
  ])('gives %i x %i the ratio %s', (width, height, expected) => {
    expect(nearestRatio({ width, height }, COMMON_RATIOS)).toBe(expected);
  });

  it('is never farther than any other offer, and turns with the picture', () => {
    const offered = COMMON_RATIOS.filter((ratio) => ratio !== '21:9');
    fc.assert(
      fc.property(side, side, (width, height) => {
        const upright = nearestRatio({ width, height }, offered) ?? '';
        const turned = nearestRatio({ width: height, height: width }, offered) ?? '';
        const best = distance({ width, height }, upright);
        for (const offer of offered) {
          expect(best).toBeLessThanOrEqual(distance({ width, height }, offer) + 1e-12);
        }
        expect(distance({ width: height, height: width }, turned)).toBeCloseTo(best, 9);
      }),
    );
  });

  it('finds every offer by any picture of exactly that shape', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMMON_RATIOS), fc.integer({ min: 1, max: 400 }), (text, scale) => {
        const ratio = parseRatio(text);
        const size = { width: (ratio?.width ?? 0) * scale, height: (ratio?.height ?? 0) * scale };
        expect(nearestRatio(size, COMMON_RATIOS)).toBe(text);
      }),
    );
  });
});

describe('nearestSize', () => {
  it('passes over what is no size and picks the nearest of the rest', () => {
    expect(nearestSize({ width: 1920, height: 1080 }, ['auto', '1024x1024', '1536x1024'])).toBe('1536x1024');
    expect(nearestSize({ width: 100, height: 100 }, ['auto'])).toBeUndefined();
  });
});

describe('nearestFreeSize', () => {
  it('always answers a size the model takes', () => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const size = nearestFreeSize({ width, height }, OPENAI);
        expect(
          size && fitsFreeSize(size, OPENAI),
          `${width}x${height} -> ${size && formatPixels(size)}`,
        ).toBe(true);
      }),
    );
  });

  it('leaves a size alone that is taken as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 240 }), fc.integer({ min: 1, max: 240 }), (columns, rows) => {
        const size = { width: columns * 16, height: rows * 16 };
        fc.pre(fitsFreeSize(size, OPENAI));
        expect(nearestFreeSize(size, OPENAI)).toEqual(size);
      }),
    );
  });

  it('keeps the shape of a size that is too large', () => {
    const size = nearestFreeSize({ width: 7680, height: 4320 }, OPENAI);
    expect(size && size.width / size.height).toBeCloseTo(16 / 9, 1);
  });

  it('answers nothing for bounds that contradict themselves', () => {
    expect(nearestFreeSize({ width: 10, height: 10 }, { ...OPENAI, maxSide: 16 })).toBeUndefined();
  });
});

describe('sizeOfRatio', () => {
  it('is exactly of the ratio, with the short side near the wish', () => {
    expect(sizeOfRatio({ width: 16, height: 9 }, 1024, OPENAI)).toEqual({ width: 1792, height: 1008 });
    expect(sizeOfRatio({ width: 1, height: 3 }, 1024, OPENAI)).toEqual({ width: 1024, height: 3072 });
  });
});

describe('parsePixels', () => {
  it('reads both signs of multiplication and nothing else', () => {
    expect(parsePixels('1536x1024')).toEqual({ width: 1536, height: 1024 });
    expect(parsePixels('1536×1024')).toEqual({ width: 1536, height: 1024 });
    expect(parsePixels('2K')).toBeUndefined();
  });
});
