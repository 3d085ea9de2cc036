/** By how much a picture was turned by a few degrees, told by the directions of its lines, and the picture turned back. */
import { gradientOf, newPlane, type Plane } from './plane';

const BINS = 180;
/** Degrees: further turns are tried as quarters. */
const MOST = 40;

/** Peaks nearer to each other are one. */
const APART = 4;

/** Degrees clockwise, the likeliest first, each apart from the others; about nothing is left out. */
export function likelyTurns(source: Plane, answer: Plane, count: number): readonly number[] {
  const before = directions(source);
  const after = directions(answer);
  const scores = Array.from({ length: 2 * MOST + 1 }, (_, at) => ({
    degrees: at - MOST,
    score: agreement(before, after, at - MOST),
  }));
  const likely: number[] = [];
  for (const { degrees } of scores.toSorted((one, other) => other.score - one.score)) {
    const isNew = likely.every((other) => Math.abs(other - degrees) > APART);
    if (isNew && Math.abs(degrees) > 2 && likely.length < count) likely.push(degrees);
  }
  return likely;
}

/** Strength of lines by direction, one bin a degree, lines in both senses together. */
function directions(plane: Plane): Float64Array {
  const { x, y } = gradientOf(plane);
  const bins = new Float64Array(BINS);
  for (let at = 0; at < x.data.length; at++) {
    const gx = x.data[at] ?? 0;
    const gy = y.data[at] ?? 0;
    const degrees = (Math.atan2(gy, gx) * 180) / Math.PI + 360;
    const bin = Math.round(degrees) % BINS;
    bins[bin] = (bins[bin] ?? 0) + Math.hypot(gx, gy);
  }
  // Three degrees wide, and without what all directions have in common.
  const mean = bins.reduce((sum, value) => sum + value, 0) / BINS;
  return bins.map(
    (value, at) => (value + (bins[(at + 1) % BINS] ?? 0) + (bins[(at + BINS - 1) % BINS] ?? 0)) / 3 - mean,
  );
}

function agreement(before: Float64Array, after: Float64Array, degrees: number): number {
  return before.reduce((sum, value, at) => sum + value * (after[(at + degrees + BINS) % BINS] ?? 0), 0);
}

/** Turned counter-clockwise about its middle; what comes from outside is the edge again. */
export function turnedBack(plane: Plane, degrees: number): Plane {
  const { width, height, data } = plane;
  const turned = newPlane(width, height);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const across = x - width / 2;
      const down = y - height / 2;
      const u = Math.max(0, Math.min(width - 1, Math.round(across * cos - down * sin + width / 2)));
      const v = Math.max(0, Math.min(height - 1, Math.round(across * sin + down * cos + height / 2)));
      turned.data[y * width + x] = data[v * width + u] ?? 0;
    }
  }
  return turned;
}
