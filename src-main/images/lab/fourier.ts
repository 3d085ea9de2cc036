/** The discrete Fourier transform of square planes whose side is a power of two (Cooley and Tukey 1965, radix 2, in place). */
/* oxlint-disable no-bitwise -- bits of places are reversed */
import { type Plane, newPlane } from './plane';

export interface Spectrum {
  readonly side: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

interface Line {
  readonly from: number;
  readonly step: number;
}

/** `sign`: -1 forward, 1 backward (not divided by the number of values). */
function transformLine({ side, re, im }: Spectrum, { from, step }: Line, sign: 1 | -1): void {
  for (let i = 1, j = 0; i < side; i++) {
    let bit = side >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(re, from + i * step, from + j * step);
      swap(im, from + i * step, from + j * step);
    }
  }
  const circle = circleOf(side);
  for (let size = 2; size <= side; size *= 2) {
    const turn = side / size;
    for (let k = 0; k < size / 2; k++) {
      const cos = circle.cos[k * turn] ?? 0;
      const sin = sign * (circle.sin[k * turn] ?? 0);
      for (let start = 0; start < side; start += size) {
        const one = from + (start + k) * step;
        const other = one + (size / 2) * step;
        const real = (re[other] ?? 0) * cos - (im[other] ?? 0) * sin;
        const imaginary = (re[other] ?? 0) * sin + (im[other] ?? 0) * cos;
        re[other] = (re[one] ?? 0) - real;
        im[other] = (im[one] ?? 0) - imaginary;
        re[one] = (re[one] ?? 0) + real;
        im[one] = (im[one] ?? 0) + imaginary;
      }
    }
  }
}

interface Circle {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const CIRCLES = new Map<number, Circle>();

function circleOf(side: number): Circle {
  const known = CIRCLES.get(side);
  if (known !== undefined) return known;
  const angles = Float64Array.from({ length: side / 2 }, (_, at) => (2 * Math.PI * at) / side);
  const made = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
  CIRCLES.set(side, made);
  return made;
}

function swap(values: Float64Array, one: number, other: number): void {
  const kept = values[one] ?? 0;
  values[one] = values[other] ?? 0;
  values[other] = kept;
}

function transform(spectrum: Spectrum, sign: 1 | -1): void {
  for (let at = 0; at < spectrum.side; at++) {
    transformLine(spectrum, { from: at * spectrum.side, step: 1 }, sign);
  }
  for (let at = 0; at < spectrum.side; at++) {
    transformLine(spectrum, { from: at, step: spectrum.side }, sign);
  }
}

/** `plane` must be square. */
export function spectrumOf(plane: Plane): Spectrum {
  const spectrum = {
    side: plane.width,
    re: Float64Array.from(plane.data),
    im: new Float64Array(plane.data.length),
  };
  transform(spectrum, -1);
  return spectrum;
}

/**
 * How well the second lies on the first for each shift: the plane's value at (x, y) is for moving the second by that
 * much, round the edges. Phase correlation (Kuglin and Hines 1975).
 */
export function phaseCorrelation(first: Spectrum, second: Spectrum): Plane {
  const { side } = first;
  const cross = { side, re: new Float64Array(side * side), im: new Float64Array(side * side) };
  for (let at = 0; at < cross.re.length; at++) {
    const a = first.re[at] ?? 0;
    const b = first.im[at] ?? 0;
    const c = second.re[at] ?? 0;
    const d = second.im[at] ?? 0;
    const real = a * c + b * d;
    const imaginary = b * c - a * d;
    // The root of the magnitude stays: pure phase follows the noise of pictures that were encoded anew.
    const size = Math.sqrt(Math.hypot(real, imaginary)) + 1e-9;
    cross.re[at] = real / size;
    cross.im[at] = imaginary / size;
  }
  transform(cross, 1);
  const plane = newPlane(side, side);
  for (let at = 0; at < plane.data.length; at++) {
    plane.data[at] = (cross.re[at] ?? 0) / (side * side);
  }
  return plane;
}
