/** Ratios such as `16:9` and sizes such as `1536x1024`: reading them, and the nearest offered to a width and height. */

export interface Ratio {
  readonly width: number;
  readonly height: number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** Bounds within which a model takes any size. */
export interface FreeSize {
  readonly multipleOf: number;
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly maxSide: number;
  readonly maxRatio: number;
}

/** The ratios every Gemini image model offers (Gemini API image guide, 2026-11-21). */
export const COMMON_RATIOS: readonly string[] = [
  '1:1',
  '2:3',
  '3:2',
  '3:4',
  '4:3',
  '4:5',
  '5:4',
  '9:16',
  '16:9',
  '21:9',
];

/** `16:9` in lowest terms; undefined for anything that is no ratio of two positive whole numbers. */
export function parseRatio(text: string): Ratio | undefined {
  return parsePair(text, /^(\d{1,5})\s*:\s*(\d{1,5})$/, true);
}

/** `1536x1024`; undefined for anything else. */
export function parsePixels(text: string): Pixels | undefined {
  return parsePair(text, /^(\d{1,5})\s*[x×]\s*(\d{1,5})$/i, false);
}

function parsePair(text: string, pattern: RegExp, isReduced: boolean): Ratio | undefined {
  const match = pattern.exec(text.trim());
  const width = Number(match?.[1] ?? 0);
  const height = Number(match?.[2] ?? 0);
  if (width === 0 || height === 0) {
    return undefined;
  }
  const divisor = isReduced ? greatestCommonDivisor(width, height) : 1;
  return { width: width / divisor, height: height / divisor };
}

export function formatRatio(ratio: Ratio): string {
  return `${ratio.width}:${ratio.height}`;
}

export function formatPixels(size: Pixels): string {
  return `${size.width}x${size.height}`;
}

/**
 * The offered ratio whose shape is nearest to `width` x `height`. Distance is the difference of the logarithms, so
 * that a portrait is judged exactly as its landscape. Undefined when nothing readable is offered.
 */
export function nearestRatio(size: Pixels, offered: readonly string[]): string | undefined {
  return nearest(offered, (text) => {
    const ratio = parseRatio(text);
    return ratio && Math.abs(Math.log(size.width / size.height) - Math.log(ratio.width / ratio.height));
  });
}

/** The offered `WIDTHxHEIGHT` nearest to `size`, both sides counted by their logarithms; other entries are passed over. */
export function nearestSize(size: Pixels, offered: readonly string[]): string | undefined {
  return nearest(offered, (text) => {
    const one = parsePixels(text);
    return one && Math.abs(Math.log(size.width / one.width)) + Math.abs(Math.log(size.height / one.height));
  });
}

function nearest(
  offered: readonly string[],
  distanceOf: (text: string) => number | undefined,
): string | undefined {
  let best: { readonly text: string; readonly distance: number } | undefined;
  for (const text of offered) {
    const distance = distanceOf(text);
    if (distance !== undefined && (best === undefined || distance < best.distance)) {
      best = { text, distance };
    }
  }
  return best?.text;
}

export function fitsFreeSize({ width, height }: Pixels, bounds: FreeSize): boolean {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const pixels = width * height;
  return (
    width % bounds.multipleOf === 0 &&
    height % bounds.multipleOf === 0 &&
    long <= bounds.maxSide &&
    long <= short * bounds.maxRatio &&
    pixels >= bounds.minPixels &&
    pixels <= bounds.maxPixels
  );
}

/**
 * The size within `bounds` that keeps the shape of `size` as far as they allow, and its area next. Undefined for
 * bounds that nothing can satisfy.
 */
export function nearestFreeSize(size: Pixels, bounds: FreeSize): Pixels | undefined {
  const shape = clamp(size.width / size.height, 1 / bounds.maxRatio, bounds.maxRatio);
  const area = clamp(size.width * size.height, bounds.minPixels, bounds.maxPixels);
  const long = Math.max(shape, 1 / shape);
  const widest = Math.min(Math.sqrt(area * shape), bounds.maxSide * Math.min(1, shape));
  return roundedWithin({ width: widest, height: widest / shape }, long, bounds);
}

/** Rounding may step over a bound: the nearest neighbour on the grid that stays inside is taken. */
function roundedWithin(size: Pixels, long: number, bounds: FreeSize): Pixels | undefined {
  const step = bounds.multipleOf;
  const reach = Math.ceil(long) + 1;
  let best: { readonly size: Pixels; readonly distance: number } | undefined;
  for (let dx = -reach; dx <= reach; dx += 1) {
    for (let dy = -reach; dy <= reach; dy += 1) {
      const candidate = {
        width: (Math.round(size.width / step) + dx) * step,
        height: (Math.round(size.height / step) + dy) * step,
      };
      const distance = Math.abs(candidate.width - size.width) + Math.abs(candidate.height - size.height);
      if (candidate.width > 0 && candidate.height > 0 && fitsFreeSize(candidate, bounds)) {
        best = best === undefined || distance <= best.distance ? { size: candidate, distance } : best;
      }
    }
  }
  return best?.size;
}

/** The size of exactly this ratio whose short side is nearest to `shortSide`; undefined when none lies within `bounds`. */
export function sizeOfRatio(ratio: Ratio, shortSide: number, bounds: FreeSize): Pixels | undefined {
  const step = bounds.multipleOf;
  const shortUnit = Math.min(ratio.width, ratio.height) * step;
  const middle = Math.max(1, Math.round(shortSide / shortUnit));
  for (const factor of [middle, middle - 1, middle + 1]) {
    const size = { width: ratio.width * step * factor, height: ratio.height * step * factor };
    if (factor > 0 && fitsFreeSize(size, bounds)) {
      return size;
    }
  }
  return undefined;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
