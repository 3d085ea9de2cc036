import { describe, expect, it } from 'vitest';
import { differenceOf, differenceSentence, gainFor } from './difference';

const pixels = (...values: number[][]) => Uint8ClampedArray.from(values.flat());
function compared(one: Uint8ClampedArray, other: Uint8ClampedArray) {
  const into = new Uint8ClampedArray(one.length);
  return { figures: differenceOf(one, other, into), into: [...into] };
}

describe('the difference of two pictures', () => {
  it('of the same is black, and none', () => {
    const same = pixels([10, 20, 30, 255], [0, 0, 0, 0]);
    expect(compared(same, same)).toEqual({
      figures: { changedShare: 0, meanLevels: 0, mostLevels: 0 },
      into: [0, 0, 0, 255, 0, 0, 0, 255],
    });
    expect(differenceSentence(compared(same, same).figures)).toBe('The same, pixel by pixel.');
  });

  it('is how far each channel lies apart, either way', () => {
    const { figures, into } = compared(
      pixels([10, 20, 30, 255], [100, 100, 100, 255], [1, 1, 1, 255], [5, 5, 5, 255]),
      pixels([40, 20, 10, 255], [100, 100, 108, 255], [1, 1, 1, 255], [5, 5, 5, 255]),
    );
    expect(into.slice(0, 8)).toEqual([30, 0, 20, 255, 0, 0, 8, 255]);
    expect(figures).toEqual({ changedShare: 1 / 4, meanLevels: 58 / 12, mostLevels: 30 });
  });

  it('sees transparency, and no colour where nothing is to be seen', () => {
    expect(compared(pixels([255, 0, 0, 0]), pixels([0, 0, 255, 0])).figures.mostLevels).toBe(0);
    expect(compared(pixels([0, 0, 0, 255]), pixels([0, 0, 0, 0])).into).toEqual([255, 255, 255, 255]);
  });

  it.each([
    [
      { changedShare: 0, meanLevels: 0.5, mostLevels: 6 },
      'No pixel differs visibly; the most is 6 of 255 levels.',
    ],
    [{ changedShare: 0.0002, meanLevels: 0.1, mostLevels: 90 }, /^Less than 0.1% of the pixels/],
    [
      { changedShare: 0.125, meanLevels: 3.14, mostLevels: 90 },
      /^12.5% of the pixels differ visibly; 3.1 of 255 levels/,
    ],
  ])('is told in words: %j', (figures, words) => {
    expect(differenceSentence(figures)).toMatch(words);
  });

  it.each([
    [{ meanLevels: 92, mostLevels: 250 }, 1],
    [{ meanLevels: 10, mostLevels: 120 }, 4],
    // An object was put in: the rest stays calm.
    [{ meanLevels: 1, mostLevels: 255 }, 2],
    [{ meanLevels: 0.2, mostLevels: 6 }, 32],
    [{ meanLevels: 0, mostLevels: 0 }, 32],
  ])('of %j is shown %i times stronger', (figures, gain) => {
    expect(gainFor({ changedShare: 0, ...figures })).toBe(gain);
  });
});
