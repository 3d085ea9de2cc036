/**
 * What differs between a source and the answer that lies on it, as an eye would see it: the distance in OKLab (Ottosson
 * 2020), where 0.02 is about what can just be told apart.
 */
import type { Raw } from './open-picture';
import { boxMean, type Mapping, newPlane, type Plane } from './plane';

/** A change that is seen without looking for it; what encoding again does to a picture stays below. */
export const VISIBLE = 0.05;
/** Those that differ most, by which small edits are found: a square of 16 pixels in a picture of 512. */
const PEAK_SHARE = 0.001;

export interface Change {
  /** Distance at each pixel of the source; NaN where the answer does not reach. */
  readonly distance: Plane;
  readonly changedShare: number;
  /** Mean distance of the thousandth of the pixels that differ most. */
  readonly peakChange: number;
}

/** `mapping`: where the source's points lie in the answer. `kept`: pixels below 0.99 are not counted. */
export function changeBetween(
  source: Raw,
  answer: Raw,
  options: { readonly mapping: Mapping; readonly kept: Plane | null },
): Change {
  const before = oklabOf(source);
  const after = oklabOf(seenThrough(answer, options.mapping, source));
  const distance = newPlane(source.width, source.height);
  for (const channel of [0, 1, 2] as const) {
    const one = before[channel];
    const other = after[channel];
    const difference = newPlane(source.width, source.height);
    for (let at = 0; at < difference.data.length; at++) {
      difference.data[at] = (one[at] ?? 0) - (other[at] ?? 0);
    }
    // Noise of one pixel is no change.
    const mean = boxMean(difference, 1);
    for (let at = 0; at < distance.data.length; at++) {
      distance.data[at] = (distance.data[at] ?? 0) + (mean.data[at] ?? 0) ** 2;
    }
  }
  const isCovered = coverage(answer, options.mapping, source);
  for (let at = 0; at < distance.data.length; at++) {
    distance.data[at] = isCovered(at) ? Math.sqrt(distance.data[at] ?? 0) : Number.NaN;
  }
  return { distance, ...figuresOf(distance, options.kept) };
}

function figuresOf(distance: Plane, kept: Plane | null): Pick<Change, 'changedShare' | 'peakChange'> {
  const counted: number[] = [];
  let changed = 0;
  for (let at = 0; at < distance.data.length; at++) {
    const value = distance.data[at] ?? Number.NaN;
    if (Number.isNaN(value) || (kept !== null && (kept.data[at] ?? 0) < 0.99)) continue;
    counted.push(value);
    if (value > VISIBLE) changed++;
  }
  const sorted = Float32Array.from(counted).sort();
  const peak = sorted.subarray(-Math.max(1, Math.ceil(sorted.length * PEAK_SHARE)));
  return {
    changedShare: changed / Math.max(1, sorted.length),
    peakChange: peak.reduce((sum, value) => sum + value, 0) / Math.max(1, peak.length),
  };
}

/** The outermost pixels of an answer are half outside it. */
function coverage(answer: Raw, { a, b, c, d }: Mapping, source: Raw): (at: number) => boolean {
  return (at) => {
    const u = ((at % source.width) + 0.5) * a + b;
    const v = (Math.floor(at / source.width) + 0.5) * c + d;
    return u >= 0 && v >= 0 && u <= answer.width && v <= answer.height;
  };
}

/** Three channels, clamped at the edges. Between pixels: bilinear. */
function seenThrough(answer: Raw, mapping: Mapping, { width, height }: Raw): Raw {
  const { data, channels } = answer;
  const seen = new Uint8Array(width * height * 3);
  const clampX = answer.width - 1;
  const clampY = answer.height - 1;
  for (let y = 0; y < height; y++) {
    const v = Math.max(0, Math.min(clampY, (y + 0.5) * mapping.c + mapping.d - 0.5));
    const top = Math.min(Math.floor(v), Math.max(0, clampY - 1));
    const fy = v - top;
    const down = clampY > 0 ? answer.width * channels : 0;
    for (let x = 0; x < width; x++) {
      const u = Math.max(0, Math.min(clampX, (x + 0.5) * mapping.a + mapping.b - 0.5));
      const left = Math.min(Math.floor(u), Math.max(0, clampX - 1));
      const fx = u - left;
      const right = clampX > 0 ? channels : 0;
      const corner = (top * answer.width + left) * channels;
      for (let channel = 0; channel < 3; channel++) {
        const at = corner + (channels < 3 ? 0 : channel);
        const above = (data[at] ?? 0) * (1 - fx) + (data[at + right] ?? 0) * fx;
        const below = (data[at + down] ?? 0) * (1 - fx) + (data[at + down + right] ?? 0) * fx;
        seen[(y * width + x) * 3 + channel] = Math.round(above * (1 - fy) + below * fy);
      }
    }
  }
  return { width, height, channels: 3, data: seen };
}

const LINEAR = Float32Array.from({ length: 256 }, (_, value) => {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

type Lab = readonly [Float32Array, Float32Array, Float32Array];

/** Lightness and two opponent colours of each pixel; matrices of https://bottosson.github.io/posts/oklab (2021 revision). */
function oklabOf({ data, channels, width, height }: Raw): Lab {
  const count = width * height;
  const lightness = new Float32Array(count);
  const first = new Float32Array(count);
  const second = new Float32Array(count);
  const offset = channels < 3 ? 0 : 1;
  for (let at = 0; at < count; at++) {
    const from = at * channels;
    const r = LINEAR[data[from] ?? 0] ?? 0;
    const g = LINEAR[data[from + offset] ?? 0] ?? 0;
    const b = LINEAR[data[from + 2 * offset] ?? 0] ?? 0;
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    lightness[at] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
    first[at] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
    second[at] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  }
  return [lightness, first, second];
}
