/**
 * 64 bits that stay alike when a picture is encoded anew, resized or slightly toned: which of its lowest frequencies are
 * above their median (the "pHash" of Zauner 2010: 32 x 32 grey, discrete cosine transform, the 8 x 8 lowest).
 */
import type { Plane } from './plane';

const SIDE = 32;
const KEPT = 8;
/** Standard deviation in grey levels below which noise alone would decide the bits. */
const EVEN = 2.5;

/** 16 hexadecimal digits; null: the picture is too even for one. */
export function perceptualHash(grey: Plane): string | null {
  const small = averaged(grey);
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const variance = small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length;
  if (Math.sqrt(variance) < EVEN) return null;
  const low = lowFrequencies(small);
  // The first is the mean brightness, which says nothing.
  const median = low.slice(1).sort()[Math.floor((low.length - 1) / 2)] ?? 0;
  const bits = Array.from(low, (value) => (value > median ? 1 : 0));
  return Array.from({ length: 16 }, (_, digit) =>
    bits
      .slice(digit * 4, digit * 4 + 4)
      .reduce<number>((sum, bit) => sum * 2 + bit, 0)
      .toString(16),
  ).join('');
}

/** Number of bits that differ, 0 to 64. */
export function hashDistance(one: string, other: string): number {
  let distance = 0;
  for (let at = 0; at < 16; at++) {
    distance +=
      DIFFERING[Number.parseInt(one[at] ?? '0', 16) * 16 + Number.parseInt(other[at] ?? '0', 16)] ?? 0;
  }
  return distance;
}

const DIFFERING = Uint8Array.from({ length: 256 }, (_, pair) => {
  const one = Math.floor(pair / 16);
  const other = pair % 16;
  return [8, 4, 2, 1].filter((bit) => Math.floor(one / bit) % 2 !== Math.floor(other / bit) % 2).length;
});

/** Each of 32 x 32 cells the mean of its pixels, at least one. */
function averaged({ width, height, data }: Plane): Float64Array {
  const cells = new Float64Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    const top = Math.floor((row * height) / SIDE);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / SIDE));
    for (let column = 0; column < SIDE; column++) {
      const left = Math.floor((column * width) / SIDE);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / SIDE));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += data[y * width + x] ?? 0;
      }
      cells[row * SIDE + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return cells;
}

const COSINES = Float64Array.from({ length: KEPT * SIDE }, (_, at) =>
  Math.cos((Math.PI * Math.floor(at / SIDE) * (2 * (at % SIDE) + 1)) / (2 * SIDE)),
);

/** Row by row; the cosine transform's own factors are left out: only the order counts. */
function lowFrequencies(cells: Float64Array): Float64Array {
  const across = new Float64Array(SIDE * KEPT);
  for (let row = 0; row < SIDE; row++) {
    for (let k = 0; k < KEPT; k++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (cells[row * SIDE + x] ?? 0) * (COSINES[k * SIDE + x] ?? 0);
      across[row * KEPT + k] = sum;
    }
  }
  const low = new Float64Array(KEPT * KEPT);
  for (let down = 0; down < KEPT; down++) {
    for (let k = 0; k < KEPT; k++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += (across[y * KEPT + k] ?? 0) * (COSINES[down * SIDE + y] ?? 0);
      low[down * KEPT + k] = sum;
    }
  }
  return low;
}
