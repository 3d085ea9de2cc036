/** What differs between two pictures, pixel by pixel. */

export interface DifferenceFigures {
  /** How many pixels differ by more than `VISIBLE_LEVELS`, 0 to 1. */
  readonly changedShare: number;
  /** Of all pixels and channels, 0 to 255. */
  readonly meanLevels: number;
  /** The largest of any channel, 0 to 255. */
  readonly mostLevels: number;
}

/** Less than this is not seen side by side, and JPEG makes as much of its own. */
export const VISIBLE_LEVELS = 8;

/**
 * Both of the same size, RGBA, not premultiplied. `into` becomes the opaque picture of the differences: black where
 * nothing differs. What is transparent in both has no colour; where only one is, transparency itself counts.
 */
export function differenceOf(
  one: Uint8ClampedArray,
  other: Uint8ClampedArray,
  into: Uint8ClampedArray,
): DifferenceFigures {
  let sum = 0;
  let changed = 0;
  let most = 0;
  for (let at = 0; at < into.length; at += 4) {
    const alpha = one[at + 3] ?? 0;
    const otherAlpha = other[at + 3] ?? 0;
    const alphaLevels = Math.abs(alpha - otherAlpha);
    let largest = 0;
    for (let channel = at; channel < at + 3; channel += 1) {
      const value = premultiplied(one[channel] ?? 0, alpha);
      const levels = Math.max(alphaLevels, Math.abs(value - premultiplied(other[channel] ?? 0, otherAlpha)));
      into[channel] = levels;
      sum += levels;
      largest = levels > largest ? levels : largest;
    }
    into[at + 3] = 255;
    changed += largest > VISIBLE_LEVELS ? 1 : 0;
    most = largest > most ? largest : most;
  }
  const pixels = into.length / 4;
  return pixels === 0
    ? { changedShare: 0, meanLevels: 0, mostLevels: 0 }
    : { changedShare: changed / pixels, meanLevels: sum / (pixels * 3), mostLevels: most };
}

function premultiplied(value: number, alpha: number): number {
  return alpha === 255 ? value : Math.round((value * alpha) / 255);
}

export function differenceSentence({ changedShare, meanLevels, mostLevels }: DifferenceFigures): string {
  if (mostLevels === 0) {
    return 'The same, pixel by pixel.';
  }
  if (changedShare === 0) {
    return `No pixel differs visibly; the most is ${mostLevels} of 255 levels.`;
  }
  const percent = changedShare * 100;
  const share = percent < 0.1 ? 'Less than 0.1%' : `${percent.toFixed(1)}%`;
  return `${share} of the pixels differ visibly; ${meanLevels.toFixed(1)} of 255 levels on average over all.`;
}

export const MOST_GAIN = 32;

/** How many times stronger the difference is best shown: a small one is lifted into sight, a large one left as it is. */
export function gainFor({ meanLevels, mostLevels }: DifferenceFigures): number {
  const wanted = Math.min(40 / Math.max(meanLevels, 0.01), 510 / Math.max(mostLevels, 1));
  return Math.min(MOST_GAIN, Math.max(1, Math.round(wanted)));
}
