/**
 * How much of one picture's lines are in another that lies on it. Told tile by tile, by the direction and not the sign
 * or strength of gradients: night for day, sepia or a pencil drawing keep their lines, another picture does not.
 */
import { boxMean, type Gradient, gradientOf, halved, type Plane } from './plane';

/** Pixels of a tile's side. */
const TILE = 12;
/** Gradients below are noise, in grey levels per pixel. */
const NOISE = 0.6;
/** A tile is still the same when its gradients agree as well (cosine, -1 to 1). */
const SAME = 0.55;
/** Of fewer tiles with lines nothing can be told. */
const FEWEST = 6;
/** Lines of less than this part of their strength were blurred away. */
const FAINT = 0.4;

export interface Pair {
  readonly source: Plane;
  /** NaN where the answer does not reach. */
  readonly seen: Plane;
  readonly kept: Plane | null;
}

/** Share of the source's tiles with lines in them that are still the same, 0 to 1; 1 where there are hardly any. */
export function structureOf(pair: Pair): number {
  const fine = shareOfTiles(pair);
  if (fine.strength > FAINT) return fine.share;
  // Blurring takes the fine lines and leaves the coarse ones.
  return Math.max(fine.share, shareOfTiles(halvedPair(pair)).share);
}

export function halvedPair({ source, seen, kept }: Pair): Pair {
  return { source: halved(source), seen: halved(seen), kept: kept === null ? null : halved(kept) };
}

function shareOfTiles({ source, seen, kept }: Pair): { share: number; strength: number } {
  const one = gradientOf(boxMean(source, 1));
  const other = gradientOf(softened(seen));
  let lined = 0;
  let before = 0;
  let after = 0;
  let same = 0;
  for (let top = 0; top + TILE <= source.height; top += TILE) {
    for (let left = 0; left + TILE <= source.width; left += TILE) {
      const tile = tileAt({ top, left, one, other, kept });
      if (tile.used < (TILE * TILE) / 2 || tile.all / tile.used < NOISE * NOISE) continue;
      lined++;
      before += Math.sqrt(tile.first);
      after += Math.sqrt(tile.second);
      if (tile.covered < tile.used / 4) continue;
      if (Math.abs(tile.cross) > SAME * Math.sqrt(tile.first * tile.second)) same++;
    }
  }
  return lined < FEWEST ? { share: 1, strength: 1 } : { share: same / lined, strength: after / before };
}

/** Sums over one tile: products of the gradients where both are known, and how many pixels those are. */
function tileAt(of: { top: number; left: number; one: Gradient; other: Gradient; kept: Plane | null }) {
  const { one, other, kept } = of;
  const { width } = one.x;
  const sums = { cross: 0, first: 0, second: 0, all: 0, used: 0, covered: 0 };
  for (let y = of.top; y < of.top + TILE; y++) {
    for (let at = y * width + of.left; at < y * width + of.left + TILE; at++) {
      if (kept !== null && (kept.data[at] ?? 0) < 0.99) continue;
      const ax = one.x.data[at] ?? 0;
      const ay = one.y.data[at] ?? 0;
      const bx = other.x.data[at] ?? 0;
      const by = other.y.data[at] ?? 0;
      const strength = ax * ax + ay * ay;
      sums.all += strength;
      sums.used++;
      if (Number.isNaN(bx) || Number.isNaN(by)) continue;
      sums.covered++;
      sums.first += strength;
      sums.cross += ax * bx + ay * by;
      sums.second += bx * bx + by * by;
    }
  }
  return sums;
}

/** Nothing is known near where nothing is: a running mean would carry one NaN along its line, and a border is no line. */
function softened(plane: Plane): Plane {
  const isMissing = { ...plane, data: plane.data.map((value) => (Number.isNaN(value) ? 1 : 0)) };
  const filled = { ...plane, data: plane.data.map((value) => (Number.isNaN(value) ? 0 : value)) };
  const near = boxMean(isMissing, 1);
  const soft = boxMean(filled, 1);
  for (let at = 0; at < soft.data.length; at++) {
    if ((near.data[at] ?? 0) > 1e-4) soft.data[at] = Number.NaN;
  }
  return soft;
}
